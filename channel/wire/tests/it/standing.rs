//! Which of two states is newer.

use proptest::prelude::*;
use twinroot_abi::Round;
use twinroot_wire::Standing;

fn standing() -> impl Strategy<Value = Standing> {
    (0..5u64, 0..4u32).prop_map(|(round, forced)| Standing {
        round: Round(round),
        forced,
    })
}

proptest! {
    #[test]
    fn a_forced_step_beats_what_it_rests_on(state in standing()) {
        prop_assert!(state.forced().unwrap() > state);
        prop_assert_eq!(state.forced().unwrap().round, state.round);
    }

    #[test]
    fn a_co_signed_round_above_beats_every_step_forced_below(state in standing(), above in 1..4u64) {
        prop_assert!(Standing::co_signed(Round(state.round.0 + above)) > state);
    }

    #[test]
    fn a_co_signed_state_never_beats_steps_forced_on_it(round in 0..5u64, forced in 0..4u32) {
        let round = Round(round);
        let on_it = Standing { round, forced };
        prop_assert!(Standing::co_signed(round) <= on_it);
    }

    #[test]
    fn of_two_standings_one_is_newer_or_they_are_equal(one in standing(), other in standing()) {
        prop_assert_eq!(one < other, other > one);
        prop_assert_eq!(one <= other && other <= one, one == other);
    }
}

#[test]
fn a_channel_begins_below_everything() {
    assert_eq!(Standing::default(), Standing::co_signed(Round(0)));
}

#[test]
fn steps_are_counted_no_further_than_a_count_goes() {
    let last = Standing {
        round: Round(1),
        forced: u32::MAX,
    };
    assert_eq!(last.forced(), None);
}
