//! What a block commits to (docs/spec/arbiter.md, 7.2 and 7.5 to 7.8). That the tree which is kept
//! up to date is the same as one built anew, `World::advance` sees to in every test.

use twinroot_abi::{Amount, Height, PublicKey, Root, TimeMs};
use twinroot_arbiter::{Account, Block, Genesis, Ledger, LedgerKey, Phase};
use twinroot_exec::Env;
use twinroot_feed::Conflict;
use twinroot_state::{Partial, Read, State, Touched};
use twinroot_types::{Limits, decode};
use twinroot_wire::{Action, Commitment, Direction, Ground, Parameters, Standing};

use crate::device;
use crate::toy::{Toy, code};
use crate::world::{A, B, C, COINS, LOCK, World, create, key, signed_close, transfer};

fn gift(amount: u64) -> Action {
    let (to, amount) = (key(B), Amount(amount));
    Action::Transfer { to, amount }
}

/// Shows one place of the ledger, to somebody who trusts nothing but the hash of its present block.
pub(crate) fn proven(ledger: &Ledger, place: LedgerKey) -> Option<Vec<u8>> {
    let shown: Block = ledger.present();
    let witness = ledger.tree().prove(&Touched {
        read: [place.hash()].into(),
        ..Touched::default()
    });
    // From here on only what was shown, and the pinned block.
    let pinned: Env = ledger.block();
    assert_eq!(shown.env(), pinned, "the block is the one that is pinned");
    let part = Partial::decode(&witness, Limits::V1.witness_bytes).unwrap();
    assert_eq!(part.root(), shown.app, "the witness is of its ledger");
    part.read(&place.hash()).unwrap().map(|it| it.to_vec())
}

fn value<T: serde::Serialize + serde::de::DeserializeOwned>(bytes: Option<Vec<u8>>) -> T {
    decode(&bytes.unwrap(), 1 << 16).unwrap()
}

#[test]
fn a_block_proves_what_every_account_had() {
    let mut world = World::before_open();
    let fee = world.must(A, gift(7)).fee.0;
    world.advance(1);
    // What happens in the present block is not in its hash yet.
    world.must(A, gift(100));
    let account = |who| value::<Account>(proven(&world.ledger, LedgerKey::Account(key(who))));
    let (coins, nonce) = (Amount(COINS - 7 - fee), 1);
    assert_eq!(account(A), Account { coins, nonce });
    let (coins, nonce) = (Amount(COINS + 7), 0);
    assert_eq!(account(B), Account { coins, nonce });
    let nobody = LedgerKey::Account(PublicKey([9; 32]));
    assert_eq!(
        proven(&world.ledger, nobody),
        None,
        "nor can absence be denied"
    );
    assert_eq!(
        value::<Amount>(proven(&world.ledger, LedgerKey::Fees)),
        Amount(fee)
    );
}

#[test]
fn a_block_proves_what_the_ledger_knew_of_a_channel() {
    let mut world = World::open();
    assert!(world.agree(A, create(0)));
    world.must(B, world.snapshot(1));
    world.must(A, world.solo(None));
    world.advance(1);
    type Leaf = (Parameters, Commitment, Standing, Ground, Phase);
    let leaf: Leaf = value(proven(&world.ledger, LedgerKey::Channel(world.id())));
    let known = world.channel().clone();
    assert_eq!(
        leaf,
        (
            known.parameters,
            known.tip,
            known.standing,
            known.ground,
            known.phase
        )
    );
    let published = LedgerKey::Code(code(b"toy").hash);
    assert_eq!(value::<u64>(proven(&world.ledger, published)), 3);
    let opened = LedgerKey::Opened(world.id());
    assert_eq!(value::<Height>(proven(&world.ledger, opened)), Height(100));
    let chain = value::<twinroot_abi::ChainId>(proven(&world.ledger, LedgerKey::Chain));
    assert_eq!(chain, world.ledger.chain());
}

#[test]
fn a_block_proves_the_blocks_that_could_be_pinned_before_it() {
    let mut world = World::open();
    let mut seen = vec![world.ledger.block()];
    for _ in 0..30 {
        world.advance(1);
        let pinnable: Vec<Env> = value(proven(&world.ledger, LedgerKey::Blocks));
        let from = seen.len().saturating_sub(21);
        assert_eq!(pinnable, seen[from..]);
        seen.push(world.ledger.block());
    }
}

/// The first block commits to nothing but the genesis, in the place of a block before.
#[test]
fn the_first_block_follows_the_genesis() {
    let world = World::before_open();
    let chain = world.ledger.chain();
    let expected = Block {
        parent: twinroot_abi::Hash(chain.0),
        height: Height(0),
        time: TimeMs(1_000),
        app: Root::default(),
    };
    assert_eq!(world.ledger.present(), expected);
    assert_eq!(world.ledger.app_hash(), Root::default());
}

