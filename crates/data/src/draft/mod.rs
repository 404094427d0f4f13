//! From a file to a use case: what each column holds, what it may be used for, and what a person
//! should look at.

mod advice;
mod answers;
mod assemble;
mod days;
mod event;
mod header;
mod join;
mod kinds;
mod names;
mod people;
mod result;
mod roles;
mod scale;
mod shape;
mod text;
mod values;
mod vocabulary;

pub use answers::{Answers, Blank, ColumnAnswer, DraftError};
pub use assemble::draft;
pub use join::join_for_draft;
pub use result::{ColumnUse, Doubt, Draft, DraftColumn};
