//! The life of a question to an oracle of the ledger, block by block (docs/spec/arbiter.md, 12).

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;
use twinroot_abi::{Amount, Height, Policy};
use twinroot_arbiter::{Effect, Oracle, Rejected};
use twinroot_exec::{Bundle, Judge, Question, Refusal};
use twinroot_feed::{Answer, FeedJudge, Query, Shown};
use twinroot_wire::Action;

use crate::world::{A, B, C, COINS, World, key};

/// What the oracle C takes.
pub(crate) const PRICE: u64 = 700;
/// Its last height.
pub(crate) const UNTIL: u64 = 60;
const QUESTION: &[u8] = b"did order 7 arrive?";
const ANSWER_BY: u64 = 10;
const KEPT_UNTIL: u64 = 15;

pub(crate) fn register(price: u64, until: u64) -> Action {
    let (price, until) = (Amount(price), Height(until));
    Action::Register { price, until }
}

/// The question of these tests.
pub(crate) fn query() -> Query {
    Query {
        oracle: key(C),
        question: Query::hash(QUESTION),
        answer_by: Height(ANSWER_BY),
        kept_until: Height(KEPT_UNTIL),
    }
}

pub(crate) fn ask(most: u64) -> Action {
    Action::Ask {
        oracle: key(C),
        question: QUESTION.to_vec(),
        answer_by: Height(ANSWER_BY),
        kept_until: Height(KEPT_UNTIL),
        most: Amount(most),
    }
}

pub(crate) fn respond(answer: &[u8]) -> Action {
    Action::Respond {
        query: query().id(),
        answer: answer.to_vec(),
    }
}

pub(crate) fn refund() -> Action {
    let query = query().id();
    Action::Refund { query }
}

/// A ledger with the oracle C.
pub(crate) fn served() -> World {
    let mut world = World::before_open();
    world.must(C, register(PRICE, UNTIL));
    world.advance(3);
    world
}

/// A ledger whose oracle was asked, by B.
pub(crate) fn asked() -> World {
    let mut world = served();
    world.must(B, ask(PRICE));
    world
}

fn coins(world: &World, who: usize) -> u64 {
    world.ledger.account(key(who)).coins.0
}

fn height(world: &World) -> u64 {
    world.ledger.block().height.0
}

/// What the ledger shows to whoever pins its present block.
fn shown(world: &World) -> Option<Answer> {
    let message = world.ledger.prove(&query());
    let Shown(leaf) = Shown::open(&message, &query(), world.ledger.block()).unwrap();
    let known = world.ledger.query(query().id());
    assert!(leaf.is_none() || known.is_none() || leaf.as_ref().unwrap().query() == query());
    leaf.and_then(|asked| asked.answer)
}

/// Anyone asks and pays; the oracle answers and is paid; the answer is there for all to see, for as long
/// as the question said.
#[test]
fn an_oracle_is_asked_and_answers() {
    let mut world = served();
    let fee = world.must(B, ask(PRICE + 1)).fee.0;
    assert_eq!(
        coins(&world, B),
        COINS - fee - PRICE,
        "no more than its price"
    );
    world.advance(1);
    assert_eq!(shown(&world), None);
    let before = coins(&world, C);
    let at = world.ledger.block().height;
    let receipt = world.must(C, respond(b"yes"));
    let answer = Answer {
        at,
        bytes: b"yes".to_vec(),
    };
    let effect = Effect::Answered {
        query: query().id(),
        answer: answer.clone(),
        paid: Amount(PRICE),
    };
    assert_eq!(receipt.effect, effect);
    assert_eq!(coins(&world, C), before + PRICE - receipt.fee.0);
    assert_eq!(shown(&world), None, "the pinned block began before it");
    while height(&world) <= KEPT_UNTIL {
        world.advance(1);
        assert_eq!(shown(&world), Some(answer.clone()));
    }
    world.advance(2);
    assert_eq!(shown(&world), None);
    assert_eq!(world.ledger.query(query().id()), None);
}

/// Who asked in vain has its coins back, whoever asks for them; the fees are gone.
#[test]
fn an_oracle_that_stays_silent_is_not_paid() {
    let mut world = asked();
    let before = coins(&world, B);
    world.advance(ANSWER_BY + 1 - height(&world));
    let answer_by = Height(ANSWER_BY);
    let late = Rejected::Expired { expiry: answer_by };
    assert_eq!(world.post(C, respond(b"yes")), Err(late));
    let effect = world.must(A, refund()).effect;
    let refunded = Effect::Refunded {
        query: query().id(),
        to: key(B),
        amount: Amount(PRICE),
    };
    assert_eq!(effect, refunded);
    assert_eq!(coins(&world, B), before + PRICE);
    let gone = Rejected::NoQuery(query().id());
    assert_eq!(world.post(A, refund()), Err(gone));
}

