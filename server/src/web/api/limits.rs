//! How large a request may be.

/// Largest body of a request, in bytes.
pub const LARGEST_BODY: usize = 32 << 20;
/// Largest body of an import, in bytes.
pub const LARGEST_IMPORT: usize = 64 << 20;
