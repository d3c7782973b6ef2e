//! A day of readings, one a second, fetched after the fact: each by itself on one core and on all, and by
//! runs of a minute with one signature each.

use criterion::{Criterion, criterion_group, criterion_main};
use rayon::ThreadPoolBuilder;
use twinroot_benches::Readings;
use twinroot_feed::Envelope;

const DAY: u64 = 86_400;
const MINUTE: usize = 60;

fn backfill(criterion: &mut Criterion) {
    let day = Readings::new(Envelope::Native, DAY);
    let all = ThreadPoolBuilder::new()
        .build()
        .expect("the machine has threads");
    let mut group = criterion.benchmark_group("backfill of 86,400 readings");
    group.sample_size(10);
    group.bench_function("each by itself", |bencher| bencher.iter(|| day.open()));
    group.bench_function("each by itself, all cores", |bencher| {
        bencher.iter(|| day.open_on(&all));
    });
    group.bench_function("runs of 60", |bencher| {
        bencher.iter(|| day.open_runs(MINUTE))
    });
    group.finish();
}

criterion_group!(benches, backfill);
criterion_main!(benches);
