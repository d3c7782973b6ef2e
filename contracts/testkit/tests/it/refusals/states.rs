//! Co-signed states that are not this channel's, or pay what is not there.

use twinroot_abi::{Amount, ChainId, ChannelId, Side, TimeMs};
use twinroot_arbiter::Rejected;
use twinroot_rules::Refused;
use twinroot_testkit::World;
use twinroot_types::Tag;
use twinroot_wire::{Action, CoSigned, Commitment, Force, Reason};

use super::paths::{co_signed_step, honest, propose, transfer};
use super::sale::NOON;
use super::world::{
    ACCOUNTS, ALICE, BOB, DEPOSITS, LOCK, open, rejected_action, would_be_included,
};

/// A way to bring a co-signed state before the ledger.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    CloseSolo,
    Slash,
    ForceBase,
}

impl Way {
    pub(super) const ALL: [Self; 3] = [Self::CloseSolo, Self::Slash, Self::ForceBase];

    /// A channel of round 2 in which this way is open.
    pub(super) fn world(self) -> World {
        let mut world = open();
        world.agree(ALICE, vec![transfer(ALICE, 5)]).unwrap();
        world.agree(BOB, vec![transfer(BOB, 6)]).unwrap();
        self.prepare(&mut world);
        world
    }

    pub(super) fn prepare(self, world: &mut World) {
        if matches!(self, Self::Slash) {
            let channel = world.channel().unwrap();
            let close = Action::CloseSolo {
                channel,
                state: None,
            };
            world.post(ALICE, close).unwrap();
        }
    }

    pub(super) fn action(self, world: &World, state: CoSigned) -> Action {
        let channel = world.channel().unwrap();
        match self {
            Self::CloseSolo => Action::CloseSolo {
                channel,
                state: Some(state),
            },
            Self::Slash => Action::Slash { channel, state },
            Self::ForceBase => {
                let (force, _, _) = honest(world, BOB, vec![transfer(BOB, 5)]);
                let mut update = force.update;
                update.base = state.commitment.hash();
                update.round = state.commitment.round;
                Action::Force(Force {
                    base: Some(state),
                    update,
                    ..force
                })
            }
        }
    }
}

/// Both sign it, whatever it says.
pub(super) fn co_sign(world: &World, commitment: Commitment) -> CoSigned {
    let bytes = commitment.signed_bytes();
    CoSigned {
        signatures: Side::BOTH.map(|side| world.secret_key(side).sign(Tag::COMMITMENT, &bytes)),
        commitment,
    }
}

/// Asserts that a state which both signed is taken by the ledger on each way, and no more when it
/// is changed and signed again; and that the peer does not sign a step with such a change.
fn refused_on_each_way(change: fn(&mut Commitment), why: &Rejected) {
    for way in Way::ALL {
        let mut world = way.world();
        let mut state = world.position().unwrap().commitment;
        state.prev = state.hash();
        state.round.0 += 1;
        let good = way.action(&world, co_sign(&world, state.clone()));
        would_be_included(&world, BOB, good);
        change(&mut state);
        let action = way.action(&world, co_sign(&world, state));
        assert_eq!(rejected_action(&mut world, BOB, action), *why, "{way:?}");
    }
    let mut world = Way::CloseSolo.world();
    let (update, mut commitment) = co_signed_step(&world, BOB, vec![transfer(BOB, 5)]);
    change(&mut commitment);
    let said = propose(&mut world, BOB, update, commitment);
    assert_eq!(said, Reason::Mismatch);
}

#[test]
fn a_state_of_another_channel_is_worth_nothing_here() {
    let change = |state: &mut Commitment| state.channel = ChannelId([7; 32]);
    refused_on_each_way(change, &Rejected::StateChannel);
}

#[test]
fn a_state_of_another_chain_is_worth_nothing_here() {
    let change = |state: &mut Commitment| state.chain = ChainId([7; 32]);
    refused_on_each_way(change, &Rejected::StateChain);
}

