//! The accounts of a demo.

/// An account of the demo.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DemoAccount {
    /// The role that it has, and nothing else.
    pub name: String,
    pub password: String,
}
