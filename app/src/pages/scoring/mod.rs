//! People and their scores: the dashboard, one person, and the what-if form.

pub mod dashboard;
#[cfg(feature = "ssr")]
pub(crate) mod person;
#[cfg(feature = "ssr")]
pub(crate) mod purpose;
pub mod what_if;
