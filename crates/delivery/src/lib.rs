//! Messages out: e-mail by SMTP, and HTTP to Slack, PagerDuty, GitHub and webhooks. The only crate
//! that sends anything to somebody else's server.
//!
//! Also traces, to the collector that the environment names.
//!
//! It knows nothing of alerts but their words: what is sent, to whom and when is decided in
//! `workflow`. No message of an error holds a secret or an address that is one.
#![warn(clippy::wildcard_enum_match_arm)]

mod address;
mod error;
mod github;
mod http;
mod mail;
mod note;
mod pagerduty;
mod slack;
mod target;
mod traces;
mod webhook;

pub use address::{AllowedHosts, check_address};
pub use error::{Error, Result};
pub use github::check_repository;
pub use mail::{MailSecurity, MailServer, check_recipient};
pub use note::{Note, Section, one_line};
pub use pagerduty::EVENTS;
pub use target::{Target, send};
pub use traces::{Span, TraceExporter};
pub use webhook::signature;
