//! Use cases: the list, a new one from files, and the definition of one.

mod answers;
mod columns;
mod compare;
mod definition;
mod draft;
mod edit;
mod features;
mod list;
mod new;

pub(crate) use answers::kind_label;
pub use answers::{Unreadable, answers};
pub(super) use compare::write as write_compare;
pub(super) use definition::write as write_definition;
pub(super) use draft::write as write_draft;
pub(super) use edit::write as write_edit;
pub(super) use features::write as write_features;
pub(super) use list::write as write_list;
pub(super) use new::write as write_new;
