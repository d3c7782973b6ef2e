//! Oracles: who may be one, what they can be asked, and who may answer (docs/spec/arbiter.md, 12).

use twinroot_abi::{Amount, Height, QueryId};
use twinroot_arbiter::Rejected;
use twinroot_wire::Action;

use super::{check_action, drain, rules};
use crate::questions::{PRICE, UNTIL, ask, asked, query, refund, register, respond, served};
use crate::world::{A, B, C, World, key};

/// docs/spec/arbiter.md, 12.1.
#[test]
fn an_account_becomes_an_oracle() {
    let rules = rules![
        "once" => Rejected::Registered,
        "until" => Rejected::Lifetime { least: Height(4), most: Height(100_003), .. },
    ];
    for until in [3, 100_004] {
        check_action(&rules, |broken| {
            let mut world = World::before_open();
            world.advance(3);
            if broken.has("once") {
                world.must(C, register(0, 9));
            }
            let until = if broken.has("until") { until } else { 100_003 };
            (world, C, register(PRICE, until))
        });
    }
}

/// docs/spec/arbiter.md, 12.2.
#[test]
fn an_oracle_stays() {
    let rules = rules![
        "oracle" => Rejected::NoOracle(_),
        "until" => Rejected::Lifetime { least: Height(UNTIL), .. },
    ];
    check_action(&rules, |broken| {
        let who = if broken.has("oracle") { A } else { C };
        // Of no oracle nothing is promised that could be taken back.
        let until = UNTIL - u64::from(broken.has("until"));
        let (price, until) = (Amount(1), Height(until));
        (served(), who, Action::Extend { price, until })
    });
}

/// docs/spec/arbiter.md, 12.3.
#[test]
fn a_question() {
    let rules = rules![
        "question" => Rejected::Question { .. },
        "too late" => Rejected::Expired { .. },
        "kept" => Rejected::Kept { .. },
        "oracle" => Rejected::NoOracle(_),
        "leaves" => Rejected::OracleLeaves { .. },
        "price" => Rejected::Price { price: Amount(PRICE), .. },
        "again" => Rejected::Asked(_),
        "coins" => Rejected::Funds { .. },
    ];
    for (question, kept) in [(0, 0), (257, 100_001)] {
        check_action(&rules, |broken| {
            let mut world = served();
            let mut action = ask(PRICE);
            let Action::Ask {
                oracle,
                question: asked,
                answer_by,
                kept_until,
                most,
            } = &mut action
            else {
                unreachable!("it is a question")
            };
            if broken.has("question") {
                *asked = vec![7; question];
            }
            if broken.has("leaves") {
                *answer_by = Height(UNTIL + 1);
            }
            if broken.has("too late") {
                world.advance(1);
                answer_by.0 = world.ledger.block().height.0 - 1;
            }
            kept_until.0 = answer_by.0 + if broken.has("kept") { kept } else { 100_000 };
            if broken.has("oracle") {
                *oracle = key(A);
            }
            if broken.has("price") {
                most.0 -= 1;
            }
            if broken.has("again") {
                // Whatever else is broken in this one, it is not in that one.
                let _ = world.post(B, action.clone());
            }
            if broken.has("coins") {
                drain(&mut world, A, 800 + PRICE / 2);
            }
            (world, A, action)
        });
    }
}

/// docs/spec/arbiter.md, 12.5.
#[test]
fn an_answer() {
    let rules = rules![
        "bytes" => Rejected::Answer { bytes: 257 },
        "query" => Rejected::NoQuery(_),
        "answered" => Rejected::Answered(_),
        "oracle" => Rejected::NotTheOracle,
        "late" => Rejected::Expired { .. },
    ];
    check_action(&rules, |broken| {
        let mut world = asked();
        if broken.has("answered") {
            world.must(C, respond(b"no"));
        }
        if broken.has("late") {
            world.advance(query().answer_by.0);
        }
        let answer = vec![7; 256 + usize::from(broken.has("bytes"))];
        let query = if broken.has("query") {
            QueryId([9; 32])
        } else {
            query().id()
        };
        let who = if broken.has("oracle") { A } else { C };
        (world, who, Action::Respond { query, answer })
    });
}

/// docs/spec/arbiter.md, 12.6.
#[test]
fn a_refund() {
    let rules = rules![
        "query" => Rejected::NoQuery(_),
        "answered" => Rejected::Answered(_),
        "early" => Rejected::StillOpen { .. },
    ];
    check_action(&rules, |broken| {
        let mut world = asked();
        if broken.has("answered") {
            world.must(C, respond(b"no"));
        }
        let last = query().answer_by.0 - world.ledger.block().height.0;
        world.advance(last + u64::from(!broken.has("early")));
        let mut action = refund();
        if broken.has("query") {
            let query = QueryId([9; 32]);
            action = Action::Refund { query };
        }
        (world, B, action)
    });
}

/// docs/spec/arbiter.md, 2.3: the price counts among what a question takes.
#[test]
fn a_question_takes_all_that_is_there_and_no_more() {
    let world = served();
    let fee = world.clone().must(B, ask(PRICE)).fee.0;
    for missing in [0, 1] {
        let mut world = world.clone();
        drain(&mut world, B, fee + PRICE - missing);
        let result = world.post(B, ask(PRICE));
        assert_eq!(result.is_ok(), missing == 0, "{result:?}");
    }
}
