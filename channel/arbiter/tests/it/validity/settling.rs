//! Settling a closed channel.

use twinroot_abi::Height;
use twinroot_arbiter::{Effect, Rejected};
use twinroot_wire::Action;

use super::{NOWHERE, check_action, rules};
use crate::world::{A, C, LOCK, World, create};

/// docs/spec/arbiter.md, 6.4.
#[test]
fn a_settlement() {
    let rules = rules![
        "channel" => Rejected::NoChannel(_),
        "closing" => Rejected::NotClosing,
        "window" => Rejected::TooEarly { at: Height(14), until: Height(14), .. },
    ];
    check_action(&rules, |broken| {
        let mut world = World::open();
        world.advance(9);
        if !broken.has("closing") {
            world.must(A, world.solo(None));
        }
        world.advance(LOCK - u64::from(broken.has("window")));
        let channel = if broken.has("channel") {
            NOWHERE
        } else {
            world.id()
        };
        (world, C, Action::Settle { channel })
    });
}

/// docs/spec/arbiter.md, 6.4: window and hold both have to be over, to the block.
#[test]
fn a_settlement_waits_for_the_later_of_window_and_hold() {
    for hold in [LOCK - 2, LOCK, LOCK + 2] {
        let mut world = World::open();
        assert!(world.agree(A, create(hold)));
        let funding = world.call(400, &[]);
        assert!(world.agree(A, funding));
        world.must(A, world.solo(Some(2)));
        let at = hold.max(LOCK);
        world.advance(at - 1);
        let early = Rejected::TooEarly {
            at: Height(at),
            until: Height(LOCK),
            hold: Height(hold),
        };
        assert_eq!(world.post(C, world.settle()), Err(early));
        world.advance(1);
        let receipt = world.must(C, world.settle());
        assert!(matches!(receipt.effect, Effect::Closed { .. }));
    }
}
