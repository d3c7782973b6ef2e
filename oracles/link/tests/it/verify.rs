//! What many cores say is what one says, in the same order.

use proptest::collection::vec;
use proptest::prelude::*;
use twinroot_feed::open;
use twinroot_link::Verifier;

use crate::world::{chain, feed};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn results_come_in_the_order_of_the_messages(damaged in vec(prop::option::of((0usize..136, 1u8..)), 0..100)) {
        let mut messages: Vec<Vec<u8>> = chain(damaged.len() as u64)
            .iter()
            .map(|message| message.bytes().to_vec())
            .collect();
        for (message, damage) in messages.iter_mut().zip(damaged) {
            if let Some((place, change)) = damage {
                message[place] ^= change;
            }
        }
        let expected: Vec<_> = messages.iter().map(|message| open(&feed(1), message)).collect();
        prop_assert_eq!(Verifier::new(feed(1)).open(&messages), expected);
    }
}
