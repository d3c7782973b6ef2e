//! The stable codes of what goes wrong here; `twinroot explain` has the long text of each.

/// A request that is none, or whose parameters do not fit.
pub const REQUEST: &str = "TR0701";
/// A method that is not there.
pub const METHOD: &str = "TR0702";
/// A token that is missing or wrong.
pub const TOKEN: &str = "TR0703";
/// More than the server takes at a time.
pub const TOO_MUCH: &str = "TR0704";
/// A subscriber that does not read.
pub const SLOW: &str = "TR0705";
/// Nobody listens at the address.
pub const NOBODY: &str = "TR0706";
/// A connection that was lost, or a server that ends.
pub const LOST: &str = "TR0707";
/// The other side does not speak this protocol, or answers something else than was asked.
pub const UNINTELLIGIBLE: &str = "TR0708";
/// An address that is none, or that cannot be had.
pub const ADDRESS: &str = "TR0709";
/// The server itself failed at a request.
pub const INTERNAL: &str = "TR0710";
