//! From a file to a use case: what each column holds, what it may be used for, and what a person
//! should look at.

mod advice;
mod answers;
mod assemble;
mod event;
mod header;
mod kinds;
mod names;
mod people;
mod result;
mod roles;
mod scale;
mod text;
mod values;
mod vocabulary;

pub use answers::{Answers, Blank, DraftError};
pub use assemble::draft;
pub use result::{ColumnUse, Doubt, Draft, DraftColumn};
