//! A co-signed round, both sides, in memory, as a multiple of the signature work that it cannot do
//! without.

#![expect(
    clippy::disallowed_types,
    clippy::float_arithmetic,
    reason = "time is what is measured here"
)]

use std::hint::black_box;
use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use twinroot_abi::Side;
use twinroot_benches::{Pair, Work, signature_work};
use twinroot_feed::FeedJudge;
use twinroot_host::{Backend, Host};
use twinroot_types::CheckedKey;

fn update_round(criterion: &mut Criterion) {
    let host = Host::new(Backend::Cranelift, FeedJudge).expect("this machine runs wasm");
    let mut group = criterion.benchmark_group("update_round");
    let mut pair = Pair::new(&host, 1_000);
    let keys = Side::BOTH.map(|side| CheckedKey::gate(pair.key(side).public()).expect("good keys"));
    let commitment = pair.commitment().clone();
    group.bench_function("signature work alone", |bencher| {
        bencher.iter(|| {
            let pairs = [
                (pair.key(Side::Initiator), &keys[0]),
                (pair.key(Side::Responder), &keys[1]),
            ];
            signature_work(pairs, black_box(&commitment));
        });
    });
    for (name, work) in [("transfer", Work::Transfer), ("call", Work::Call)] {
        group.bench_function(name, |bencher| bencher.iter(|| pair.step(work)));
        pair.records.clear();
    }
    group.finish();
    ratios(&host, &keys);
}

/// Both in turns, so that whatever else the machine does meets both alike.
fn ratios(host: &Host, keys: &[CheckedKey; 2]) {
    for (name, work) in [("transfer", Work::Transfer), ("call", Work::Call)] {
        let mut pair = Pair::new(host, 1_000);
        let commitment = pair.commitment().clone();
        let (mut bare, mut rounds, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for turn in 0..1_000 {
            // Calls write new slots: the state is to stay about as large as it is said to be.
            if turn % 50 == 0 {
                pair = Pair::new(host, 1_000);
            }
            let alone = timed(|| {
                let pairs = [
                    (pair.key(Side::Initiator), &keys[0]),
                    (pair.key(Side::Responder), &keys[1]),
                ];
                signature_work(pairs, &commitment);
            });
            let whole = timed(|| pair.step(work));
            ratios.push(whole / alone);
            bare.push(alone);
            rounds.push(whole);
            pair.records.clear();
        }
        for times in [&mut bare, &mut rounds, &mut ratios] {
            times.sort_by(f64::total_cmp);
        }
        println!(
            "a round with a {name}: {:.2} times its signature work (median of 1,000 pairs of 4; {:.2} by the quickest of each)",
            ratios[500],
            rounds[0] / bare[0],
        );
    }
}

fn timed(mut work: impl FnMut()) -> f64 {
    let start = Instant::now();
    for _ in 0..4 {
        work();
    }
    start.elapsed().as_secs_f64()
}

criterion_group!(benches, update_round);
criterion_main!(benches);
