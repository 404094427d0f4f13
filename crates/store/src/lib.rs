//! Database repositories and the artifact store: the only crate with SQL of our own.
//!
//! One set of migrations and one text per query serve SQLite and PostgreSQL, through `sqlx::Any`.
//! Repositories are free functions over a
//! [`Reader`] or a [`Writer`], so that a use case can put several of them into one transaction, and nothing is written outside one.
#![warn(clippy::wildcard_enum_match_arm)]

pub mod accounts;
pub mod alerts;
pub mod artifacts;
pub mod audit;
pub mod card;
mod clock;
mod connection;
pub mod cycles;
mod database;
pub mod datasets;
mod error;
pub mod fairness;
mod files;
mod generation;
mod health;
pub mod idempotency;
pub mod jobs;
mod migrations;
pub mod monitoring;
mod open;
pub mod operations;
pub mod prediction_log;
pub mod registry;
pub mod review;
mod rules;
pub mod runs;
pub mod schedules;
pub mod scoring;
mod settings;
pub mod shadow;
pub mod sources;
mod sql;
mod store;
pub mod tracking;
pub mod use_cases;

pub use clock::{new_id, now, today};
pub use connection::{Reader, Writer};
pub use error::{Chain, Error, Result};
pub use generation::Generation;
pub use settings::Settings;
pub use store::Store;