#[test]
fn a_state_of_another_version_is_worth_nothing_here() {
    let change = |state: &mut Commitment| state.version = 2;
    refused_on_each_way(change, &Rejected::StateVersion);
}

#[test]
fn a_state_of_the_same_two_parties_other_channel_is_worth_nothing_here() {
    for way in Way::ALL {
        let mut world = Way::CloseSolo.world();
        let state = world.party(BOB).unwrap().newest().unwrap().clone();
        world.open(DEPOSITS, LOCK).unwrap();
        way.prepare(&mut world);
        let action = way.action(&world, state);
        assert_eq!(
            rejected_action(&mut world, BOB, action),
            Rejected::StateChannel,
            "{way:?}"
        );
    }
}

#[test]
fn a_state_of_the_same_two_parties_on_another_chain_is_worth_nothing_here() {
    let mut elsewhere = World::new([ACCOUNTS; 2], TimeMs(NOON.0 + 1)).unwrap();
    elsewhere.open(DEPOSITS, LOCK).unwrap();
    for _ in 0..3 {
        elsewhere.agree(ALICE, vec![transfer(ALICE, 5)]).unwrap();
    }
    let state = elsewhere.party(BOB).unwrap().newest().unwrap().clone();
    for way in Way::ALL {
        let mut world = way.world();
        let action = way.action(&world, state.clone());
        assert_eq!(
            rejected_action(&mut world, BOB, action),
            Rejected::StateChain,
            "{way:?}"
        );
    }
}

#[test]
fn an_update_for_another_channel_is_not_signed() {
    let mut world = open();
    let (mut update, commitment) = co_signed_step(&world, BOB, vec![transfer(BOB, 5)]);
    update.channel = ChannelId([7; 32]);
    let said = propose(&mut world, BOB, update, commitment);
    assert_eq!(said, Reason::Rules(Refused::Channel.to_string()));
}

#[test]
fn a_state_whose_payouts_are_more_or_less_than_the_locked_coins_is_worth_nothing() {
    let locked = Amount(DEPOSITS[0].0 + DEPOSITS[1].0);
    // By the transfers of `Way::world`, then by the one coin that is too much or too little.
    let fair = [DEPOSITS[0].0 + 1, DEPOSITS[1].0 - 1].map(Amount);
    let change = |state: &mut Commitment| state.payout[0].0 += 1;
    let payout = [Amount(fair[0].0 + 1), fair[1]];
    refused_on_each_way(change, &Rejected::Payout { locked, payout });
    let change = |state: &mut Commitment| state.payout[1].0 -= 1;
    let payout = [fair[0], Amount(fair[1].0 - 1)];
    refused_on_each_way(change, &Rejected::Payout { locked, payout });
    let change = |state: &mut Commitment| {
        state.payout[0].0 += 1;
        state.total.0 += 1;
    };
    let payout = [Amount(fair[0].0 + 1), fair[1]];
    refused_on_each_way(change, &Rejected::Payout { locked, payout });
    let change = |state: &mut Commitment| state.payout = [Amount(u64::MAX); 2];
    let payout = [Amount(u64::MAX); 2];
    refused_on_each_way(change, &Rejected::Payout { locked, payout });
}

#[test]
fn a_state_that_one_side_signed_for_both_is_worth_nothing() {
    for way in Way::ALL {
        let mut world = way.world();
        let mut state = world.position().unwrap().commitment;
        state.round.0 += 1;
        let mut forged = co_sign(&world, state);
        forged.signatures[ALICE.index()] = forged.signatures[BOB.index()];
        let action = way.action(&world, forged);
        let side = ALICE;
        assert_eq!(
            rejected_action(&mut world, BOB, action),
            Rejected::PartySignature(twinroot_wire::SignatureError::Bad { side }),
            "{way:?}"
        );
    }
}
