//! What it takes to force the release of a TV's price, in channels of different sizes.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use twinroot_abi::Amount;
use twinroot_benches::forced_release;
use twinroot_feed::FeedJudge;
use twinroot_host::{Backend, Host};

fn force_progress(criterion: &mut Criterion) {
    let host = Host::new(Backend::Cranelift, FeedJudge).expect("this machine runs wasm");
    let mut group = criterion.benchmark_group("force_progress");
    println!(
        "{:>8} {:>8} {:>9} {:>9} {:>9} {:>9} {:>14} {:>14}",
        "slots", "leaves", "tx bytes", "witness", "gas", "fee", "whole state", "its fee"
    );
    for slots in [10, 1_000, 100_000] {
        let forced = forced_release(slots).expect("the story goes well");
        let coins = |fee: Option<Amount>| fee.map_or(0, |fee| fee.0);
        println!(
            "{slots:>8} {:>8} {:>9} {:>9} {:>9} {:>9} {:>14} {:>14}",
            forced.leaves,
            forced.transaction.len(),
            forced.witness_bytes,
            forced.gas.0,
            coins(forced.fee()),
            forced.whole_state_bytes(),
            coins(forced.whole_state_fee()),
        );
        group.bench_function(format!("{slots} slots"), |bencher| {
            bencher.iter_batched(
                || forced.ledger.clone(),
                |mut ledger| ledger.submit(&forced.transaction, &host).expect("included"),
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, force_progress);
criterion_main!(benches);
