//! The pages that the server renders: one folder or file per page. The browser shows their HTML and
//! has no code for them; what it runs itself is in `app`.
//!
//! A page reads through `workflow` and holds no rules. [`RENDERER`] is what the server functions of
//! `app` answer with.
#![warn(clippy::wildcard_enum_match_arm)]
#![expect(
    missing_docs,
    reason = "the public items are components and server functions, which only the macros call"
)]

mod accounts;
mod alerts;
mod audit;
pub mod card;
pub mod charts;
mod components;
pub mod context;
mod cycles;
pub mod datasets;
mod error;
pub mod fairness;
mod file_format;
mod frame;
mod glossary;
mod home;
mod jobs;
mod monitoring;
mod navigation;
mod operations;
mod predictions;
mod query;
mod refused;
mod registry;
mod renderer;
mod review;
pub mod runs;
mod scoring;
mod standalone;
mod training;
pub mod use_cases;

pub use error::PageError;
pub use monitoring::report::html as drift_report;
pub use renderer::RENDERER;
