//! Who is told how a run goes: which function is open, and what it pays for.

use crate::charge::Share;
use crate::run::host::{Answer, Host, Stop};

/// A host that is told more than what it is asked for. Nothing that it is told changes a run.
pub trait Watch: Host {
    /// A function begins; functions go by their number among the defined ones.
    fn enter(&mut self, _function: usize) {}

    /// The innermost function that has begun returns.
    fn leave(&mut self) {}

    /// The innermost function is charged, for instructions of its own.
    fn pay(&mut self, _shares: &[Share]) {}

    /// The innermost function is about to call another, or to ask the host, by its instruction at `place`.
    fn at(&mut self, _place: usize) {}
}

/// A host that is not told.
pub(crate) struct Unwatched<'h>(pub(crate) &'h mut dyn Host);

impl Host for Unwatched<'_> {
    fn call(
        &mut self,
        name: &'static str,
        arguments: &[i64],
        memory: &mut [u8],
        gas: i64,
    ) -> Result<Answer, Stop> {
        self.0.call(name, arguments, memory, gas)
    }
}

impl Watch for Unwatched<'_> {}
