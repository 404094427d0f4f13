//! Model versions: the table, and one version.

pub(crate) mod list;
pub(crate) mod version;
