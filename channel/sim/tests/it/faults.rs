//! A fault at every write and at every message of a full life (docs/spec/channel.md, 5.9 and 5.10).

use twinroot_abi::Side;
use twinroot_sim::{Fault, Trap};

use crate::story::{Plan, Story, plan};

/// Lives the whole life with that fault at each place where it can be.
fn everywhere(fault: Fault) {
    let plan = plan();
    for side in Side::BOTH {
        let places = if fault.is_at_write() {
            plan.writes
        } else {
            plan.sends
        };
        for number in 1..=places[side.index()] {
            live_with(
                &plan,
                Trap {
                    side,
                    number,
                    fault,
                },
            );
        }
    }
}

fn live_with(plan: &Plan, trap: Trap) {
    let mut story = Story::begin(Some(trap));
    plan.live_on(&mut story, 0);
    assert!(!story.sim.is_trap_set(), "it never came: {trap:?}");
}

#[test]
fn a_life_has_many_writes_and_messages() {
    let plan = plan();
    for side in Side::BOTH.map(Side::index) {
        assert!(plan.writes[side] > 50, "{:?}", plan.writes);
        assert!(plan.sends[side] > 20, "{:?}", plan.sends);
    }
}

#[test]
fn every_write_may_fail() {
    everywhere(Fault::WriteFails);
}

#[test]
fn every_write_may_be_the_last_that_lands() {
    everywhere(Fault::CrashWritten);
}

#[test]
fn every_write_may_be_lost_in_a_crash() {
    everywhere(Fault::CrashUnwritten);
}

#[test]
fn every_message_may_be_lost() {
    everywhere(Fault::Lost);
}

#[test]
fn the_connection_may_break_at_every_message() {
    everywhere(Fault::Cut);
}

#[test]
fn every_message_may_come_twice() {
    everywhere(Fault::Twice);
}

#[test]
fn every_message_may_be_the_last_before_a_crash() {
    everywhere(Fault::CrashSent);
}
