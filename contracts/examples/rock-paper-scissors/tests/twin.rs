//! Rounds of the game, on both paths.

#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use rock_paper_scissors::{Error, Hand, RockPaperScissors, commitment};
use twinroot_testkit::prelude::*;

const STAKE: Amount = Amount(50_000);
const CLOCK: u64 = 20;
const SALTS: [Hash; 2] = [Hash([1; 32]), Hash([2; 32])];
const HANDS: [Hand; 3] = [Hand::Rock, Hand::Paper, Hand::Scissors];

fn set_up(stage: &mut Stage) -> Deployed<RockPaperScissors> {
    stage.create(Side::Initiator, &(STAKE, CLOCK))
}

fn join(stage: &mut Stage, game: &Deployed<RockPaperScissors>, side: Side, hand: Hand) {
    let hash = blake2b(&commitment(side, hand, SALTS[side.index()]));
    stage.by(side).with(STAKE).calls(game).join(hash).unwrap();
}

fn reveal(
    stage: &mut Stage,
    game: &Deployed<RockPaperScissors>,
    side: Side,
    hand: Hand,
) -> Result<Done<()>, Failed> {
    stage.by(side).calls(game).reveal(hand, SALTS[side.index()])
}

fn coins(stage: &Stage) -> [u64; 2] {
    Side::BOTH.map(|side| stage.coins(side).0)
}

#[test]
fn whoever_beats_the_other_has_both_stakes() {
    for first in 0..3 {
        for second in 0..3 {
            twin(|stage| play(stage, [first, second]));
        }
    }
}

/// A round with these hands; the responder shows first where both are the same.
fn play(stage: &mut Stage, hands: [usize; 2]) {
    let game = set_up(stage);
    let before = coins(stage);
    for side in Side::BOTH {
        join(stage, &game, side, HANDS[hands[side.index()]]);
    }
    let mut order = Side::BOTH;
    if hands[0] == hands[1] {
        order.reverse();
    }
    for side in order {
        reveal(stage, &game, side, HANDS[hands[side.index()]]).unwrap();
    }
    let stake = STAKE.0;
    let expected = match (hands[0] + 3 - hands[1]) % 3 {
        0 => before,
        1 => [before[0] + stake, before[1] - stake],
        _ => [before[0] - stake, before[1] + stake],
    };
    assert_eq!(coins(stage), expected);
}

#[twin_test]
fn silence_after_joining_loses(stage: &mut Stage) {
    let game = set_up(stage);
    let before = coins(stage);
    join(stage, &game, Side::Initiator, Hand::Rock);
    join(stage, &game, Side::Responder, Hand::Paper);
    reveal(stage, &game, Side::Initiator, Hand::Rock).unwrap();
    let early = stage
        .by(Side::Initiator)
        .calls(&game)
        .forfeit()
        .unwrap_err();
    early.must_be(Error::TooEarly);
    stage.wait(CLOCK);
    stage.by(Side::Initiator).calls(&game).forfeit().unwrap();
    assert_eq!(coins(stage), [before[0] + STAKE.0, before[1] - STAKE.0]);
    let again = stage
        .by(Side::Initiator)
        .calls(&game)
        .forfeit()
        .unwrap_err();
    again.must_be(Error::NoRound);
}

#[twin_test]
fn alone_or_both_silent_nobody_loses(stage: &mut Stage) {
    let game = set_up(stage);
    let before = coins(stage);
    join(stage, &game, Side::Responder, Hand::Rock);
    stage.wait(CLOCK);
    stage.by(Side::Responder).calls(&game).forfeit().unwrap();
    assert_eq!(coins(stage), before);
    for side in Side::BOTH {
        join(stage, &game, side, Hand::Scissors);
    }
    stage.wait(CLOCK);
    stage.by(Side::Initiator).calls(&game).forfeit().unwrap();
    assert_eq!(coins(stage), before);
}

#[twin_test]
fn a_copied_commitment_or_another_hand_does_not_open(stage: &mut Stage) {
    let game = set_up(stage);
    join(stage, &game, Side::Initiator, Hand::Rock);
    let copied = blake2b(&commitment(Side::Initiator, Hand::Rock, SALTS[0]));
    stage
        .by(Side::Responder)
        .with(STAKE)
        .calls(&game)
        .join(copied)
        .unwrap();
    reveal(stage, &game, Side::Initiator, Hand::Rock).unwrap();
    let turn = stage.by(Side::Responder);
    let copy = turn.calls(&game).reveal(Hand::Rock, SALTS[0]).unwrap_err();
    copy.must_be(Error::OtherHand);
    let other = reveal(stage, &game, Side::Responder, Hand::Paper).unwrap_err();
    other.must_be(Error::OtherHand);
}

#[twin_test]
fn nobody_moves_twice_or_too_soon_or_for_less(stage: &mut Stage) {
    let game = set_up(stage);
    let hash = Hash([9; 32]);
    let less = stage
        .by(Side::Initiator)
        .with(Amount(1))
        .calls(&game)
        .join(hash)
        .unwrap_err();
    less.must_be(Error::WrongStake);
    join(stage, &game, Side::Initiator, Hand::Rock);
    let twice = stage
        .by(Side::Initiator)
        .with(STAKE)
        .calls(&game)
        .join(hash)
        .unwrap_err();
    twice.must_be(Error::MovedAlready);
    let soon = reveal(stage, &game, Side::Initiator, Hand::Rock).unwrap_err();
    soon.must_be(Error::NotBothIn);
    join(stage, &game, Side::Responder, Hand::Rock);
    reveal(stage, &game, Side::Initiator, Hand::Rock).unwrap();
    let again = reveal(stage, &game, Side::Initiator, Hand::Rock).unwrap_err();
    again.must_be(Error::MovedAlready);
}
