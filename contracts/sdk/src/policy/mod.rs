//! Oracle policies: declared as fields of the contract, judged by the host.
//!
//! Signatures, sources and times are checked before the contract sees a verdict, by rules that both
//! sides can read in the code; the contract decides only what follows from it. Policies stand in a
//! section of the module that the code hash covers (docs/spec/oracles.md, 5); their parameters are a leaf
//! of the state, which the contract sets.

mod any;
mod duration;
mod equivocation;
mod fresh;
mod k_of_n;
mod mark;
mod max_gap;
mod median;
mod response;
mod run_length;

use core::marker::PhantomData;

use twinroot_abi::{Fixed, Policy, REVERT_JUDGE, REVERT_STORAGE, Type};

use crate::buffer::Buffer;
use crate::call::revert;
use crate::field::{Field, Place};
use crate::{host, storage};

pub use any::{Any, Each, Message, Said};
pub use duration::{Duration, Excursion, OutFor};
pub use equivocation::{Contradicted, Contradiction, Equivocation};
pub use fresh::{Fresh, Reading, YoungerThan};
pub use k_of_n::{Claims, KOfN, KOfNEqual};
pub use mark::{Mark, Source};
pub use max_gap::{MaxGap, Sensor, SilentFor};
pub use median::{Median, MiddleOf, Sources};
pub use response::{Answer, OfOracle, Query, Response};
pub use run_length::{Band, Run, RunLength};

/// A kind of policy, as the types above name it.
pub trait Rule {
    /// What it is called.
    const TYPE: Type;
    /// The policy, its slot still open.
    const POLICY: Policy;
    /// What is wrong with its numbers, if anything: a field of it does not compile then.
    const FAULT: Option<&'static str> = None;
    /// Its parameters.
    type Watched: Fixed;
    /// What it comes to.
    type Verdict: Fixed;
}

/// A policy among the fields of a contract.
pub struct Judged<R> {
    place: Place,
    rule: PhantomData<R>,
}

impl<R: Rule> Field for Judged<R> {
    const TYPE: Type = R::TYPE;
    const POLICY: Option<Policy> = Some(R::POLICY);
    const FAULT: Option<&'static str> = R::FAULT;
    type First = R::Watched;

    fn at(place: Place) -> Self {
        Self {
            place,
            rule: PhantomData,
        }
    }

    fn begin(&mut self, first: R::Watched) {
        self.watch(&first);
    }
}

impl<R: Rule> Judged<R> {
    /// Says who is believed, and about what. Without it there is no verdict.
    pub fn watch(&mut self, watched: &R::Watched) {
        storage::write(&self.place.slot.to_le_bytes(), watched);
    }

    /// Who is believed, and about what, if it was said.
    #[must_use]
    pub fn watched(&self) -> Option<R::Watched> {
        storage::read(&self.place.slot.to_le_bytes())
    }

    /// What the facts come to that came with the call. Reverts with [`REVERT_JUDGE`] plus the number of the
    /// rule that they break (docs/spec/oracles.md, 6).
    #[must_use]
    pub fn verdict(&self) -> R::Verdict {
        self.judge()
            .unwrap_or_else(|rule| revert(REVERT_JUDGE + rule))
    }

    /// What the facts come to that came with the call, or the number of the rule that they break.
    ///
    /// # Errors
    /// The number, 1 to 65,535 (docs/spec/oracles.md, 6).
    pub fn judge(&self) -> Result<R::Verdict, u32> {
        let size = R::Verdict::SIZE;
        let mut buffer = Buffer::new();
        // SAFETY: the buffer has room for `SIZE` bytes.
        let answer = unsafe { host::judge(self.place.policy, buffer.place::<R::Verdict>(), size) };
        if answer < 0 {
            return Err(answer.unsigned_abs());
        }
        if answer as usize != size {
            revert(REVERT_JUDGE);
        }
        // SAFETY: the host wrote the whole verdict of `SIZE` bytes.
        let verdict = unsafe { buffer.read() };
        Ok(verdict.unwrap_or_else(|| revert(REVERT_JUDGE)))
    }
}

impl<R: Rule<Watched = Source>> Judged<R> {
    /// Moves the mark behind that place. Reverts with [`REVERT_STORAGE`] where there is none behind it.
    fn use_up(&mut self, place: Mark) {
        let moved = self.watched().zip(place.next());
        let Some((source, mark)) = moved else {
            revert(REVERT_STORAGE)
        };
        self.watch(&Source { mark, ..source });
    }
}