/// docs/spec/arbiter.md, 12.4: one name stands for one question that is asked once, and so has one answer.
#[test]
fn no_question_is_asked_twice() {
    let twice = Err(Rejected::Asked(query().id()));
    let late = Err(Rejected::Expired {
        expiry: Height(ANSWER_BY),
    });
    for answers in [true, false] {
        let mut world = asked();
        if answers {
            world.must(C, respond(b"yes"));
        }
        while height(&world) <= UNTIL {
            assert_eq!(
                world.clone().post(A, ask(PRICE)).map(drop),
                if height(&world) <= ANSWER_BY {
                    twice.clone()
                } else {
                    late.clone()
                },
            );
            if !answers && height(&world) == ANSWER_BY + 3 {
                world.must(C, refund());
            }
            world.advance(1);
        }
    }
}

/// Coins are not forgotten, however late they are asked for; what holds none goes by itself.
#[test]
fn what_holds_coins_stays() {
    for price in [PRICE, 0] {
        let mut world = World::before_open();
        world.must(C, register(price, UNTIL));
        world.must(B, ask(price));
        world.advance(KEPT_UNTIL);
        assert!(world.ledger.query(query().id()).is_some());
        world.advance(1_000);
        assert_eq!(world.ledger.query(query().id()).is_some(), price > 0);
        assert_eq!(world.post(A, refund()).is_ok(), price > 0);
    }
}

/// docs/spec/arbiter.md, 12.1 and 12.2.
#[test]
fn an_oracle_goes_unless_it_stays() {
    let mut world = served();
    let (price, until) = (Amount(PRICE * 2), Height(UNTIL + 5));
    let effect = world.must(C, Action::Extend { price, until }).effect;
    let oracle = Oracle { price, until };
    assert_eq!(
        effect,
        Effect::Registered {
            key: key(C),
            oracle
        }
    );
    let (price, most) = (price, Amount(PRICE));
    let dearer = Rejected::Price { price, most };
    assert_eq!(world.post(B, ask(PRICE)), Err(dearer));
    world.advance(until.0 - height(&world));
    assert_eq!(world.ledger.oracle(key(C)), Some(&oracle));
    assert_eq!(
        world.clone().post(C, register(1, UNTIL * 2)),
        Err(Rejected::Registered)
    );
    world.advance(1);
    assert_eq!(world.ledger.oracle(key(C)), None);
    world.must(C, register(1, UNTIL * 2));
}

/// An oracle that went can still answer what it was asked while it was there.
#[test]
fn what_is_held_is_for_the_price_of_then() {
    let mut world = asked();
    let (price, until) = (Amount(PRICE * 9), Height(UNTIL));
    world.must(C, Action::Extend { price, until });
    let Effect::Answered { paid, .. } = world.must(C, respond(b"")).effect else {
        unreachable!("it answered")
    };
    assert_eq!(paid, Amount(PRICE));
}

/// What a judge says of the query at the present block.
fn verdict(world: &World) -> Result<Vec<u8>, Refusal> {
    let query = query();
    let times = [query.answer_by, query.kept_until].map(|height| height.0.to_le_bytes());
    let params = [&query.oracle.0[..], &query.question.0, &times[0], &times[1]].concat();
    let facts = Bundle {
        policy: 0,
        descriptors: Vec::new(),
        messages: vec![world.ledger.prove(&query)],
    };
    FeedJudge.judge(&Question {
        policy: Policy::Response { params: 0 },
        params: Some(&params),
        facts: Some(&facts),
        pinned: world.ledger.block(),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// docs/spec/oracles.md, 9.5: whatever anyone does to a query, it has one verdict, which can be had in every
    /// block from the last for the answer to the last for which that is kept, and in none after that. So whoever
    /// submits gains nothing by the block that it pins, or by what it leaves out.
    #[test]
    fn one_query_has_one_verdict(acts in vec(0..8_u8, 0..40)) {
        let mut world = served();
        let mut verdicts = BTreeMap::new();
        let mut given = None;
        let mut acts = acts.into_iter();
        while height(&world) < KEPT_UNTIL + 4 {
            let result = match acts.next() {
                Some(0) => world.post(A, ask(PRICE)),
                Some(1) => world.post(B, ask(COINS)),
                Some(2) => world.post(C, respond(b"yes")),
                Some(3) => world.post(C, respond(b"no")),
                Some(4) => world.post(A, refund()),
                _ => {
                    world.advance(1);
                    verdicts.insert(height(&world), verdict(&world));
                    continue;
                }
            };
            if let Ok(Effect::Answered { answer, .. }) = result.map(|receipt| receipt.effect) {
                prop_assert!(given.is_none(), "it is answered once");
                given = Some(answer);
            }
        }
        let known: BTreeSet<_> = verdicts.values().flatten().collect();
        prop_assert_eq!(known.len(), 1, "it has one verdict");
        prop_assert!(known.iter().all(|verdict| verdict[0] == u8::from(given.is_some())));
        let first = given.map_or(ANSWER_BY, |answer| answer.at.0) + 1;
        for (height, verdict) in verdicts {
            let there = (first..=KEPT_UNTIL).contains(&height);
            prop_assert_eq!(verdict.is_ok(), there, "at {}", height);
        }
    }
}
