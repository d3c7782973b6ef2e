//! Modules that are made to take long, or much stack, in a compiler. The gate refuses them, or every
//! engine compiles them. How long that takes is printed and never asserted.

#![expect(clippy::disallowed_types, reason = "a measurement needs a clock")]

use std::time::{Duration, Instant};

use twinroot_benches::bombs;
use twinroot_gate::admit;
use twinroot_proofs::{Engines, Kind};

#[test]
fn bombs_are_refused_or_compiled() {
    let engines = Engines::new();
    let [first, second, third, fourth] = Kind::ALL;
    println!(
        "{:>56} {:>8} {first:>9} {second:>9} {third:>9} {fourth:>9}",
        "", "gate"
    );
    for bomb in bombs() {
        let wasm = bomb.wasm();
        let (admitted, gate) = timed(|| admit(&wasm));
        print!("{:>56} {:>6}ms", bomb.name, gate.as_millis());
        let module = match admitted {
            Err(error) => {
                println!(" {error:.100}");
                assert!(bomb.is_refused, "{}: {error}", bomb.name);
                continue;
            }
            Ok(module) => module,
        };
        assert!(!bomb.is_refused, "{}: accepted", bomb.name);
        for kind in Kind::ALL {
            let (compiled, time) = timed(|| engines.compile_on(kind, &module.metered));
            print!(" {:>7}ms", time.as_millis());
            compiled.unwrap_or_else(|why| panic!("{}: {kind}: {why}", bomb.name));
        }
        println!(" {} bytes, metered {}", wasm.len(), module.metered.len());
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let done = work();
    (done, start.elapsed())
}
