//! Accounts: who may sign in, and as what. No account comes with the program: the first one is made
//! through a link that is shown once.

mod account;
mod commands;
mod queries;
mod rows;
mod secret;
mod set_up;
mod sign_in;
mod throttle;
mod tokens;

pub use rows::{AccountRow, TokenRow};
pub(crate) use secret::demo_password;
pub use set_up::SetUp;
pub use sign_in::SignedIn;
pub use tokens::{NewToken, TokenRequest};
