//! The close that both sign.

use twinroot_abi::{Amount, Height, Side};
use twinroot_arbiter::Rejected;
use twinroot_wire::{Action, SignatureError};

use super::{NOWHERE, check_action, rules};
use crate::world::{A, B, C, World, signed_close, transfer};

/// docs/spec/arbiter.md, 6.1.
#[test]
fn a_mutual_close() {
    let rules = rules![
        "channel" => Rejected::NoChannel(_),
        "chain" => Rejected::StateChain,
        "version" => Rejected::StateVersion,
        "expiry" => Rejected::Expired { expiry: Height(2) },
        "payouts" => Rejected::Payout { locked: Amount(2_000), .. },
        "signatures" => Rejected::PartySignature(SignatureError::Bad { side: Side::Initiator }),
        "standing" => Rejected::Stale { .. },
    ];
    check_action(&rules, |broken| {
        let mut world = World::open();
        assert!(world.agree(A, transfer(A, 10)));
        let step = world.force(B, Some(world.state(1)), transfer(B, 1));
        world.must(B, Action::Force(step));
        world.advance(3);
        let mut close = world.mutual(3);
        if broken.has("channel") {
            close.channel = NOWHERE;
        }
        if broken.has("chain") {
            close.chain.0[0] ^= 1;
        }
        if broken.has("version") {
            close.version += 1;
        }
        if broken.has("expiry") {
            close.expiry = Height(2);
        }
        if broken.has("payouts") {
            close.payout[0].0 += 1;
        }
        if broken.has("standing") {
            close.standing.forced = 0;
        }
        let mut action = signed_close(close);
        if let (Action::CloseMutual(signed), true) = (&mut action, broken.has("signatures")) {
            signed.signatures.swap(0, 1);
        }
        (world, C, action)
    });
}

/// docs/spec/arbiter.md, 6.1: whatever both sign, as long as it is all that is locked.
#[test]
fn a_mutual_close_pays_out_all_that_is_locked_in_any_split() {
    for (payout, fits) in [
        ([0, 2_000], true),
        ([2_000, 0], true),
        ([2_000, 1], false),
        ([0, 1_999], false),
        ([u64::MAX, 2_001], false),
    ] {
        let mut world = World::open();
        let mut close = world.mutual(0);
        close.payout = payout.map(Amount);
        let result = world.post(C, signed_close(close));
        assert_eq!(result.is_ok(), fits, "{payout:?}");
    }
}
