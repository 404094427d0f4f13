//! People and their scores: the dashboard, the page of one person, and the what-if page.

pub mod dashboard;
mod first_steps;
pub mod person;
mod purpose;
pub mod what_if;
