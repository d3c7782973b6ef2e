//! One signature for many messages (docs/spec/oracles.md, 3.4).

use core::num::NonZeroU32;

use proptest::prelude::*;
use proptest::sample::Index;
use twinroot_abi::TimeMs;
use twinroot_feed::{
    BrokenRun, Descriptor, Feed, Mode, Observation, OpenError, Signed, Signer, Value, open,
    open_run, sign,
};

use crate::world::{descriptor, feed, observation, readings, secret, signer};

fn said(message: &Signed) -> (twinroot_abi::MessageId, Observation) {
    (message.id(), message.observation().clone())
}

fn run() -> Vec<Vec<u8>> {
    readings(&mut signer(1), &[5, 6, 7, 8])
}

/// Without the signatures of all but the last.
fn unsigned(mut messages: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let others = messages.len() - 1;
    for message in &mut messages[..others] {
        let body = message.len() - 64;
        message[body..].fill(0);
    }
    messages
}

#[test]
fn the_last_signature_speaks_for_all() {
    let each: Vec<_> = run()
        .iter()
        .map(|it| said(&open(&feed(1), it).unwrap()))
        .collect();
    assert_eq!(open_run(&feed(1), &run()), Ok(each.clone()));
    assert_eq!(open_run(&feed(1), &unsigned(run())), Ok(each));
    assert_eq!(open_run::<Vec<u8>>(&feed(1), &[]), Ok(Vec::new()));
}

#[test]
fn a_run_goes_on_where_a_device_remembers_its_last_message() {
    let first = signer(1).reading(TimeMs(5_000), 1).unwrap();
    let last = open(&feed(1), &first).unwrap();
    let again = |last| {
        let epoch = NonZeroU32::new(3).unwrap();
        let mut signer = Signer::restarted(secret(1), descriptor(1), epoch, last).unwrap();
        signer.reading(TimeMs(6_000), 2).unwrap()
    };
    let mindful = [first.clone(), again(Some((last.id(), TimeMs(5_000))))];
    assert_eq!(open_run(&feed(1), &mindful).unwrap().len(), 2);
    let forgetful = [first, again(None)];
    let broken = BrokenRun {
        message: 0,
        rule: OpenError::Link,
    };
    assert_eq!(open_run(&feed(1), &forgetful), Err(broken));
}

#[test]
fn a_run_is_broken_where_a_message_is_not_the_one_that_is_named() {
    let broken = |messages: &[Vec<u8>]| open_run(&feed(1), messages).unwrap_err();
    let link = |message| BrokenRun {
        message,
        rule: OpenError::Link,
    };
    let [a, b, c, d] = run().try_into().unwrap();
    assert_eq!(broken(&[a.clone(), b.clone(), d.clone()]), link(1));
    assert_eq!(
        broken(&[b.clone(), a.clone(), c.clone(), d.clone()]),
        link(1)
    );
    assert_eq!(
        broken(&[a.clone(), b.clone(), c.clone(), c.clone()]),
        link(2)
    );
    let forged = unsigned(vec![d.clone(), d.clone()]).swap_remove(0);
    assert_eq!(
        broken(&[a.clone(), b.clone(), c.clone(), forged]),
        BrokenRun {
            message: 3,
            rule: OpenError::BadSignature
        },
    );
    let mut other = signer(2);
    let stranger = other.reading(TimeMs(1_000), 5).unwrap();
    assert_eq!(
        broken(&[stranger, b, c, d]),
        BrokenRun {
            message: 0,
            rule: OpenError::WrongFeed
        },
    );
}

/// The device itself signed a time of the message before that it does not have.
#[test]
fn what_the_last_message_states_of_the_others_must_be_true() {
    let first = observation(&feed(1), Value::Fixed(1));
    let bytes = sign(&secret(1), &first);
    let id = open(&feed(1), &bytes).unwrap().id();
    let next = |seq, prev_t| {
        let next = Observation {
            seq,
            prev: id,
            prev_t: TimeMs(prev_t),
            t: TimeMs(6_000),
            ..first.clone()
        };
        sign(&secret(1), &next)
    };
    assert!(open_run(&feed(1), &[bytes.clone(), next(1, 5_000)]).is_ok());
    for wrong in [next(1, 4_999), next(2, 5_000)] {
        let broken = open_run(&feed(1), &[bytes.clone(), wrong]).unwrap_err();
        assert_eq!(
            broken,
            BrokenRun {
                message: 0,
                rule: OpenError::Link
            }
        );
    }
}

#[test]
fn a_feed_that_is_not_chained_signs_each_message_for_itself() {
    let slots = Descriptor {
        mode: Mode::Slot,
        ..descriptor(1)
    };
    let mut signer = Signer::new(secret(1), slots.clone()).unwrap();
    let messages = readings(&mut signer, &[5, 6]);
    let broken = open_run(&Feed::new(slots).unwrap(), &messages).unwrap_err();
    assert_eq!(
        broken,
        BrokenRun {
            message: 0,
            rule: OpenError::Link
        }
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A relay can change the signatures of all but the last, which are not looked at, and nothing else.
    #[test]
    fn a_changed_byte_changes_nothing_that_is_read(which: Index, place: Index, change in 1u8..) {
        let honest = open_run(&feed(1), &run()).unwrap();
        let mut changed = run();
        let which = which.index(changed.len());
        let place = place.index(changed[which].len());
        changed[which][place] ^= change;
        if let Ok(read) = open_run(&feed(1), &changed) {
            prop_assert_eq!(read, honest);
            prop_assert!(which < 3 && place >= changed[which].len() - 64);
        }
    }
}
