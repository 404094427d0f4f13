//! The rules of the product, one file per feature, on a store in a temporary folder. One test, one behavior.
#![expect(clippy::unwrap_used, reason = "tests")]

mod app;

mod accounts;
mod audit;
mod card;
mod datasets;
mod jobs;
mod monitoring;
mod registry;
mod review;
mod scoring;
