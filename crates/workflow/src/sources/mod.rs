//! Databases, folders and web addresses of somebody else as sources of data: named, tested, imported from.
//!
//! Administrators add servers of the network on a page. What makes the server read its own machine
//! (files, folders, sockets, any variable) is added on the command line only: that is for somebody
//! with access to that machine to decide.

mod commands;
mod queries;
mod reading;

pub(crate) use commands::gives_files;
pub use commands::{NewSource, Rows, VARIABLES};
pub(crate) use reading::{of_field, of_source, write_to};
pub use store::sources::Source;
