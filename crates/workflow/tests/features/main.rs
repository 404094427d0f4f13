//! The rules of the product, one file per feature, on a store in a temporary folder. One test, one
//! behavior.
#![expect(clippy::unwrap_used, reason = "tests")]

mod app;

mod accounts;
mod alerts;
mod audit;
mod card;
mod changes;
mod combined;
mod cycles;
mod datasets;
mod dates;
mod definitions;
mod drafts;
mod features;
mod honest_scores;
mod imported;
mod jobs;
mod monitoring;
mod monitoring_policies;
mod monthly_panel;
mod panels;
mod prediction_log;
mod previews;
mod registry;
mod review;
mod schedules;
mod scoring;
mod shadow;
mod sources;
mod timeline;
mod tracking;
mod training_sets;
