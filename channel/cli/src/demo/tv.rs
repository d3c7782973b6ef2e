//! The TV escrow: Alice buys, Bob sells, two of three attestors decide.

use anyhow::{Result, bail, ensure};
use twinroot_abi::{Amount, ContractId, FeedId, Height, Round, Side, Subject, TimeMs};
use twinroot_arbiter::{Effect, Rejected};
use twinroot_exec::{Bundle, Fallback};
use twinroot_feed::{Signer, select};
use twinroot_testkit::{Answer, World, WorldError, attestor, tv};
use twinroot_types::{Tag, hash};
use twinroot_wire::Operation;

use super::begin::{fill, open};
use super::narrator::{Narrator, coins};

const ALICE: Side = Side::Initiator;
const BOB: Side = Side::Responder;
const ACCOUNTS: Amount = Amount(10_000_000);
const DEPOSITS: [Amount; 2] = [Amount(1_000_000), Amount(200_000)];
const PRICE: Amount = Amount(700_000);
const LOCK: u64 = 10;
const REFUND_AFTER: u64 = 50;
const NOON: TimeMs = TimeMs(1_795_348_800_000);

/// A channel in which the TV is ordered.
struct Sale {
    world: World,
    escrow: ContractId,
    refund_height: Height,
    subject: Subject,
    attestors: Vec<Signer>,
}

/// Two attestors say that the TV came; both sides agree on everything.
pub(crate) fn happy(narrator: &mut Narrator, slots: u32) -> Result<()> {
    let mut sale = Sale::order(narrator, slots)?;
    sale.pay(narrator)?;
    let facts = sale.delivered(narrator)?;
    let release = Operation::Call(tv::release(sale.escrow, facts));
    let step = sale.world.agree(BOB, vec![release])?;
    narrator.step(
        "release",
        "Bob proposes the release; Alice checks the two messages and co-signs.",
        &step,
    )?;
    sale.close(
        narrator,
        BOB,
        [DEPOSITS[0].0 - PRICE.0, DEPOSITS[1].0 + PRICE.0],
    )
}

/// Alice refuses to sign the release, so Bob takes it to the ledger.
pub(crate) fn forced(narrator: &mut Narrator, slots: u32) -> Result<()> {
    let mut sale = Sale::order(narrator, slots)?;
    sale.pay(narrator)?;
    let facts = sale.delivered(narrator)?;
    let release = Operation::Call(tv::release(sale.escrow, facts));
    sale.world.answers[ALICE.index()] = Answer::Decline;
    match sale.world.propose(BOB, vec![release.clone()]) {
        Err(WorldError::PeerRefused(_)) => {
            narrator.note("Bob proposes the release; Alice has her TV and refuses to sign.")?
        }
        Err(error) => return Err(error.into()),
        Ok(()) => bail!("Alice signed although she was to refuse"),
    }
    sale.force(
        narrator,
        BOB,
        "Bob forces progress: last co-signed state, call, two messages, witness.",
        release,
    )?;
    sale.settle(
        narrator,
        BOB,
        [DEPOSITS[0].0 - PRICE.0, DEPOSITS[1].0 + PRICE.0],
    )
}

/// Nobody attests: Alice has her coins back at the refund height, with Bob's help and without.
pub(crate) fn timeout(narrator: &mut Narrator, slots: u32) -> Result<()> {
    let mut sale = Sale::order(narrator, slots)?;
    sale.pay(narrator)?;
    let refund = Operation::Call(tv::refund(sale.escrow));
    sale.world.advance_to(Height(sale.refund_height.0 - 1))?;
    match sale.world.agree(ALICE, vec![refund.clone()]) {
        Err(WorldError::Impossible(why)) => narrator.note(format!(
            "One block early Alice cannot have her coins back: {why}."
        ))?,
        Err(error) => return Err(error.into()),
        Ok(_) => bail!("the refund came a block early"),
    }
    sale.world.advance(1)?;
    let step = sale.world.agree(ALICE, vec![refund])?;
    narrator.step(
        "refund",
        format!(
            "Height {}: Alice proposes the refund, Bob co-signs.",
            sale.refund_height
        ),
        &step,
    )?;
    sale.close(narrator, ALICE, DEPOSITS.map(|coins| coins.0))?;

    narrator.note("The same with a Bob who does not answer:")?;
    let mut sale = Sale::order(narrator, slots)?;
    sale.pay(narrator)?;
    sale.world.advance_to(sale.refund_height)?;
    sale.world.answers[BOB.index()] = Answer::Silence;
    let refund = Operation::Call(tv::refund(sale.escrow));
    match sale.world.propose(ALICE, vec![refund.clone()]) {
        Err(WorldError::Silent(_)) => narrator.note("Alice proposes the refund; Bob is silent.")?,
        Err(error) => return Err(error.into()),
        Ok(()) => bail!("Bob signed although he was to be silent"),
    }
    sale.force(
        narrator,
        ALICE,
        "Alice forces the refund; no oracle message is needed.",
        refund,
    )?;
    sale.settle(narrator, ALICE, DEPOSITS.map(|coins| coins.0))
}

