//! Who asks.

/// A person (or the command line) on whose behalf something is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub name: String,
}

impl Actor {
    /// Somebody with access to the machine itself: the command line.
    pub fn local() -> Self {
        Self { name: "command line".to_owned() }
    }
}
