//! A sale in a channel, both sides and the ledger listened to.

use twinroot_abi::{Amount, Gas, Height, Side, Subject, TimeMs};
use twinroot_exec::{Fallback, Outcome};
use twinroot_feed::{FeedJudge, select};
use twinroot_host::{Backend, Host, Trace};
use twinroot_profile::{Profile, Recorder};
use twinroot_testkit::{World, attestor, tv};
use twinroot_wire::Operation;

/// The traces of a sale: the price is paid, a release without facts is called off, one with facts pays.
fn sale() -> Vec<Trace> {
    let recorder = Recorder::default();
    let host = |backend| recorder.listen_to(Host::new(backend, FeedJudge).unwrap());
    let mut world = World::new([Amount(10_000_000); 2], TimeMs(0)).unwrap();
    world.off_chain = host(Backend::Cranelift);
    world.on_chain = host(Backend::Pulley);
    world.open([Amount(1_000_000), Amount(0)], 10).unwrap();
    let mut attestors = [1, 2, 3].map(|seed| attestor(&[seed; 32], "somebody").unwrap());
    attestors.sort_by_key(|attestor| attestor.feed().id());
    let feeds = attestors.each_ref().map(|attestor| attestor.feed().clone());
    let ids = feeds.each_ref().map(|feed| feed.id());
    let (subject, price, refund) = (Subject([5; 32]), Amount(700_000), Height(50));
    let code = world.publish(Side::Responder, tv::WASM).unwrap();
    let escrow = world.next_contract().unwrap();
    let create = Operation::Create {
        code: code.hash,
        fallback: Fallback::all_to(Side::Initiator),
        hold: refund,
        args: tv::init(Side::Initiator, price, refund, subject, ids),
        gas: tv::INIT_GAS,
    };
    world.agree(Side::Initiator, vec![create]).unwrap();
    let pay = Operation::Call(tv::pay(escrow, price));
    world.agree(Side::Initiator, vec![pay]).unwrap();
    let early = Operation::Call(tv::release(escrow, Vec::new()));
    let _ = world.force(Side::Responder, vec![early]);
    let claims: Vec<Vec<u8>> = attestors
        .iter_mut()
        .map(|attestor| attestor.claim(TimeMs(1), subject, tv::DELIVERED).unwrap())
        .collect();
    let params = tv::params(subject, ids);
    let facts = select::k_of_n_equal(0, tv::QUORUM, &params, &feeds, &claims).unwrap();
    let release = Operation::Call(tv::release(escrow, vec![facts]));
    world.force(Side::Responder, vec![release]).unwrap();
    recorder.take()
}

#[test]
fn every_call_of_a_sale_adds_up() {
    let traces = sale();
    for trace in &traces {
        let profile = Profile::of(trace, &[]).unwrap();
        assert_eq!(profile.split().total(), trace.gas, "{}", trace.entry);
        assert_eq!(crate::stage::folded_sum(&profile), trace.gas.0);
    }
    for entry in ["init", "pay", "release"] {
        let paths = traces.iter().filter(|trace| trace.entry == entry);
        assert!(paths.count() >= 2, "{entry} runs on both paths");
    }
    let reverts = |trace: &&Trace| matches!(trace.outcome, Outcome::Revert(_));
    assert!(traces.iter().any(|trace| reverts(&trace)));
}

#[test]
fn signatures_are_what_a_release_pays_for() {
    let traces = sale();
    let released = |trace: &&Trace| trace.entry == "release" && trace.outcome == Outcome::Success;
    let trace = traces.iter().find(released).unwrap();
    let profile = Profile::of(trace, &[]).unwrap();
    let split = profile.split();
    // Two of three: as many keys and signatures.
    assert!(split.crypto > Gas(2 * (150_000 + 160_000)), "{split:?}");
    assert!(split.crypto.0 * 10 > trace.gas.0 * 9, "{split:?}");
    let paid = profile
        .host_calls()
        .iter()
        .find(|call| call.function == "transfer");
    assert_eq!(
        paid.unwrap().to_string(),
        "transfer(side 1, amount 700000) = 0"
    );
}