/// Alice closes with the state from before she paid in.
pub(crate) fn cheat(narrator: &mut Narrator, slots: u32) -> Result<()> {
    let mut sale = Sale::order(narrator, slots)?;
    let before = sale.world.party(ALICE)?.commitment().round;
    sale.pay(narrator)?;
    sale.close_with(narrator, before)?;
    sale.early_settle(narrator)?;
    let facts = sale.delivered(narrator)?;
    let release = Operation::Call(tv::release(sale.escrow, facts));
    sale.force(
        narrator,
        BOB,
        "The channel is still held: Bob forces the release while it is being closed.",
        release,
    )?;
    sale.pay_out(
        narrator,
        BOB,
        [DEPOSITS[0].0 - PRICE.0, DEPOSITS[1].0 + PRICE.0],
    )
}

impl Sale {
    fn order(narrator: &mut Narrator, slots: u32) -> Result<Self> {
        let mut world = World::new([ACCOUNTS; 2], NOON)?;
        open(&mut world, narrator, DEPOSITS, LOCK)?;
        fill(&mut world, narrator, slots)?;

        let mut attestors = ["carrier", "shop", "neighbour"]
            .iter()
            .zip([11u8, 12, 13])
            .map(|(name, seed)| attestor(&[seed; 32], name))
            .collect::<Result<Vec<_>, _>>()?;
        attestors.sort_by_key(|attestor| attestor.feed().id());
        let subject = Subject(hash(Tag::VALUE, &[b"TV 55 inch, order 4711, nonce 1"]));
        let refund_height = world.in_blocks(REFUND_AFTER);
        let code = world.learn(tv::WASM)?;
        let escrow = world.next_contract()?;
        let mut sale = Self {
            world,
            escrow,
            refund_height,
            subject,
            attestors,
        };
        let create = Operation::Create {
            code: code.hash,
            fallback: Fallback::all_to(ALICE),
            hold: refund_height,
            args: tv::init(ALICE, PRICE, refund_height, subject, sale.feeds()?),
            gas: tv::INIT_GAS,
        };
        let step = sale.world.agree(ALICE, vec![create])?;
        let text = format!(
            "They create the escrow: {} coins, 2 of 3 attestors, refund at height {refund_height}.",
            coins(PRICE)
        );
        narrator.step("create", text, &step)?;
        Ok(sale)
    }

    fn feeds(&self) -> Result<[FeedId; 3]> {
        let ids: Vec<FeedId> = self
            .attestors
            .iter()
            .map(|attestor| attestor.feed().id())
            .collect();
        ids.try_into()
            .map_err(|_| anyhow::anyhow!("there are three attestors"))
    }

    fn pay(&mut self, narrator: &mut Narrator) -> Result<()> {
        let step = self
            .world
            .agree(ALICE, vec![Operation::Call(tv::pay(self.escrow, PRICE))])?;
        narrator.step("pay", "Alice pays the price into the escrow.", &step)
    }

