//! How calls ended, so that a proof can say that it saw everything.

use std::fmt;

use twinroot_exec::Outcome;

/// How many calls ended in which way, and how many programs there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Programs.
    pub programs: u64,
    counts: [u64; 6],
}

/// The outcomes of docs/spec/vm.md, 2, and the least share of calls that has to end so, in hundredths.
const FLOORS: [(&str, u64); 6] = [
    ("Success", 20),
    ("Revert", 1),
    ("Trap", 1),
    ("OutOfGas", 1),
    ("StackLimit", 1),
    ("HostError", 1),
];

const fn place(outcome: Outcome) -> usize {
    match outcome {
        Outcome::Success => 0,
        Outcome::Revert(_) => 1,
        Outcome::Trap => 2,
        Outcome::OutOfGas => 3,
        Outcome::StackLimit => 4,
        Outcome::HostError(_) => 5,
    }
}

impl Tally {
    /// Counts a call.
    pub const fn count(&mut self, outcome: Outcome) {
        self.counts[place(outcome)] += 1;
    }

    /// Calls that ended so, whatever the number.
    #[must_use]
    pub const fn of(&self, outcome: Outcome) -> u64 {
        self.counts[place(outcome)]
    }

    /// All calls.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Takes over what another one counted.
    pub fn add(&mut self, other: &Self) {
        self.programs += other.programs;
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more;
        }
    }

    /// The outcomes that too few calls came to.
    pub fn missing(&self) -> impl Iterator<Item = &'static str> {
        let calls = self.calls();
        let few = move |((name, floor), count): ((&'static str, u64), u64)| {
            (count * 100 < floor * calls).then_some(name)
        };
        FLOORS.into_iter().zip(self.counts).filter_map(few)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} programs, {} calls:", self.programs, self.calls())?;
        for ((name, _), count) in FLOORS.iter().zip(self.counts) {
            write!(f, " {name} {count}")?;
        }
        Ok(())
    }
}
