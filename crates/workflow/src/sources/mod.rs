//! Databases of somebody else as sources of data: named, tested, imported from.
//!
//! A source is added on the command line only: it makes the server open a connection and read a
//! variable or file of its own machine, which is for somebody with access to that machine to
//! decide.

mod commands;
mod queries;

pub use commands::{NewSource, Rows};
