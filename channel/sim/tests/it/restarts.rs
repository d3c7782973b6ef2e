//! Coming back from every part of the log, and from a copy of every age.

use twinroot_abi::Side;
use twinroot_party::Source;
use twinroot_sim::Action;

use crate::story::{LIFE, Plan, Step, Story, essence, plan};

/// A life up to, and without, the step of that number.
fn up_to(plan: &Plan, number: usize) -> Story {
    let mut story = Story::begin(None);
    for step in 0..number {
        plan.go_on(&mut story, step);
    }
    story
}

#[test]
fn every_part_of_the_log_makes_a_party() {
    let story = up_to(&plan(), LIFE.len() - 1);
    for side in Side::BOTH {
        let records = story.sim.disk(side);
        let mut newest = 0;
        for end in 0..=records.len() {
            let part = records.iter().take(end).cloned();
            let party = story.sim.restored(side, Source::Log, part.clone()).unwrap();
            let again = story.sim.restored(side, Source::Log, part).unwrap();
            assert_eq!(essence(&party), essence(&again));
            let round = party.standing().round.0;
            assert!(round >= newest, "record {end} takes round {newest} back");
            newest = round;
        }
        let party = story.sim.party(side).unwrap();
        assert_eq!(newest, party.standing().round.0);
    }
}

#[test]
fn a_checkpoint_stands_for_all_before_it() {
    let story = up_to(&plan(), LIFE.len() - 1);
    let mut checkpoints = 0;
    for side in Side::BOTH {
        let records = story.sim.disk(side);
        for place in 0..=records.len() {
            let (before, after) = records.split_at(place);
            let party = story
                .sim
                .restored(side, Source::Log, before.iter().cloned());
            let Some(checkpoint) = party.unwrap().checkpoint() else {
                continue;
            };
            checkpoints += 1;
            for end in 0..=after.len().min(6) {
                let after = after.iter().take(end);
                let all = before.iter().chain(after.clone()).cloned();
                let all = story.sim.restored(side, Source::Log, all).unwrap();
                let short = std::iter::once(checkpoint.clone()).chain(after.cloned());
                let short = story.sim.restored(side, Source::Log, short).unwrap();
                assert_eq!(essence(&all), essence(&short), "at {place} and {end} more");
            }
        }
    }
    assert!(checkpoints > 40, "{checkpoints}");
}

/// Whoever lost some of its newest records gets the states back from the peer, and goes on.
#[test]
fn a_copy_of_every_age_leads_on() {
    let plan = plan();
    let dispute = LIFE
        .iter()
        .position(|step| matches!(step, Step::Dispute(_)))
        .unwrap();
    for number in [3, 12, dispute] {
        for side in Side::BOTH {
            let records = up_to(&plan, number).sim.disk(side).len();
            for age in 0..=records {
                let mut story = up_to(&plan, number);
                story.act(Action::Backup(side, age));
                story.recover();
                assert_eq!(
                    story.both_reached().as_ref(),
                    Some(&plan.reached[number - 1]),
                    "{}",
                    story.told
                );
                plan.live_on(&mut story, number);
            }
        }
    }
}
