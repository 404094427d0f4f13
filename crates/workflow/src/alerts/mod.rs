//! Alerts: what is found by checks, cycles, jobs and the clock, is told to those whom it concerns.
//!
//! A finding is written with its messages in the transaction of its cause; the messages are sent
//! later, so that no receiver can hold anything up. One alert is open for a use case, kind and
//! subject: what is found again renews it, and what is healthy again resolves it. Messages hold
//! aggregates as [`crate::disclosure`] releases them, and no secret is stored.

mod channels;
mod commands;
mod compose;
mod cycle;
mod deliver;
mod details;
mod digest;
mod evaluate;
mod messages;
mod place;
mod queries;
mod raise;
mod rules;
mod secrets;
mod settings;

pub use channels::{NewChannel, Tested};
pub use deliver::Delivered;
pub use details::Details;
pub use queries::{AlertQuery, AlertRow, ChannelRow, DeliveryRow};
pub use settings::{AlertOptions, AlertSettings, MailOptions};
pub use store::alerts::channels::Channel;
