//! The pages of people and their scores that run in the browser: the dashboard and the what-if page.

pub mod dashboard;
pub mod what_if;
