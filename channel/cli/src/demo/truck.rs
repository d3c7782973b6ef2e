//! The truck insurance: Bob insures Alice's medicines, a thermometer decides.

use std::collections::VecDeque;

use anyhow::{Context, Result, bail, ensure};
use twinroot_abi::{Amount, ContractId, FeedId, REVERT_JUDGE, Side, TimeMs};
use twinroot_exec::{Bundle, Fallback, Outcome, Receipt};
use twinroot_feed::select::{Progress, RunWatch};
use twinroot_feed::{FeedError, Value};
use twinroot_rules::Refused;
use twinroot_testkit::{Answer, World, WorldError, truck};
use twinroot_wire::Operation;

use super::begin::{fill, open};
use super::narrator::{Narrator, coins};
use super::thermometer::{Measured, Thermometer};
use crate::oracle::decimal;

const ALICE: Side = Side::Initiator;
const BOB: Side = Side::Responder;
const ACCOUNTS: Amount = Amount(10_000_000);
const DEPOSITS: [Amount; 2] = [Amount(100_000), Amount(1_000_000)];
const COVER: Amount = Amount(500_000);
const LOCK: u64 = 10;
const END_AFTER: u64 = 100;
const BAND: [i64; 2] = [2_000, 8_000];
const POLICY: u8 = 0;

/// A channel in which the journey is insured.
struct Journey {
    world: World,
    insurance: ContractId,
}

/// The readings of the breach are enough for both.
pub(crate) fn happy(narrator: &mut Narrator, slots: u32, thermometer: &Thermometer) -> Result<()> {
    let (mut journey, claim) = Journey::drive(narrator, slots, thermometer)?;
    let step = journey.world.agree(ALICE, vec![claim])?;
    narrator.step(
        "claim",
        "Alice claims the cover; Bob checks the 12 readings and co-signs.",
        &step,
    )?;
    let step = journey.world.close(ALICE)?;
    narrator.step("close", "They close mutually.", &step)?;
    let payout = [DEPOSITS[0].0 + COVER.0, DEPOSITS[1].0 - COVER.0];
    ensure!(
        step.channel.map(|coins| coins.0) == payout,
        "the channel paid {:?}, not {payout:?}",
        step.channel
    );
    Ok(())
}

/// Bob refuses, so Alice takes the 12 readings to the ledger.
pub(crate) fn forced(narrator: &mut Narrator, slots: u32, thermometer: &Thermometer) -> Result<()> {
    let (mut journey, claim) = Journey::drive(narrator, slots, thermometer)?;
    let world = &mut journey.world;
    world.answers[BOB.index()] = Answer::Decline;
    match world.propose(ALICE, vec![claim.clone()]) {
        Err(WorldError::PeerRefused(_)) => {
            narrator.note("Alice claims the cover; Bob refuses to sign.")?
        }
        Err(error) => return Err(error.into()),
        Ok(()) => bail!("Bob signed although he was to refuse"),
    }
    world.publish(ALICE, truck::WASM)?;
    let step = world.force(ALICE, vec![claim])?;
    narrator.step(
        "force",
        "Alice forces progress: one call carries the 12 readings.",
        &step,
    )?;
    let step = world.close_solo(ALICE)?;
    narrator.step(
        "closing",
        format!("Alice closes alone; Bob has {LOCK} blocks to answer."),
        &step,
    )?;
    let before = world.accounts();
    let at = world.settles_at()?;
    world.advance_to(at)?;
    let step = world.settle(BOB)?;
    narrator.step(
        "settle",
        format!("Height {at}: the channel pays out."),
        &step,
    )?;
    ensure!(
        step.accounts[0].0 == before[0].0 + DEPOSITS[0].0 + COVER.0,
        "Alice got {:?}",
        step.accounts
    );
    Ok(())
}