/// Every transaction that is included shows in the next block: no two ledgers that differ in anything
/// share their blocks.
#[test]
fn every_transaction_changes_the_next_block() {
    let mut world = World::open();
    for payer in [A, B] {
        assert!(world.agree(payer, transfer(payer, 10)));
    }
    let code = b"toy two".to_vec();
    let step = world.force(B, Some(world.state(1)), transfer(B, 1));
    let mut refuted = step.clone();
    refuted.predicted.0[0] ^= 1;
    let mut other = World::before_open();
    other.terms.nonce = 1;
    let while_open = [
        gift(1),
        gift(0),
        Action::Publish { code },
        other.opening(),
        world.snapshot(2),
        world.solo(None),
        world.solo(Some(1)),
        signed_close(world.mutual(9)),
    ];
    check_each(&world, A, while_open);
    check_each(&world, B, [step, refuted].map(Action::Force));
    let mut closing = world.clone();
    closing.must(B, world.solo(None));
    check_each(&closing, C, [world.slash(1), world.slash(2)]);
    closing.advance(LOCK);
    check_each(&closing, C, [world.settle()]);
    check_each_of_bonds(&world);
    for direction in [Direction::Deposit, Direction::Withdraw] {
        let mut world = world.clone();
        let funding = world.agree_to_fund(direction, A, 0, 9).unwrap();
        check_each(&world, A, [Action::Fund(funding)]);
    }
}

fn check_each_of_bonds(world: &World) {
    let feed = device::feed().id();
    let bond = |amount, delay| Action::Bond {
        feed,
        amount: Amount(amount),
        delay,
    };
    let unbond = Action::Unbond { feed };
    check_each(
        world,
        C,
        [bond(5_000, 21), bond(5_001, 21), bond(5_000, 22)],
    );
    let mut bonded = world.clone();
    bonded.must(C, bond(5_000, 21));
    let owner = key(C);
    let proof = device::proof(&device::feed(), Conflict::Fork);
    let forfeit = Action::Forfeit { feed, owner, proof };
    check_each(&bonded, C, [bond(0, 21), unbond.clone(), forfeit.clone()]);
    bonded.must(C, unbond);
    bonded.advance(21);
    check_each(&bonded, C, [Action::Release { feed, owner }, forfeit]);
}

/// Posts each action to a copy of its own, and holds the next blocks against each other and against
/// that of an idle copy.
fn check_each<const N: usize>(world: &World, who: usize, actions: [Action; N]) {
    let next = |mut ledger: Ledger| {
        ledger.advance(TimeMs(99_000));
        assert_eq!(ledger.present().app, ledger.app_hash());
        ledger.block()
    };
    let mut blocks = vec![next(world.ledger.clone())];
    for action in actions {
        let mut ledger = world.ledger.clone();
        let bytes = world.bytes(who, action);
        ledger.submit(&bytes, &Toy).unwrap();
        let block = next(ledger);
        assert!(!blocks.contains(&block), "it looks the same as another");
        blocks.push(block);
    }
    let same = blocks.iter().all(|block| block.height == blocks[0].height);
    assert!(same, "they differ in nothing but their hash");
}

/// A pinned block tells one ledger from every other, down to a coin.
#[test]
fn a_pinned_block_commits_to_every_coin() {
    let ledger = |coins| {
        let accounts = vec![(key(A), Amount(coins)), (key(B), Amount(0))];
        let name = "coins".to_owned();
        let time = TimeMs(0);
        Ledger::new(&Genesis {
            name,
            time,
            accounts,
        })
        .unwrap()
    };
    let (one, other) = (ledger(1), ledger(2));
    assert_ne!(one.block(), other.block(), "the genesis is in the chain id");
    let mut world = World::before_open();
    let mut twin = world.clone();
    world.must(A, gift(1_000));
    twin.must(A, gift(1_001));
    for world in [&mut world, &mut twin] {
        world.advance(1);
    }
    let [one, other] = [&world, &twin].map(|world| world.ledger.present());
    assert_eq!(
        (one.parent, one.height, one.time),
        (other.parent, other.height, other.time)
    );
    assert_ne!(one.app, other.app);
    assert_ne!(one.env(), other.env());
}

/// A forced step that pins a block of a ledger which differs anywhere is not one of this ledger's.
#[test]
fn a_step_pinned_on_a_fork_is_rejected_on_the_other() {
    let mut world = World::open();
    let mut fork = world.clone();
    fork.must(C, gift(1));
    for world in [&mut world, &mut fork] {
        world.advance(1);
    }
    let step = fork.force(A, None, transfer(A, 1));
    fork.must(A, Action::Force(step.clone()));
    let rejected = world.post(A, Action::Force(step));
    assert_eq!(rejected, Err(twinroot_arbiter::Rejected::PinnedBlock));
}

/// A copy of a ledger goes its own way.
#[test]
fn a_copy_of_a_ledger_is_a_ledger_of_its_own() {
    let mut world = World::open();
    let copy = world.ledger.clone();
    let leaves = copy.leaves();
    let code = b"toy two".to_vec();
    world.must(A, Action::Publish { code });
    world.must(A, world.solo(None));
    world.advance(3);
    assert_eq!(copy.leaves(), leaves);
    assert_eq!(copy.codes().len() + 1, world.ledger.codes().len());
}
