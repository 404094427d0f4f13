//! Accounts, and who decides.

pub mod identity;
pub mod user;
