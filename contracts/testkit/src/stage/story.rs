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
            writeln!(story, "  (steps before these: {untold})")?;
        }
        let mut told = self.steps.iter().skip(untold);
        told.try_for_each(|played| played.tell(story))
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
        write!(story, "  {by} calls {contract}::{entry}")?;
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
            to: Side::BOTH.get(side?)?.to_string(),
            amount: argument("amount")?,
            at: own_line(&call.stack, &self.contract),
        })
    }
}

#[cfg(test)]
mod tests {
    use twinroot_abi::{Amount, FeedId, Height, Side, Subject};
    use twinroot_sdk::{Caller, Claims, Interface};

    use super::TOLD;
    use crate::{Deployed, Path, Stage};

    const PRICE: Amount = Amount(700_000);

    /// The escrow of the examples, as far as this test calls it.
    struct Escrow;

    impl Interface for Escrow {
        const PACKAGE: &'static str = "tv-escrow";
        const FOLDER: &'static str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/tv-escrow");
        const HOLD: u64 = 20_000;
        const FALLBACK: u8 = 100;
        type First = (Side, (Amount, (Height, (Claims<3>, ()))));
        type Client<C: Caller> = C;

        fn client<C: Caller>(caller: C) -> C {
            caller
        }
    }

    fn sale(stage: &mut Stage) -> Deployed<Escrow> {
        let who = Claims {
            subject: Subject([1; 32]),
            feeds: [1, 2, 3].map(|feed| FeedId([feed; 32])),
        };
        let refund_height = stage.in_blocks(50);
        stage.create(
            Side::Initiator,
            &(Side::Initiator, PRICE, refund_height, who),
        )
    }

    fn story(stage: &Stage) -> Vec<String> {
        let mut story = String::new();
        stage.tell(&mut story).unwrap();
        story.lines().map(ToOwned::to_owned).collect()
    }

    #[test]
    fn who_called_what_was_called_off_and_who_was_paid() {
        let stage = &mut Stage::on(Path::Agreed);
        let sale = sale(stage);
        let mut pay = stage.by(Side::Initiator).with(PRICE).calls(&sale);
        pay.call::<(), ()>("pay", &()).unwrap();
        let mut early = stage.by(Side::Initiator).calls(&sale);
        early.call::<(), ()>("refund", &()).unwrap_err();
        stage.wait(50);
        let mut refund = stage.by(Side::Responder).calls(&sale);
        refund.call::<(), ()>("refund", &()).unwrap();
        let told = story(stage);
        let begins = [
            "this happened off chain, where both sides agree; what the test did before:",
            "  initiator calls tv-escrow::init",
            "  initiator calls tv-escrow::pay with 700000 coins",
            "  refund, called by initiator, was called off",
            "  responder calls tv-escrow::refund",
            "    which pays initiator 700000 coins",
        ];
        assert_eq!(told.len(), begins.len(), "{told:?}");
        for (line, begin) in told.iter().zip(begins) {
            assert!(line.starts_with(begin), "{told:?}");
        }
    }

    #[test]
    fn only_the_last_steps_are_told() {
        let stage = &mut Stage::on(Path::Forced);
        let sale = sale(stage);
        for _ in 0..TOLD {
            let mut early = stage.by(Side::Responder).calls(&sale);
            early.call::<(), ()>("refund", &()).unwrap_err();
        }
        let told = story(stage);
        assert!(told[0].starts_with("this happened by force"), "{told:?}");
        assert_eq!(told[1], "  (steps before these: 1)");
        assert_eq!(told.len(), 2 + TOLD);
    }
}
