//! Checks the sizes that a file states against the file itself, before a decoder allocates memory
//! for them. A failed allocation ends the process; a panic is caught and refuses the file.

mod budget;
mod compound;
mod delta;
mod flat;
mod footer;
mod package;
mod pages;
mod thrift;

pub(super) use budget::Budget;
pub(super) use compound::compound;
pub(super) use flat::{arrow, schema};
pub(super) use footer::footer;
pub(super) use package::{package, table};
pub(super) use pages::pages;
