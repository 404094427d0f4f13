//! Model versions: the list, and the page of one version.

mod import;
pub(crate) mod list;
pub(crate) mod timeline;
pub(crate) mod version;
