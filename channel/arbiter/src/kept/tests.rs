//! What only the inside can tell: that each datum has its place in the tree.

use twinroot_abi::{ChainId, CodeHash, FeedId, Hash, Root, Round, Side};
use twinroot_feed::Answer;
use twinroot_types::{SecretKey, Signature};
use twinroot_wire::{CoSigned, Ground, Keys, Parameters, SignedParameters, Standing};

use super::*;
use crate::{BondPhase, Debt, Phase};

type Change<T> = (&'static str, fn(&mut T));

const ID: ChannelId = ChannelId([5; 32]);
const CODE: CodeHash = CodeHash([6; 32]);
const QUERY: QueryId = QueryId([7; 32]);

fn key(seed: u8) -> PublicKey {
    SecretKey::from_seed(&[seed; 32]).public()
}

fn signed() -> Signature {
    Signature::from_bytes(&[0; 64])
}

fn channel() -> Channel {
    let parameters = Parameters {
        chain: ChainId([1; 32]),
        version: 1,
        parties: [key(1), key(2)],
        deposits: [Amount(10), Amount(20)],
        lock: 5,
        nonce: 0,
        expiry: Height(9),
    };
    let keys = Keys::gate(&parameters.parties).unwrap();
    let first = twinroot_rules::genesis(
        &parameters,
        Recent::first(ChainId([1; 32]), TimeMs(0)).tip(),
    );
    let mut tip = first.unwrap().commitment;
    tip.channel = ID;
    let mut channel = Channel::open(
        SignedParameters {
            parameters,
            signatures: [signed(); 2],
        },
        keys,
        tip.clone(),
    );
    channel.ground = Ground::CoSigned(CoSigned {
        commitment: tip,
        signatures: [signed(); 2],
    });
    channel.phase = Phase::Closing {
        by: Side::Initiator,
        until: Height(3),
        steps: [1, 2],
        debt: Some(Debt {
            to: key(3),
            amount: Amount(4),
        }),
    };
    channel
}

fn bond_id() -> BondId {
    BondId {
        feed: FeedId([8; 32]),
        owner: key(1),
    }
}

fn bond() -> Bond {
    Bond {
        amount: Amount(5_000),
        delay: 30,
        phase: BondPhase::Leaving { until: Height(40) },
    }
}

/// With one of everything in it.
fn kept() -> Kept {
    let mut kept = Kept::first(&Genesis {
        name: "all".to_owned(),
        time: TimeMs(7),
        accounts: vec![(key(1), Amount(100))],
    });
    kept.open(channel());
    kept.publish(Code {
        hash: CODE,
        bytes: vec![1, 2, 3],
    });
    kept.set_bond(bond_id(), bond());
    kept.set_oracle(
        key(4),
        Oracle {
            price: Amount(5),
            until: Height(9),
        },
    );
    kept.set_query(
        QUERY,
        Asked {
            oracle: key(4),
            question: vec![1],
            answer_by: Height(5),
            kept_until: Height(6),
            asker: key(1),
            held: Amount(5),
            answer: None,
        },
    );
    kept.take_fee(key(1), Amount(1)).unwrap();
    kept.advance(TimeMs(8));
    kept
}

/// The root of the tree over all that is kept, built anew.
fn root(kept: &Kept) -> Root {
    let leaves = kept.leaves().into_iter();
    let changes = leaves
        .map(|(key, value)| (key, Some(value.into())))
        .collect();
    Tree::new().updated(&changes).unwrap().root()
}

/// docs/spec/arbiter.md, 7.5 and 7.6.
#[test]
fn every_part_of_the_ledger_is_in_its_tree() {
    let changes: [Change<Kept>; 20] = [
        ("chain", |it| it.chain.0[0] ^= 1),
        ("blocks", |it| it.recent.advance(TimeMs(9), Root::default())),
        ("coins", |it| {
            it.accounts.get_mut(&key(1)).unwrap().coins = Amount(7)
        }),
        ("nonce", |it| {
            it.accounts.get_mut(&key(1)).unwrap().nonce = 7
        }),
        ("an account more", |it| {
            it.set_account(
                key(9),
                Account {
                    coins: Amount(1),
                    nonce: 0,
                },
            )
        }),
        ("an account less", |it| {
            it.set_account(key(1), Account::default())
        }),
        ("a channel less", |it| it.remove_channel(ID)),
        ("code", |it| {
            Arc::make_mut(&mut it.codes).get_mut(&CODE).unwrap().push(0)
        }),
        ("code more", |it| {
            it.publish(Code {
                hash: CodeHash([7; 32]),
                bytes: Vec::new(),
            })
        }),
        ("expiry", |it| *it.opened.get_mut(&ID).unwrap() = Height(8)),
        ("terms forgotten", |it| {
            it.opened.remove(&ID);
        }),
        ("fees", |it| it.fees = Amount(9)),
        ("burned", |it| it.burned = Amount(9)),
        ("a bond less", |it| it.remove_bond(bond_id())),
        ("price", |it| {
            it.oracles.get_mut(&key(4)).unwrap().price = Amount(9)
        }),
        ("an oracle's last height", |it| {
            it.oracles.get_mut(&key(4)).unwrap().until = Height(8)
        }),
        ("an oracle less", |it| {
            it.oracles.remove(&key(4));
        }),
        ("held coins", |it| {
            it.queries.get_mut(&QUERY).unwrap().held = Amount(9)
        }),
        ("an answer", |it| {
            let answer = Answer {
                at: Height(1),
                bytes: Vec::new(),
            };
            it.queries.get_mut(&QUERY).unwrap().answer = Some(answer);
        }),
        ("a query less", |it| it.remove_query(QUERY)),
    ];
    let before = root(&kept());
    for (what, change) in changes {
        let mut kept = kept();
        change(&mut kept);
        assert_ne!(root(&kept), before, "{what}");
    }
}

/// docs/spec/arbiter.md, 7.6.
#[test]
fn every_part_of_a_channel_is_in_its_leaf() {
    fn closing(it: &mut Channel) -> (&mut Side, &mut Height, &mut [u8; 2], &mut Option<Debt>) {
        match &mut it.phase {
            Phase::Closing {
                by,
                until,
                steps,
                debt,
            } => (by, until, steps, debt),
            Phase::Open => unreachable!("it is being closed"),
        }
    }
    let changes: [Change<Channel>; 13] = [
        ("terms", |it| it.parameters.lock = 6),
        ("tip", |it| it.tip.payout.swap(0, 1)),
        ("round", |it| it.standing = Standing::co_signed(Round(1))),
        ("forced", |it| it.standing.forced = 1),
        ("no ground", |it| it.ground = Ground::Terms),
        ("ground", |it| {
            if let Ground::CoSigned(state) = &mut it.ground {
                state.commitment.prev = Hash([1; 32])
            }
        }),
        ("phase", |it| it.phase = Phase::Open),
        ("closer", |it| *closing(it).0 = Side::Responder),
        ("window", |it| closing(it).1.0 = 4),
        ("steps", |it| closing(it).2.swap(0, 1)),
        ("no debt", |it| *closing(it).3 = None),
        ("creditor", |it| closing(it).3.as_mut().unwrap().to = key(1)),
        ("debt", |it| {
            closing(it).3.as_mut().unwrap().amount = Amount(5)
        }),
    ];
    let before = channel().leaf();
    for (what, change) in changes {
        let mut channel = channel();
        change(&mut channel);
        assert_ne!(channel.leaf(), before, "{what}");
    }
}

/// docs/spec/arbiter.md, 7.6 and 11.2.
#[test]
fn every_part_of_a_bond_is_in_its_leaf() {
    let changes: [Change<Bond>; 4] = [
        ("coins", |it| it.amount = Amount(5_001)),
        ("delay", |it| it.delay = 31),
        ("phase", |it| it.phase = BondPhase::Standing),
        ("until", |it| {
            it.phase = BondPhase::Leaving { until: Height(41) }
        }),
    ];
    let before = root(&kept());
    for (what, change) in changes {
        let mut kept = kept();
        change(kept.bonds.get_mut(&bond_id()).unwrap());
        assert_ne!(root(&kept), before, "{what}");
    }
    let mut other = kept();
    other.remove_bond(bond_id());
    for id in [
        BondId {
            feed: FeedId([9; 32]),
            ..bond_id()
        },
        BondId {
            owner: key(2),
            ..bond_id()
        },
    ] {
        let mut kept = other.clone();
        kept.set_bond(id, bond());
        assert_ne!(root(&kept), before, "the place names {id:?}");
    }
}

/// docs/spec/arbiter.md, 1.5: an empty account is none, however it came to be empty.
#[test]
fn an_empty_account_leaves_no_leaf() {
    let mut kept = kept();
    let before = root(&kept);
    kept.move_coins(&[], &[(key(9), Amount(0))]).unwrap();
    assert_eq!(root(&kept), before);
    kept.move_coins(&[], &[(key(9), Amount(5))]).unwrap();
    assert_ne!(root(&kept), before);
    kept.move_coins(&[(key(9), Amount(5))], &[]).unwrap();
    assert_eq!(root(&kept), before);
}

/// Coins move all together or not at all.
#[test]
fn coins_that_cannot_all_move_do_not_move() {
    let mut kept = kept();
    let before = root(&kept);
    let (have, more) = (Amount(99), Amount(100));
    let short = Rejected::Funds { have, need: more };
    assert_eq!(kept.move_coins(&[(key(1), more)], &[]), Err(short));
    let twice = [(key(1), Amount(60)), (key(1), Amount(60))];
    let (have, need) = (Amount(39), Amount(60));
    let short = Rejected::Funds { have, need };
    assert_eq!(kept.move_coins(&twice, &[]), Err(short));
    let over = [(key(2), Amount(1)), (key(1), Amount(u64::MAX))];
    assert_eq!(kept.move_coins(&[], &over), Err(Rejected::Overflow));
    assert_eq!(root(&kept), before);
}
