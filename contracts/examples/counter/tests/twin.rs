//! The count, off chain and forced.

use counter::{Counter, Error};
use twinroot_testkit::prelude::*;

#[twin_test]
fn both_sides_raise_it(stage: &mut Stage) {
    let [alice, bob] = stage.sides();
    let counter = stage.create::<Counter>(alice, &());
    assert_eq!(stage.by(alice).calls(&counter).raise(40).unwrap().value, 40);
    assert_eq!(stage.by(bob).calls(&counter).raise(100).unwrap().value, 140);
}

#[twin_test]
fn a_step_is_neither_nothing_nor_large(stage: &mut Stage) {
    let [alice, _] = stage.sides();
    let counter = stage.create::<Counter>(alice, &());
    for step in [0, 101, u64::MAX] {
        let failed = stage.by(alice).calls(&counter).raise(step).unwrap_err();
        failed.must_be(Error::Step);
    }
}
