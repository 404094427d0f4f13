//! Use cases: the list, a new one from files, and the definition of one.

mod answers;
mod columns;
mod definition;
mod draft;
mod list;
mod new;

pub use answers::answers;
pub(crate) use answers::kind_label;
pub(super) use definition::write as write_definition;
pub(super) use draft::write as write_draft;
pub(super) use list::write as write_list;
pub(super) use new::write as write_new;
