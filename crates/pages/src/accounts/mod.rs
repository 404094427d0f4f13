//! Sign-in, the signed-in user's account, and user administration.

pub(crate) mod account;
pub(crate) mod sign_in;
pub(crate) mod users;
