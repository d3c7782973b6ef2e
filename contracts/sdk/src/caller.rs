//! Who carries the calls of a client out.

use twinroot_abi::Fixed;

/// Something that can call a contract: another contract ([`contract::at`](crate::contract::at)), or a test.
pub trait Caller {
    /// What a call gives that returns a `T`.
    type Answer<T: Fixed>;

    /// Calls an entry with arguments, which follow each other in the guest codec.
    fn call<A: Fixed, T: Fixed>(&mut self, entry: &'static str, args: &A) -> Self::Answer<T>;
}
