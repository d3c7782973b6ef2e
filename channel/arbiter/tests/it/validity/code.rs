//! Publishing code.

use twinroot_arbiter::Rejected;
use twinroot_wire::Action;

use super::{check_action, rules};
use crate::toy::Line;
use crate::world::{A, B, World, create};

/// docs/spec/arbiter.md, 1.6.
#[test]
fn a_publication() {
    let gate = rules!["gate" => Rejected::Code(_)];
    check_action(&gate, |broken| {
        let code = if broken.has("gate") { "no toy" } else { "toy" };
        let code = code.as_bytes().to_vec();
        (World::before_open(), A, Action::Publish { code })
    });
    let new = rules!["new" => Rejected::Published(_)];
    check_action(&new, |broken| {
        let code = if broken.has("new") { "toy" } else { "toy two" };
        let code = code.as_bytes().to_vec();
        (World::open(), B, Action::Publish { code })
    });
}

/// docs/spec/arbiter.md, 1.4: a machine that fails is no verdict.
#[test]
fn a_broken_machine_leaves_no_trace() {
    let mut world = World::open();
    let code = b"broken".to_vec();
    let rejected = world.post(A, Action::Publish { code }).unwrap_err();
    assert!(matches!(rejected, Rejected::Machine(_)), "{rejected:?}");
    assert!(world.agree(A, create(0)));
    let mut step = world.force(B, Some(world.state(1)), world.call(0, &[]));
    step.update.operations = world.call(0, &[Line::Break]);
    let rejected = world.post(B, Action::Force(step)).unwrap_err();
    assert!(matches!(rejected, Rejected::Machine(_)), "{rejected:?}");
}
