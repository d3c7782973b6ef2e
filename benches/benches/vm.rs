//! The VM beside plain engines and the machine itself, group by group. `twinroot bench` prints the ratios.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use twinroot_benches::workloads::{ESCROW, WORKLOADS};
use twinroot_benches::{GROUPS, Metering, Ours, Plain, host_calls};

fn metering(criterion: &mut Criterion) {
    for work in WORKLOADS {
        let mut group = criterion.benchmark_group(format!("metering/{}", work.name));
        let args = work.argument.to_le_bytes();
        let ours = Ours::new(work.wasm);
        let (call, mut state) = ours.call(work.entry, &args);
        group.bench_function("metered", |bencher| {
            bencher.iter(|| black_box(ours.run(&call, &mut state)));
        });
        for (name, metering) in [("unmetered", Metering::None), ("fuel", Metering::Fuel)] {
            let mut plain = Plain::new(work.wasm, metering);
            group.bench_function(name, |bencher| {
                bencher.iter(|| {
                    black_box(plain.run(work.entry, &args));
                });
            });
        }
        group.bench_function("native", |bencher| {
            bencher.iter(|| black_box((work.native)(black_box(work.argument))));
        });
        group.finish();
    }
}

fn call(criterion: &mut Criterion) {
    let mut ours = Ours::new(ESCROW);
    ours.settle("init", &[]);
    let mut plain = Plain::new(ESCROW, Metering::Fuel);
    plain.settle("init", &[]);
    for entry in ["nop", "release"] {
        let mut group = criterion.benchmark_group(format!("call/{entry}"));
        let (call, mut state) = ours.call(entry, &[]);
        group.bench_function("ours", |bencher| {
            bencher.iter(|| black_box(ours.run(&call, &mut state)));
        });
        group.bench_function("fuel", |bencher| {
            bencher.iter(|| {
                black_box(plain.run(entry, &[]));
            });
        });
        group.finish();
    }
}

fn host_call(criterion: &mut Criterion) {
    let ours = Ours::new(&host_calls());
    let (call, mut state) = ours.call("go", &[]);
    criterion.bench_function("host_call/10,000 of them", |bencher| {
        bencher.iter(|| black_box(ours.run(&call, &mut state)));
    });
}

fn compile(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("compile");
    group.sample_size(10);
    group.bench_function("first_result", |bencher| {
        bencher.iter(|| {
            let ours = Ours::new(ESCROW);
            let (call, mut state) = ours.call("nop", &[]);
            black_box(ours.run(&call, &mut state))
        });
    });
    group.finish();
}

/// Those that are one figure each: taken as the short form takes them.
fn the_rest(_: &mut Criterion) {
    for group in GROUPS
        .iter()
        .filter(|group| ["cache", "batch", "state"].contains(&group.name))
    {
        for figure in (group.run)() {
            let (name, ratio, median) = (&figure.name, figure.ratio, figure.median_ns);
            println!("{name}: {median:.0} ns, {ratio:.2} of {}", figure.against);
        }
    }
}

criterion_group!(benches, metering, call, host_call, compile, the_rest);
criterion_main!(benches);
