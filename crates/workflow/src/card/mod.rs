//! The model card: what a version is, made from the record and never typed twice. People add what
//! the record cannot know.

mod commands;
mod document;
mod facts;
mod parts;
mod queries;
mod write;

pub use document::{Block, Card, CardPage, CardSection};

pub(crate) use facts::Facts;
pub(crate) use parts::parts;
pub(crate) use write::{Sources, card};
