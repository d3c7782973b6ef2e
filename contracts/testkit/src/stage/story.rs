//! What a test did before it failed. An assertion says which number is wrong; this says who was paid by which line.

use std::fmt::{self, Write as _};
use std::thread;

use twinroot_abi::Side;
use twinroot_host::Trace;
use twinroot_profile::{HostCall, SourceLine, Value};

use super::contract::Contract;
use super::tracer::{own_line, profile};
use super::{Failed, Path, Recorded, Stage};

/// Steps that are told, the last ones: where a test went wrong is mostly near its end.
const TOLD: usize = 8;

/// A step that was made or tried.
pub(super) struct Played {
    pub(super) recorded: Recorded,
    pub(super) contract: Contract,
    pub(super) trace: Option<Trace>,
    pub(super) failed: Option<Failed>,
}

/// A payment of a contract.
struct Payment {
    to: String,
    amount: u64,
    at: Option<SourceLine>,
}

/// A test that fails leaves its stage while it panics.
impl Drop for Stage {
    fn drop(&mut self) {
        if thread::panicking() {
            let mut story = String::new();
            // Writing to a string does not fail.
            let _ = self.tell(&mut story);
            eprint!("{story}");
        }
    }
}

impl Stage {
    fn tell(&self, story: &mut String) -> fmt::Result {
        let path = match self.path {
            Path::Agreed => "off chain, where both sides agree",
            Path::Forced => "by force, on chain; off chain it went well",
        };
        writeln!(story, "this happened {path}; what the test did before:")?;
        let untold = self.steps.len().saturating_sub(TOLD);
        if untold > 0 {
            writeln!(story, "  {untold} steps, then")?;
        }
        let told = self.steps.iter().skip(untold);
        told.map(|played| played.tell(story)).collect()
    }
}

impl Played {
    fn tell(&self, story: &mut String) -> fmt::Result {
        let Recorded {
            contract,
            entry,
            by,
            coins,
            ..
        } = &self.recorded;
        if let Some(failed) = &self.failed {
            return writeln!(story, "  {failed}");
        }
        write!(story, "  {by:?} calls {contract}::{entry}")?;
        if coins.0 > 0 {
            write!(story, " with {coins} coins")?;
        }
        story.write_char('\n')?;
        for Payment { to, amount, at } in self.payments() {
            write!(story, "    which pays {to} {amount} coins")?;
            if let Some(at) = at {
                write!(story, " at {at}")?;
            }
            story.write_char('\n')?;
        }
        Ok(())
    }

    fn payments(&self) -> Vec<Payment> {
        let trace = self.trace.as_ref();
        let Some(profile) = trace.and_then(|trace| profile(trace, &self.contract).ok()) else {
            return Vec::new();
        };
        let calls = profile.host_calls().iter();
        calls.filter_map(|call| self.payment(call)).collect()
    }

    fn payment(&self, call: &HostCall) -> Option<Payment> {
        if call.function != "transfer" {
            return None;
        }
        let argument = |name| {
            let argument = call.arguments.iter().find(|argument| argument.name == name);
            match argument?.value {
                Value::Number(number) => Some(number),
                _ => None,
            }
        };
        let side = usize::try_from(argument("side")?).ok();
        Some(Payment {
            to: format!("{:?}", Side::BOTH.get(side?)?),
            amount: argument("amount")?,
            at: own_line(&call.stack, &self.contract),
        })
    }
}
