//! People and their scores: the dashboard, the page of one person, and the what-if page.

pub mod dashboard;
#[cfg(feature = "ssr")]
mod first_steps;
#[cfg(feature = "ssr")]
pub(crate) mod person;
#[cfg(feature = "ssr")]
pub(crate) mod purpose;
pub mod what_if;
