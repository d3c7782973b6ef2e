//! Handshakes and sessions as bytes (docs/spec/peer.md, 3 to 5).

use proptest::prelude::*;
use twinroot_peer::{
    Answerer, Dialer, Farewell, HandshakeError, Heard, Message, PIECE, SessionError, pieces,
};

use crate::noise::{Claim, PROLOGUE, builder};
use crate::pair::{Pair, sealed};
use crate::world::identity;

#[test]
fn both_know_who_the_other_is() {
    let pair = Pair::new(1_000);
    assert_eq!(pair.dialer.peer(), identity(2).key());
    assert_eq!(pair.answerer.peer(), identity(1).key());
    assert_eq!(pair.dialer.most_to_send(), 1_000);
}

#[test]
fn a_handshake_with_any_bit_altered_fails() {
    let answerer = identity(2);
    let key = answerer.key();
    let (_, first) = Dialer::start(&identity(1), key, 9).unwrap();
    for bit in 0..first.len() * 8 {
        let altered = Answerer::answer(&answerer, 9, &flipped(&first, bit));
        assert!(
            matches!(altered, Err(HandshakeError::NotForUs)),
            "bit {bit} of the first"
        );
    }
    // The later messages belong to one handshake each, so that every bit takes a new one.
    for bit in 0..196 * 8 {
        let (dialer, first) = Dialer::start(&identity(1), key, 9).unwrap();
        let (_, second) = Answerer::answer(&answerer, 9, &first).unwrap();
        let altered = dialer.finish(&flipped(&second, bit));
        assert!(altered.is_err(), "bit {bit} of the second");
    }
    for bit in 0..164 * 8 {
        let (dialer, first) = Dialer::start(&identity(1), key, 9).unwrap();
        let (waiting, second) = Answerer::answer(&answerer, 9, &first).unwrap();
        let (_, third) = dialer.finish(&second).unwrap();
        let altered = waiting.finish(&flipped(&third, bit));
        assert!(altered.is_err(), "bit {bit} of the third");
    }
}

#[test]
fn a_handshake_that_is_cut_off_or_too_long_fails() {
    let (_, first) = Dialer::start(&identity(1), identity(2).key(), 9).unwrap();
    let longer = [&first[..], &[0]].concat();
    for length in 0..first.len() {
        assert!(Answerer::answer(&identity(2), 9, &first[..length]).is_err());
    }
    assert!(Answerer::answer(&identity(2), 9, &longer).is_err());
    assert!(Answerer::answer(&identity(2), 9, &first).is_ok());
}

#[test]
fn another_version_is_not_understood() {
    let peer = identity(2).key();
    let claim = Claim::honest(1);
    for (prologue, is_ours) in [(PROLOGUE, true), (b"twinroot/noise/v2", false)] {
        let mut noise = builder(prologue, &claim, &peer).build_initiator().unwrap();
        let mut first = [0; 48];
        noise.write_message(&[], &mut first).unwrap();
        assert_eq!(Answerer::answer(&identity(2), 9, &first).is_ok(), is_ours);
    }
}

#[test]
fn nobody_talks_to_himself() {
    let dialed = Dialer::start(&identity(1), identity(1).key(), 9);
    assert!(matches!(dialed, Err(HandshakeError::Oneself)));
}

#[test]
fn every_bit_of_a_message_counts() {
    let mut pair = Pair::new(1_000);
    let message = sealed(&mut pair.dialer, Message::Last(b"pay"));
    for bit in 0..message.len() * 8 {
        let heard = pair.answerer.hear(&flipped(&message, bit));
        assert_eq!(heard, Err(SessionError::NotVerified));
    }
    for length in 0..message.len() {
        let heard = pair.answerer.hear(&message[..length]);
        assert_eq!(heard, Err(SessionError::NotVerified));
    }
    assert_eq!(
        pair.answerer.hear(&message),
        Ok(Heard::Frame(b"pay".to_vec()))
    );
    assert_eq!(
        pair.answerer.hear(&message),
        Err(SessionError::NotVerified),
        "replayed"
    );
    let own = sealed(&mut pair.answerer, Message::Last(b"pay"));
    assert_eq!(
        pair.answerer.hear(&own),
        Err(SessionError::NotVerified),
        "sent back"
    );
}

#[test]
fn messages_are_heard_in_order_only() {
    let mut pair = Pair::new(1_000);
    let [first, second] = [b"1", b"2"].map(|text| sealed(&mut pair.dialer, Message::Last(text)));
    assert_eq!(pair.answerer.hear(&second), Err(SessionError::NotVerified));
    assert_eq!(pair.answerer.hear(&first), Ok(Heard::Frame(b"1".to_vec())));
    assert_eq!(pair.answerer.hear(&second), Ok(Heard::Frame(b"2".to_vec())));
}

