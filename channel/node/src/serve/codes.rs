//! The codes of what goes wrong here; `twinroot explain` has the long text of each.

/// A call without a key, or with one that is too long.
pub const KEY: &str = "TR0901";
/// The token of the API cannot be read or written.
pub const TOKEN_FILE: &str = "TR0902";
