//! What a watcher is told adds up to the run.

use proptest::prelude::*;
use twinroot_reference::{Answer, Host, Ran, Reference, Share, Stop, Watch};

use crate::generate::seeds;
use crate::host::answer;
use crate::program::{ENTRIES, program};

/// Adds up what it is told.
#[derive(Default)]
struct Watcher {
    paid: i64,
    open: Vec<usize>,
    calls: Vec<(usize, usize)>,
}

impl Host for Watcher {
    fn call(
        &mut self,
        name: &'static str,
        arguments: &[i64],
        memory: &mut [u8],
        gas: i64,
    ) -> Result<Answer, Stop> {
        let answer = answer(name, arguments, memory, gas)?;
        self.paid += gas - answer.gas;
        Ok(answer)
    }
}

impl Watch for Watcher {
    fn enter(&mut self, function: usize) {
        self.open.push(function);
    }

    fn leave(&mut self) {
        self.open.pop();
    }

    fn pay(&mut self, shares: &[Share]) {
        self.paid += shares
            .iter()
            .map(|share| share.gas.0.cast_signed())
            .sum::<i64>();
    }

    fn at(&mut self, place: usize) {
        self.calls.push((*self.open.last().unwrap(), place));
    }
}

fn watch(canonical: &[u8], entry: &str, gas: u64) -> (Watcher, Ran) {
    let reference = Reference::new(canonical).unwrap();
    let mut watcher = Watcher::default();
    let ran = reference.watch(entry, gas, &mut watcher).unwrap();
    (watcher, ran)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn all_gas_is_told_of(seed in seeds(), gas in 0_u64..20_000) {
        let canonical = program(&seed);
        for entry in ENTRIES {
            let (watcher, ran) = watch(&canonical, entry, gas);
            prop_assert_eq!(watcher.paid, gas.cast_signed() - ran.gas_left, "{}", entry);
            let open: Vec<_> = ran.open.iter().map(|open| open.function).collect();
            prop_assert_eq!(watcher.open, open);
        }
    }

    #[test]
    fn shares_are_the_charges(seed in seeds()) {
        let canonical = program(&seed);
        for table in Reference::new(&canonical).unwrap().tables() {
            let places: Vec<_> = table.shares.keys().collect();
            prop_assert_eq!(places, table.charges.keys().collect::<Vec<_>>());
            for (place, shares) in &table.shares {
                let sum: u64 = shares.iter().map(|share| share.gas.0).sum();
                prop_assert_eq!(sum, table.charges[place].0);
            }
        }
    }
}

/// The places are those of docs/spec/vm.md, 3.1; the module ends in the midst of the inner function.
#[test]
fn each_share_has_its_place() {
    let wat = r#"(module
        (func $inner (nop) (drop (i32.div_u (i32.const 1) (i32.const 0))))
        (func (export "go") (if (i32.const 0) (then nop)) (call $inner)))"#;
    let (watcher, ran) = watch(&wat::parse_str(wat).unwrap(), "go", 1_000);
    assert_eq!(watcher.calls, [(1, 4)]);
    let open: Vec<_> = ran
        .open
        .iter()
        .map(|open| (open.function, open.place))
        .collect();
    assert_eq!(open, [(1, 4), (0, 3)]);
    let reference = wat::parse_str(wat).unwrap();
    let tables = Reference::new(&reference).unwrap();
    let shares = |function: usize| {
        let shares = tables.tables()[function].shares[&0].iter();
        shares
            .map(|share| (share.place, share.gas.0))
            .collect::<Vec<_>>()
    };
    assert_eq!(shares(0), [(1, 1), (2, 1), (3, 14)]);
    // Its constant, its `if`, and in advance the call behind it.
    assert_eq!(shares(1), [(0, 1), (1, 1), (1, 5)]);
}