impl Journey {
    /// From the open channel to the claim that the readings support.
    fn drive(
        narrator: &mut Narrator,
        slots: u32,
        thermometer: &Thermometer,
    ) -> Result<(Self, Operation)> {
        if let Some(address) = thermometer.address() {
            narrator.note(format!("The readings come from {address}."))?;
        }
        let Measured {
            feed,
            window,
            readings,
        } = thermometer.journey()?;
        let mut journey = Self::insure(narrator, slots, feed.id(), window)?;

        let params = truck::params(feed.id(), BAND, window);
        let mut watch = RunWatch::new(POLICY, truck::RUN, &params, &feed)
            .map_err(|error| anyhow::anyhow!("the policy is not one: {error}"))?;
        let mut run = 0;
        let mut count: usize = 0;
        let mut newest = VecDeque::new();
        for reading in readings {
            let reading = reading?;
            count += 1;
            newest.push_back(reading.bytes().to_vec());
            if newest.len() > usize::from(truck::RUN) {
                newest.pop_front();
            }
            match watch.push(&reading) {
                Progress::Complete(bundle) => {
                    narrator.note(format!(
                        "Reading {count}: {}, the 12th in a row out of range.",
                        degrees(reading.observation().value)
                    ))?;
                    let claim = Operation::Call(truck::claim(journey.insurance, vec![bundle]));
                    return Ok((journey, claim));
                }
                Progress::Have { have, .. } => {
                    if have == 0 && run + 1 == usize::from(truck::RUN) {
                        let bundle = Bundle {
                            policy: POLICY,
                            descriptors: vec![feed.encode()],
                            messages: newest.iter().cloned().collect(),
                        };
                        narrator.note(format!(
                            "Reading {count}: back in range after {run} readings out of it."
                        ))?;
                        journey.claim_in_vain(narrator, bundle)?;
                    }
                    run = have;
                }
            }
        }
        bail!("{count} readings and no breach")
    }

    fn insure(
        narrator: &mut Narrator,
        slots: u32,
        feed: FeedId,
        window: [TimeMs; 2],
    ) -> Result<Self> {
        let mut world = World::new([ACCOUNTS; 2], window[0])?;
        open(&mut world, narrator, DEPOSITS, LOCK)?;
        fill(&mut world, narrator, slots)?;
        let code = world.learn(truck::WASM)?;
        let insurance = world.next_contract()?;
        let end = world.in_blocks(END_AFTER);
        let create = Operation::Create {
            code: code.hash,
            fallback: Fallback::all_to(BOB),
            hold: end,
            args: truck::init(BOB, COVER, end, feed, BAND, window),
            gas: truck::INIT_GAS,
        };
        let step = world.agree(BOB, vec![create])?;
        narrator.step(
            "create",
            "Bob insures Alice's medicines: 12 readings in a row outside 2 to 8 degrees pay.",
            &step,
        )?;
        let step = world.agree(BOB, vec![Operation::Call(truck::fund(insurance, COVER))])?;
        narrator.step(
            "fund",
            format!("Bob pays the cover of {} coins in.", coins(COVER)),
            &step,
        )?;
        Ok(Self { world, insurance })
    }

    /// Twelve readings of which one is in range: the contract does not pay.
    fn claim_in_vain(&mut self, narrator: &Narrator, bundle: Bundle) -> Result<()> {
        let claim = Operation::Call(truck::claim(self.insurance, vec![bundle]));
        match self.world.agree(ALICE, vec![claim]) {
            Err(WorldError::Impossible(Refused::Failed { receipt, .. })) => {
                let why = refusal(&receipt).context("the claim failed, but not by its facts")?;
                narrator.note(format!(
                    "Alice claims all the same, and the contract does not pay: {why}."
                ))?;
                Ok(())
            }
            Err(error) => Err(error.into()),
            Ok(_) => bail!("the insurance paid for a run that was too short"),
        }
    }
}

/// What a contract's revert says about the facts, if it says something about them.
fn refusal(receipt: &Receipt) -> Option<FeedError> {
    let Outcome::Revert(code) = receipt.outcome else {
        return None;
    };
    FeedError::from_code(u16::try_from(code.checked_sub(REVERT_JUDGE)?).ok()?)
}

fn degrees(value: Value) -> String {
    match value {
        Value::Fixed(thousandths) => format!("{} degrees", decimal(thousandths, -3)),
        Value::Claim { code, .. } => format!("claim {code}"),
    }
}
