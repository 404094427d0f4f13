//! Model versions: the list, and the page of one version.

pub(crate) mod list;
pub(crate) mod timeline;
pub(crate) mod version;
