//! Modules that others make: a generator, valid and strange in ways that nobody would think of, and
//! the compiler that contracts are built with.

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

pub(crate) use crate::smith::seeds;

/// What the entries and imports of a generated module look like.
const SHAPE: &str = r#"(module
    (import "twinroot" "balance" (func (result i64)))
    (import "twinroot" "transfer" (func (param i32 i64) (result i32)))
    (import "twinroot" "emit" (func (param i32 i32)))
    (func (export "first")) (func (export "second")) (func (export "third"))
    (memory (export "memory") 1))"#;

/// A module that is likely to pass the gate.
pub(crate) fn smith(seed: &[u8]) -> Option<Vec<u8>> {
    crate::smith::smith(SHAPE, seed)
}

/// The same seeds in every run, so that what must be reached is reached or not for good.
pub(crate) fn fixed_seeds(count: usize) -> impl Iterator<Item = Vec<u8>> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(move |_| seeds().new_tree(&mut runner).unwrap().current())
}

/// The contracts that the project itself has, as they were built.
pub(crate) fn contracts() -> Vec<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../contracts/wasm");
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let contracts = files.filter(|path| path.extension().is_some_and(|end| end == "wasm"));
    contracts.map(|path| std::fs::read(path).unwrap()).collect()
}
