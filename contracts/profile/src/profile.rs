//! A profile, and what can be asked of it.

use std::collections::BTreeMap;

use twinroot_abi::Gas;
use twinroot_host::Trace;

use crate::replay::replay;
use crate::stacks::ROOT;
use crate::tally::Tally;
use crate::{DebugModule, HostCall, ProfileError, SourceFrame, SourceLine, Split, flame};

/// Where the gas of one call went.
#[derive(Clone, Debug)]
pub struct Profile {
    title: String,
    split: Split,
    folded: String,
    host_calls: Vec<HostCall>,
    /// Instructions that gas was charged for: what they came of, and how much.
    instructions: Vec<(Vec<SourceFrame>, Gas)>,
    stopped_at: Vec<SourceFrame>,
}

impl Profile {
    /// Runs the call of a trace again and adds up. Names and lines come from that module of `debug` that is
    /// of the contract's code; without one, functions go by their numbers and nothing has a line.
    ///
    /// # Errors
    /// [`ProfileError`], of which [`ProfileError::Differs`] says that the VM is at fault.
    pub fn of(trace: &Trace, debug: &[DebugModule<'_>]) -> Result<Self, ProfileError> {
        let mut tally = Tally::new();
        let stopped_at = replay(&mut tally, debug, trace, ROOT, 0)?;
        let mut instructions = Vec::new();
        for (place, gas) in &tally.places {
            if let Some(code) = tally.codes.get(place.code) {
                instructions.push((code.frames(place.function, place.place)?, Gas(*gas)));
            }
        }
        Ok(Self {
            title: format!("gas of {}: {}", trace.entry, trace.gas.0),
            split: tally.split,
            folded: tally.stacks.folded(&tally.codes),
            host_calls: tally.host_calls,
            instructions,
            stopped_at,
        })
    }

    /// Its gas by what it was paid for; together, the gas of the receipt.
    #[must_use]
    pub const fn split(&self) -> Split {
        self.split
    }

    /// Its gas by call stack, a line each, as tools for flame graphs read them: `release;judge 1234`. The
    /// entry comes first, host functions and what is in brackets last; together, the gas of the receipt.
    #[must_use]
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// A flame graph of its call stacks, as SVG.
    ///
    /// # Errors
    /// [`ProfileError::Flame`].
    pub fn svg(&self) -> Result<String, ProfileError> {
        flame::flame_graph(&self.title, &self.folded)
    }

    /// What it asked of the host, in order. What a contract asks that it called comes right after the
    /// call.
    #[must_use]
    pub fn host_calls(&self) -> &[HostCall] {
        &self.host_calls
    }

    /// Gas by source line. An instruction counts for the innermost of its lines whose file is `wanted`, so
    /// that what was put into a line from elsewhere can be counted for that line; it is left out if there
    /// is none. The gas of a host function is that of the line that calls it; a contract that is called
    /// has lines of its own. The start price and what was forfeited have none.
    pub fn lines(&self, wanted: impl Fn(&str) -> bool) -> BTreeMap<SourceLine, Gas> {
        let mut lines = BTreeMap::new();
        for (frames, gas) in &self.instructions {
            let mut places = frames.iter().filter_map(|frame| frame.at.as_ref());
            if let Some(line) = places.find(|line| wanted(&line.file)) {
                let sum: &mut Gas = lines.entry(line.clone()).or_default();
                sum.0 = sum.0.saturating_add(gas.0);
            }
        }
        lines
    }

    /// Where it stopped, the innermost function first: the instruction that trapped or asked the host to
    /// end it, or the check that found no gas. Empty after a success, and where nothing of the contract ran.
    #[must_use]
    pub fn stopped_at(&self) -> &[SourceFrame] {
        &self.stopped_at
    }
}
