//! All that a refusal may not change, and transactions that the ledger does not carry out.

use twinroot_abi::{Amount, CodeHash, Gas, Side};
use twinroot_arbiter::{Account, Effect, Phase, Refutation, Rejected};
use twinroot_rules::Fees;
use twinroot_testkit::World;
use twinroot_types::SecretKey;
use twinroot_wire::Standing;
use twinroot_wire::{Action, CoSigned, Commitment, Transaction, VERSION};

use super::sale::NOON;

pub(super) const ALICE: Side = Side::Initiator;
pub(super) const BOB: Side = Side::Responder;
pub(super) const ACCOUNTS: Amount = Amount(10_000_000);
pub(super) const DEPOSITS: [Amount; 2] = [Amount(1_000_000), Amount(800_000)];
pub(super) const LOCK: u64 = 10;

/// The channel as both parties and the ledger know it, and what is on the ledger beside it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Snapshot {
    parties: [Known; 2],
    channel: Option<OnLedger>,
    accounts: [Account; 2],
    supply: Option<Amount>,
    codes: Vec<CodeHash>,
}

/// Round, root and payouts are in the commitment; the free coins are not.
#[derive(Clone, Debug, PartialEq)]
struct Known {
    tip: Commitment,
    newest: Option<CoSigned>,
    balances: [Amount; 2],
    codes: Vec<CodeHash>,
}

#[derive(Clone, Debug, PartialEq)]
struct OnLedger {
    tip: Commitment,
    standing: Standing,
    phase: Phase,
}

impl Snapshot {
    pub(super) fn of(world: &World) -> Self {
        let parties = Side::BOTH.map(|side| {
            let party = world.party(side).unwrap();
            Known {
                tip: party.commitment().clone(),
                newest: party.newest().cloned(),
                balances: party.balances(),
                codes: party.codes().keys().copied().collect(),
            }
        });
        let id = parties[0].tip.channel;
        let channel = world.ledger.channel(id).map(|channel| OnLedger {
            tip: channel.tip.clone(),
            standing: channel.standing,
            phase: channel.phase,
        });
        Self {
            parties,
            channel,
            accounts: Side::BOTH.map(|side| world.ledger.account(world.public_key(side))),
            supply: world.ledger.supply(),
            codes: world.ledger.codes().keys().copied().collect(),
        }
    }
}

/// Why the ledger does not include these bytes. Nothing at all has changed then.
pub(super) fn rejected(world: &mut World, bytes: &[u8]) -> Rejected {
    let before = Snapshot::of(world);
    let why = world
        .ledger
        .submit(bytes, &world.on_chain)
        .expect_err("the ledger includes the transaction");
    assert_eq!(Snapshot::of(world), before, "a rejection left a trace");
    why
}

/// Why the ledger does not include this action of `by`.
pub(super) fn rejected_action(world: &mut World, by: Side, action: Action) -> Rejected {
    let bytes = world.transaction(by, action);
    rejected(world, &bytes)
}

/// What the ledger finds wrong with a step that it tries in vain, and the gas of trying. Nothing
/// has changed then but the account of `by`, by the fee of the bytes and the price of the gas.
pub(super) fn refuted(world: &mut World, by: Side, action: Action) -> (Refutation, Gas) {
    let before = Snapshot::of(world);
    let bytes = world.transaction(by, action);
    let receipt = world.ledger.submit(&bytes, &world.on_chain).unwrap();
    let Effect::Refuted {
        channel,
        refutation,
        gas,
    } = receipt.effect
    else {
        panic!("the ledger carried the step out: {:?}", receipt.effect)
    };
    assert_eq!(channel, world.channel().unwrap());
    let price = fee(bytes.len(), gas);
    assert_eq!(receipt.fee, price);
    let mut after = before;
    let forcer = &mut after.accounts[by.index()];
    forcer.coins = forcer.coins.checked_sub(price).unwrap();
    forcer.nonce += 1;
    assert_eq!(
        Snapshot::of(world),
        after,
        "a refutation changed more than the forcer's account"
    );
    (refutation, gas)
}

/// Asserts that the ledger, as it stands, would include the action: what is refused beside it is
/// refused for its one difference.
pub(super) fn would_be_included(world: &World, by: Side, action: Action) {
    let bytes = world.transaction(by, action);
    let receipt = world
        .ledger
        .clone()
        .submit(&bytes, &world.on_chain)
        .unwrap();
    assert!(
        !matches!(receipt.effect, Effect::Refuted { .. }),
        "{receipt:?}"
    );
}

/// The fee by the rules of version 1: 500 coins, one for each byte, one for each thousand gas begun.
fn fee(bytes: usize, gas: Gas) -> Amount {
    let fee = Fees::V1
        .transaction(bytes)
        .and_then(|fee| fee.checked_add(Fees::V1.gas(gas)));
    let by_hand = 500 + u64::try_from(bytes).unwrap() + gas.0.div_ceil(1_000);
    assert_eq!(fee, Some(Amount(by_hand)));
    Amount(by_hand)
}

/// A transaction that `key` signs, changed before it does.
pub(super) fn changed(
    world: &World,
    key: &SecretKey,
    action: Action,
    change: impl FnOnce(&mut Transaction),
) -> Vec<u8> {
    let mut transaction = Transaction {
        chain: world.ledger.chain(),
        version: VERSION,
        sender: key.public(),
        nonce: world.ledger.account(key.public()).nonce,
        expiry: world.in_blocks(100),
        action,
    };
    change(&mut transaction);
    transaction.sign(key).encode()
}

/// A world with an open channel of [`DEPOSITS`].
pub(super) fn open() -> World {
    let mut world = World::new([ACCOUNTS; 2], NOON).unwrap();
    world.open(DEPOSITS, LOCK).unwrap();
    world
}