    /// Two attestors sign, and the client picks the one bundle that the policy takes.
    fn delivered(&mut self, narrator: &Narrator) -> Result<Vec<Bundle>> {
        let time = self.world.block().time;
        let mut messages = Vec::new();
        for attestor in self.attestors.iter_mut().take(2) {
            messages.push(attestor.claim(time, self.subject, tv::DELIVERED)?);
            narrator.note(format!(
                "{} signs: delivered.",
                attestor.feed().descriptor().urn
            ))?;
        }
        let feeds: Vec<_> = self
            .attestors
            .iter()
            .map(|attestor| attestor.feed().clone())
            .collect();
        let params = tv::params(self.subject, self.feeds()?);
        let bundle = select::k_of_n_equal(0, tv::QUORUM, &params, &feeds, &messages)
            .map_err(|short| anyhow::anyhow!("the messages do not suffice: {short:?}"))?;
        Ok(vec![bundle])
    }

    fn force(
        &mut self,
        narrator: &mut Narrator,
        by: Side,
        text: &str,
        call: Operation,
    ) -> Result<()> {
        self.world.publish(by, tv::WASM)?;
        let step = self.world.force(by, vec![call])?;
        narrator.step("force", text, &step)
    }

    fn close(&mut self, narrator: &mut Narrator, by: Side, payout: [u64; 2]) -> Result<()> {
        let step = self.world.close(by)?;
        narrator.step("close", "They close mutually.", &step)?;
        ensure!(
            step.channel.map(|coins| coins.0) == payout,
            "the channel paid {:?}, not {payout:?}",
            step.channel
        );
        Ok(())
    }

    fn settle(&mut self, narrator: &mut Narrator, by: Side, payout: [u64; 2]) -> Result<()> {
        let step = self.world.close_solo(by)?;
        narrator.step(
            "closing",
            format!("One side closes alone; the other has {LOCK} blocks to answer."),
            &step,
        )?;
        self.pay_out(narrator, by, payout)
    }

    fn pay_out(&mut self, narrator: &mut Narrator, by: Side, mut payout: [u64; 2]) -> Result<()> {
        let before = self.world.accounts();
        if let Some((closer, fee)) = self.world.owed()? {
            payout[closer.index()] -= fee.0;
            payout[closer.other().index()] += fee.0;
            narrator.note(format!(
                "The stale close was answered: its sender repays the fee of the slash, {fee}."
            ))?;
        }
        let at = self.world.settles_at()?;
        self.world.advance_to(at)?;
        let step = self.world.settle(by)?;
        narrator.step(
            "settle",
            format!("Height {at}: the channel pays out."),
            &step,
        )?;
        let fee = step.accounts[by.index()]
            .0
            .abs_diff(before[by.index()].0 + payout[by.index()]);
        let other = by.other().index();
        ensure!(
            step.accounts[other].0 == before[other].0 + payout[other] && fee < 2_000,
            "the ledger has {:?} after a payout of {payout:?}",
            step.accounts
        );
        Ok(())
    }

    /// Alice posts the old state; Bob's party sees it and slashes.
    fn close_with(&mut self, narrator: &mut Narrator, old: Round) -> Result<()> {
        let Some(state) = self.world.kept(ALICE, old) else {
            bail!("Alice kept no state of round {old}")
        };
        let (_, answer) = self.world.close_at(ALICE, state)?;
        narrator.note(format!(
            "Alice closes alone with the state of round {old}, from before she paid in."
        ))?;
        let Some(answer) = answer else {
            bail!("Bob's party did not answer")
        };
        let Effect::Closing { until, .. } = answer.receipt.effect else {
            bail!("Bob's answer was no slash")
        };
        let step = self.world.on_ledger(answer.bytes)?;
        narrator.step(
            "slash",
            format!("Bob slashes with the newer co-signed state; answers count until {until}."),
            &step,
        )
    }

    /// The lock is over, but the escrow holds the coins: by its fallback they would be Alice's.
    fn early_settle(&mut self, narrator: &Narrator) -> Result<()> {
        self.world.advance(LOCK)?;
        match self.world.settle(ALICE) {
            Err(WorldError::Rejected(why @ Rejected::TooEarly { .. })) => {
                narrator.note(format!("Alice wants to settle by fallback: {why}."))?;
                Ok(())
            }
            Err(error) => Err(error.into()),
            Ok(_) => bail!("the channel settled before the escrow had its time"),
        }
    }
}
