//! A forced release of a TV's price in a state of many slots, beside what posting the whole state
//! would take.

use std::ops::Bound;

use anyhow::{Context, Result};
use twinroot_abi::{Amount, Gas, Height, Side, Subject, TimeMs};
use twinroot_arbiter::Ledger;
use twinroot_exec::Fallback;
use twinroot_feed::select;
use twinroot_rules::Fees;
use twinroot_testkit::{World, attestor, ballast, tv};
use twinroot_wire::Operation;

/// A forced step, ready to be submitted again and again.
pub struct Forced {
    /// The ledger before it.
    pub ledger: Ledger,
    /// The transaction.
    pub transaction: Vec<u8>,
    /// Bytes of its witness.
    pub witness_bytes: usize,
    /// Gas of its calls.
    pub gas: Gas,
    /// Bytes of all leaves of the state: what would have to be posted without a witness.
    pub state_bytes: usize,
    /// Leaves of the state.
    pub leaves: usize,
}

impl Forced {
    /// What the ledger takes for it.
    #[must_use]
    pub fn fee(&self) -> Option<Amount> {
        self.fee_of(self.transaction.len())
    }

    /// What it would take if the whole state stood in the place of the witness.
    #[must_use]
    pub fn whole_state_bytes(&self) -> usize {
        self.transaction.len() - self.witness_bytes + self.state_bytes
    }

    /// And what that would cost.
    #[must_use]
    pub fn whole_state_fee(&self) -> Option<Amount> {
        self.fee_of(self.whole_state_bytes())
    }

    fn fee_of(&self, bytes: usize) -> Option<Amount> {
        let carried = Fees::V1.transaction(bytes)?;
        carried.checked_add(Fees::V1.gas(self.gas))
    }
}

/// A state with `slots` slots in which the seller forces the release of a TV's price.
///
/// # Errors
/// Where the story does not go as it should.
pub fn forced_release(slots: u64) -> Result<Forced> {
    let mut world = World::new([Amount(10_000_000); 2], TimeMs(0))?;
    world.open([Amount(1_000_000), Amount(0)], 10)?;
    let code = world.learn(ballast::WASM)?;
    let weight = world.next_contract()?;
    let create = |code, args, hold| Operation::Create {
        code,
        fallback: Fallback::all_to(Side::Initiator),
        hold,
        args,
        gas: tv::INIT_GAS,
    };
    world.agree(
        Side::Initiator,
        vec![create(code.hash, Vec::new(), Height(0))],
    )?;
    for start in (0..slots).step_by(ballast::PER_CALL as usize) {
        let count = (slots - start).min(u64::from(ballast::PER_CALL));
        let fill = ballast::fill(weight, start, u32::try_from(count)?);
        world.agree(Side::Initiator, vec![Operation::Call(fill)])?;
    }

    let mut attestors = Vec::new();
    for seed in 1..=3 {
        attestors.push(attestor(&[seed; 32], "somebody")?);
    }
    attestors.sort_by_key(|attestor| attestor.feed().id());
    let feeds = [0, 1, 2].map(|place: usize| attestors[place].feed().clone());
    let ids = [0, 1, 2].map(|place: usize| feeds[place].id());
    let subject = Subject([5; 32]);
    let (price, refund) = (Amount(700_000), Height(50));
    let code = world.publish(Side::Responder, tv::WASM)?;
    let escrow = world.next_contract()?;
    let init = tv::init(Side::Initiator, price, refund, subject, ids);
    world.agree(Side::Initiator, vec![create(code.hash, init, refund)])?;
    world.agree(
        Side::Initiator,
        vec![Operation::Call(tv::pay(escrow, price))],
    )?;

    let mut messages = Vec::new();
    for attestor in &mut attestors {
        messages.push(attestor.claim(TimeMs(1), subject, tv::DELIVERED)?);
    }
    let params = tv::params(subject, ids);
    let bundle = select::k_of_n_equal(0, tv::QUORUM, &params, &feeds, &messages)?;
    let state = world.party(Side::Responder)?.state().clone();
    let ledger = world.ledger.clone();
    let release = Operation::Call(tv::release(escrow, vec![bundle]));
    let step = world.force(Side::Responder, vec![release])?;
    Ok(Forced {
        ledger,
        transaction: step.transaction,
        witness_bytes: step.witness_bytes,
        gas: step.gas_on_chain.context("a release is a call")?,
        state_bytes: state
            .leaves_from(Bound::Unbounded)
            .map(|(_, value)| 32 + value.len())
            .sum(),
        leaves: state.leaves(),
    })
}
