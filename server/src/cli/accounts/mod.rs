//! Accounts and identities.

pub mod identity;
pub mod user;
