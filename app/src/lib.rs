//! Pages, components and server functions. Compiled twice: with `ssr` for the server, with
//! `hydrate` for the browser.
//!
//! A page, its server functions and its own components are together under [`pages`]. Server
//! functions contain no rules: they call `workflow` and return its answer. The state of a page is
//! in its address.
//!
//! Components return `AnyView`: whole pages as one type overflow the compiler's limits, and boxed
//! ones make a smaller browser build.
#![warn(clippy::wildcard_enum_match_arm)]
#![expect(
    missing_docs,
    reason = "the public items are components and server functions, which only the router and the macros call"
)]

pub mod boxed;
pub mod components;
pub mod error;
pub mod layout;
pub mod pages;
pub mod renderer;
pub mod server_page;
pub mod shell;
pub mod theme;

pub use domain::format;
pub use error::AppError;
pub use shell::{App, shell};
