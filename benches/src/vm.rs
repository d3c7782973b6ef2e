//! The figures of the VM, in groups.

use std::hint::black_box;

use twinroot_abi::{Hash, Side};
use twinroot_exec::StateKey;
use twinroot_state::{Changes, State, Touched, Tree};

use crate::figure::timed;
use crate::workloads::{ESCROW, WORKLOADS, Workload};
use crate::{Figure, Metering, Ours, Plain, WasmiPeer, bombs, compare, oracles};

/// Figures that belong together.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// The first part of their names.
    pub name: &'static str,
    /// What they tell.
    pub about: &'static str,
    /// Measures them.
    pub run: fn() -> Vec<Figure>,
}

const fn group(name: &'static str, about: &'static str, run: fn() -> Vec<Figure>) -> Group {
    Group { name, about, run }
}

/// All of them.
pub const GROUPS: &[Group] = &[
    group("metering", "counting gas and stack", metering),
    group("native", "contracts beside the machine itself", native),
    group("call", "a call from beginning to end", call),
    group("host_call", "asking the host", host_call),
    group("compile", "a contract that nobody has met before", compile),
    group("cache", "a contract that was compiled before", cache),
    group("batch", "many calls at once", batch),
    group("state", "the tree of a channel's state", state),
    group("oracle", "readings that a device signed", oracles::figures),
];

const UNMETERED: &str = "the same module, unmetered";
const FUEL: &str = "plain wasmtime with pool and fuel";

fn metering() -> Vec<Figure> {
    let figure = |work: &Workload| {
        let name = match work.name {
            "token" => "metering/token".to_owned(),
            "fib" => "metering/recursion".to_owned(),
            name => format!("metering/{name}"),
        };
        let mut plain = Plain::new(work.wasm, Metering::None);
        let args = work.argument.to_le_bytes();
        compare(&name, UNMETERED, ours(work), || {
            black_box(plain.run(work.entry, &args));
        })
    };
    with_mean("metering/integer_kernels", WORKLOADS.iter().map(figure))
}

fn native() -> Vec<Figure> {
    let figure = |work: &Workload| {
        let name = format!("native/{}", work.name);
        let native = || {
            black_box((work.native)(black_box(work.argument)));
        };
        compare(&name, "the same Rust, for this machine", ours(work), native)
    };
    let mut figures = with_mean("native/integer_kernels", WORKLOADS.iter().map(figure));
    if let Some(work) = WORKLOADS.iter().find(|work| work.name == "insertion_sort") {
        let mut plain = Plain::new(work.wasm, Metering::Fuel);
        let args = work.argument.to_le_bytes();
        let fuel = || {
            black_box(plain.run(work.entry, &args));
        };
        figures.push(compare(
            "fuel/insertion_sort",
            "the same Rust, for this machine",
            fuel,
            || {
                black_box((work.native)(black_box(work.argument)));
            },
        ));
    }
    figures
}

fn ours(work: &Workload) -> impl FnMut() {
    let ours = Ours::new(work.wasm);
    let (call, mut state) = ours.call(work.entry, &work.argument.to_le_bytes());
    move || {
        black_box(ours.run(&call, &mut state));
    }
}

/// The figures, and the mean of those of integer kernels that do not recurse.
fn with_mean(name: &str, figures: impl Iterator<Item = Figure>) -> Vec<Figure> {
    let mut figures: Vec<Figure> = figures.collect();
    let kernels = ["sha256", "blake2b", "heapsort", "collatz", "fnv"];
    let of: Vec<Figure> = figures
        .iter()
        .filter(|figure| kernels.iter().any(|kernel| figure.name.ends_with(kernel)))
        .cloned()
        .collect();
    figures.push(Figure::mean(name, &of));
    figures
}

fn call() -> Vec<Figure> {
    let mut figures = Vec::new();
    for (name, entry) in [("call/nop", "nop"), ("call/escrow_54k", "release")] {
        let (mut subject, mut reference) = escrow(entry, Metering::Fuel);
        figures.push(compare(name, FUEL, &mut subject, &mut reference));
    }
    let storage = storage_calls();
    let ours = Ours::new(&storage);
    let (call, mut state) = ours.call("go", &[]);
    let mut plain = Plain::new(&storage, Metering::Fuel);
    figures.push(compare(
        "call/storage",
        FUEL,
        || {
            black_box(ours.run(&call, &mut state));
        },
        || {
            black_box(plain.run("go", &[]));
        },
    ));
    let mut wasmi = WasmiPeer::new(ESCROW);
    wasmi.run("init", &[], true);
    let (_, mut reference) = escrow("release", Metering::Fuel);
    let interpreted = || wasmi.run("release", &[], false);
    figures.push(compare(
        "wasmi/escrow_54k",
        FUEL,
        interpreted,
        &mut reference,
    ));
    figures
}

/// A step of the escrow, and the same on plain wasmtime.
fn escrow(entry: &'static str, metering: Metering) -> (impl FnMut(), impl FnMut()) {
    let mut ours = Ours::new(ESCROW);
    ours.settle("init", &[]);
    let mut plain = Plain::new(ESCROW, metering);
    plain.settle("init", &[]);
    let (call, mut state) = ours.call(entry, &[]);
    let subject = move || {
        black_box(ours.run(&call, &mut state));
    };
    let reference = move || {
        black_box(plain.run(entry, &[]));
    };
    (subject, reference)
}

/// How often a contract is loaded.
const LOADS: usize = 500;
/// How often [`host_calls`] asks the host.
pub const HOST_CALLS: u32 = 10_000;