#[test]
fn nothing_comes_before_the_beginning() {
    for message in [Message::Last(b"pay"), Message::Alive, Message::Rekey] {
        let (dialer, first) = Dialer::start(&identity(1), identity(2).key(), 9).unwrap();
        let (answerer, second) = Answerer::answer(&identity(2), 9, &first).unwrap();
        let (mut dialer, third) = dialer.finish(&second).unwrap();
        let mut answerer = answerer.finish(&third).unwrap();
        let heard = answerer.hear(&sealed(&mut dialer, message));
        assert_eq!(heard, Err(SessionError::OutOfOrder));
    }
}

/// After a change of keys the old key opens nothing, and who missed the change hears nothing more.
#[test]
fn a_change_of_keys() {
    let mut pair = Pair::new(1_000);
    for round in 0..5_u8 {
        let before = sealed(&mut pair.dialer, Message::Last(&[round]));
        let change = sealed(&mut pair.dialer, Message::Rekey);
        assert_eq!(pair.dialer.sent().messages, 0);
        let after = sealed(&mut pair.dialer, Message::Last(&[round, 1]));
        assert_eq!(pair.answerer.hear(&before), Ok(Heard::Frame(vec![round])));
        assert_eq!(pair.answerer.hear(&after), Err(SessionError::NotVerified));
        assert_eq!(pair.answerer.hear(&change), Ok(Heard::Alive));
        assert_eq!(pair.answerer.hear(&after), Ok(Heard::Frame(vec![round, 1])));
        // The other direction has its own key.
        let back = sealed(&mut pair.answerer, Message::Last(&[round]));
        assert_eq!(pair.dialer.hear(&back), Ok(Heard::Frame(vec![round])));
    }
}

#[test]
fn a_frame_has_one_form() {
    let mut pair = Pair::new(3 * PIECE as u32);
    let piece = vec![7; PIECE];
    let part = sealed(&mut pair.dialer, Message::Piece(&piece));
    assert_eq!(pair.answerer.hear(&part), Ok(Heard::Piece));
    let empty = sealed(&mut pair.dialer, Message::Last(&[]));
    assert_eq!(
        pair.answerer.hear(&empty),
        Err(SessionError::Malformed),
        "an end that was there before"
    );
    for bye in [
        Farewell::Stopping,
        Farewell::Another,
        Farewell::Full,
        Farewell::Dropped,
    ] {
        let bytes = sealed(&mut pair.dialer, Message::Bye(bye));
        assert_eq!(pair.answerer.hear(&bytes), Ok(Heard::Bye(bye)));
    }
}

#[test]
fn a_frame_is_refused_as_soon_as_it_is_too_long() {
    for limit in [PIECE - 1, PIECE, 2 * PIECE, 2 * PIECE + 1] {
        let mut pair = Pair::new(limit as u32);
        let frame = vec![7; limit + 1];
        let mut heard = Vec::new();
        for message in pieces(&frame) {
            let bytes = sealed(&mut pair.dialer, message);
            heard.push(pair.answerer.hear(&bytes));
        }
        assert_eq!(heard.pop(), Some(Err(SessionError::TooLong(limit))));
        assert!(heard.iter().all(|heard| *heard == Ok(Heard::Piece)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Frames of any length come out as they went in, whatever is said between them.
    #[test]
    fn round_trip(lengths in prop::collection::vec(
        prop_oneof![0..40_usize, PIECE - 2..PIECE + 3, 2 * PIECE - 2..2 * PIECE + 3, 0..300_000_usize],
        1..5,
    )) {
        let mut pair = Pair::new(300_000);
        for (number, length) in lengths.into_iter().enumerate() {
            let frame: Vec<u8> = (0..length).map(|place| (place * 31 + number) as u8).collect();
            let mut whole = None;
            for message in pieces(&frame) {
                prop_assert_eq!(whole, None);
                for other in [Message::Alive, Message::Rekey] {
                    let bytes = sealed(&mut pair.dialer, other);
                    prop_assert_eq!(pair.answerer.hear(&bytes), Ok(Heard::Alive));
                }
                let bytes = sealed(&mut pair.dialer, message);
                prop_assert!(bytes.len() <= 65_535);
                whole = match pair.answerer.hear(&bytes) {
                    Ok(Heard::Frame(whole)) => Some(whole),
                    Ok(Heard::Piece) => None,
                    other => panic!("{other:?}"),
                };
            }
            prop_assert_eq!(whole, Some(frame));
        }
    }
}

fn flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[bit / 8] ^= 1 << (bit % 8);
    bytes
}
