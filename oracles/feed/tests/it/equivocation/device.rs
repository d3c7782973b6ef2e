//! An honest device, and all that may happen to it.

use core::num::NonZeroU32;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use twinroot_abi::TimeMs;
use twinroot_feed::{Signed, Signer, open};

use crate::world::{PARCEL, descriptor, feed, secret, signer};

/// One thing in the life of a device.
#[derive(Clone, Debug)]
enum Event {
    /// It reads a value, so many ms after what was before.
    Read(u64, i64),
    /// It claims something, so many ms after what was before.
    Claim(u64, u16),
    /// It loses its counter and remembers a message, not always the last.
    LoseCounter(Index),
    /// It loses everything but the number of its epoch.
    LoseMemory,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => (0u64..3, 0i64..3).prop_map(|(pause, value)| Event::Read(pause, value)),
        1 => (0u64..3, 0u16..2).prop_map(|(pause, code)| Event::Claim(pause, code)),
        1 => any::<Index>().prop_map(Event::LoseCounter),
        1 => Just(Event::LoseMemory),
    ]
}

/// What an honest device signed in its life.
pub(crate) fn life() -> impl Strategy<Value = Vec<Signed>> {
    vec(event(), 1..24).prop_map(|events| live(&events))
}

fn live(events: &[Event]) -> Vec<Signed> {
    let mut signer = signer(1);
    let mut epoch = 0;
    let mut t = 5_000;
    let mut signed: Vec<Signed> = Vec::new();
    for event in events {
        let message = match *event {
            Event::Read(pause, value) => {
                t += pause;
                signer.reading(TimeMs(t), value)
            }
            Event::Claim(pause, code) => {
                t += pause;
                signer.claim(TimeMs(t), PARCEL, code)
            }
            Event::LoseCounter(remembered) => {
                epoch += 1;
                let last = (!signed.is_empty()).then(|| remembered.get(&signed));
                signer = restarted(epoch, last);
                continue;
            }
            Event::LoseMemory => {
                epoch += 1;
                signer = restarted(epoch, None);
                continue;
            }
        };
        signed.push(open(&feed(1), &message.unwrap()).unwrap());
    }
    signed
}

fn restarted(epoch: u32, last: Option<&Signed>) -> Signer {
    let last = last.map(|message| (message.id(), message.observation().t));
    let epoch = NonZeroU32::new(epoch).unwrap();
    Signer::restarted(secret(1), descriptor(1), epoch, last).unwrap()
}