fn host_call() -> Vec<Figure> {
    let wasm = host_calls();
    let ours = Ours::new(&wasm);
    let (call, mut state) = ours.call("go", &[]);
    let mut plain = Plain::new(&wasm, Metering::None);
    let figure = compare(
        "host_call",
        "a host call without gas",
        || {
            black_box(ours.run(&call, &mut state));
        },
        || {
            black_box(plain.run("go", &[]));
        },
    );
    vec![figure.each(f64::from(HOST_CALLS))]
}

/// A module that asks for the height again and again.
///
/// # Panics
/// Never: the text is a module.
#[must_use]
pub fn host_calls() -> Vec<u8> {
    let text = format!(
        r#"(module (import "twinroot" "height" (func $height (result i64)))
        (func (export "go") (local i32)
            (loop
                (drop (call $height))
                (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1)))
                    (i32.const {HOST_CALLS}))))))"#
    );
    wat::parse_str(text).expect("a module")
}

/// One read, one write.
fn storage_calls() -> Vec<u8> {
    let text = r#"(module
        (import "twinroot" "storage_read" (func $read (param i32 i32 i32 i32) (result i32)))
        (import "twinroot" "storage_write" (func $write (param i32 i32 i32 i32)))
        (memory (export "memory") 1)
        (func (export "go")
            (drop (call $read (i32.const 0) (i32.const 8) (i32.const 100) (i32.const 32)))
            (call $write (i32.const 0) (i32.const 8) (i32.const 100) (i32.const 32))))"#;
    wat::parse_str(text).expect("a module")
}

fn compile() -> Vec<Figure> {
    let first = || {
        let ours = Ours::new(ESCROW);
        let (call, mut state) = ours.call("nop", &[]);
        black_box(ours.run(&call, &mut state));
    };
    let plain = || {
        let mut plain = Plain::new(ESCROW, Metering::Fuel);
        black_box(plain.run("nop", &[]));
    };
    let first = compare("compile/first_result", FUEL, first, plain);
    let slowest = slowest_bomb(&first);
    vec![first, slowest]
}

/// What takes longest from bytes to a result, of all that is made to take long and passes the gate.
fn slowest_bomb(first_result: &Figure) -> Figure {
    let accepted = bombs().into_iter().filter(|bomb| !bomb.is_refused);
    let times = accepted.map(|bomb| {
        let wasm = bomb.wasm();
        let time = timed(1, &mut || {
            black_box(Ours::new(&wasm).has("go"));
        });
        (time, bomb.name)
    });
    let (time, name) = times
        .max_by(|(one, _), (other, _)| f64::total_cmp(one, other))
        .unwrap_or_default();
    let against = format!("the escrow's first result; {name}");
    let pair = [time, first_result.median_ns];
    Figure::of("compile/slowest_bomb", &against, vec![pair])
}

/// A call of a contract that is in a folder, beside one of what is in memory.
fn cache() -> Vec<Figure> {
    let folder = tempfile::tempdir().expect("a folder for a while");
    let nop = r#"(module (memory (export "memory") 1) (func (export "nop")))"#;
    let other = Ours::in_folder(&wat::parse_str(nop).expect("a module"), folder.path());
    let ours = other.beside(ESCROW);
    let (call, mut state) = ours.call("nop", &[]);
    let (push_out, mut others) = other.call("nop", &[]);
    let pairs = (0..LOADS).map(|_| {
        other.run(&push_out, &mut others);
        [(); 2].map(|()| {
            timed(1, &mut || {
                black_box(ours.run(&call, &mut state));
            })
        })
    });
    let against = "a call of what is in memory";
    vec![Figure::of("cache/disk_load", against, pairs.collect())]
}

fn batch() -> Vec<Figure> {
    const CALLS: usize = 256;
    let Some(work) = WORKLOADS.iter().find(|work| work.name == "insertion_sort") else {
        return Vec::new();
    };
    let args = work.argument.to_le_bytes();
    let ours = Ours::new(work.wasm);
    let (call, mut state) = ours.call(work.entry, &args);
    let one_by_one = || {
        for _ in 0..CALLS {
            black_box(ours.run(&call, &mut state));
        }
    };
    let at_once = || ours.batch(work.entry, &args, CALLS);
    let figure = compare(
        "batch/insertion_sort",
        "the same calls, one after the other",
        at_once,
        one_by_one,
    );
    vec![figure.each(CALLS as f64)]
}

fn state() -> Vec<Figure> {
    let tree = |slots: u32| {
        let key = |slot: u32| {
            StateKey::Slot(twinroot_abi::ContractId([3; 32]), &slot.to_le_bytes()).hash()
        };
        let changes: Changes = (0..slots)
            .map(|slot| (key(slot), Some([7; 32].into())))
            .collect();
        Tree::new()
            .updated(&changes)
            .expect("a full tree misses nothing")
    };
    let set: Changes = [0_u8, 1, 2, 3]
        .map(|byte| (Hash([byte; 32]), Some([byte; 32].into())))
        .into();
    let touched = Touched {
        read: set.keys().copied().collect(),
        written: [StateKey::Balance(Side::Initiator).hash()].into(),
    };
    let (small, large) = (tree(1_000), tree(100_000));
    vec![
        compare(
            "state/set_4_of_100000",
            "of 1,000 slots",
            || drop(black_box(large.updated(&set))),
            || drop(black_box(small.updated(&set))),
        ),
        compare(
            "state/prove_4_of_100000",
            "of 1,000 slots",
            || drop(black_box(large.prove(&touched))),
            || drop(black_box(small.prove(&touched))),
        ),
    ]
}
