//! Accounts: signing in, the own account, and the users of the installation.

pub(crate) mod account;
pub(crate) mod sign_in;
pub(crate) mod users;
