//! A party that begins again: from the records of 10,000 rounds, and from a checkpoint with the
//! records of the rounds since.

use criterion::{Criterion, criterion_group, criterion_main};
use twinroot_benches::{Pair, Work};
use twinroot_feed::FeedJudge;
use twinroot_host::{Backend, Host};

const ROUNDS: usize = 10_000;
const SINCE: usize = 100;

fn replay(criterion: &mut Criterion) {
    let host = Host::new(Backend::Cranelift, FeedJudge).expect("this machine runs wasm");
    let mut group = criterion.benchmark_group("replay");
    group.sample_size(10);
    for (name, work) in [("transfers", Work::Transfer), ("calls", Work::Call)] {
        let mut pair = Pair::new(&host, 1_000);
        for _ in 0..ROUNDS {
            pair.step(work);
        }
        group.bench_function(format!("{ROUNDS} rounds of {name}"), |bencher| {
            bencher.iter(|| pair.restored(&pair.records));
        });
        pair.checkpoint();
        for _ in 0..SINCE {
            pair.step(work);
        }
        group.bench_function(
            format!("a checkpoint and {SINCE} rounds of {name}"),
            |bencher| bencher.iter(|| pair.restored(&pair.records)),
        );
    }
    group.finish();
}

criterion_group!(benches, replay);
criterion_main!(benches);
