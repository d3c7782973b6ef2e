//! What the attributes make of types, as tools and tests outside the VM use it (docs/spec/contract.md).

mod policies;
mod rules;

use twinroot_sdk::prelude::*;
use twinroot_sdk::{Caller, Fixed, Type};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Data)]
struct Deal {
    buyer: Side,
    price: Amount,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Data)]
enum Stage {
    Open = 0,
    Paid = 7,
}

#[errors]
enum Error {
    /// Too early: wait.
    Early = 1,
    /// Too late: it is over.
    Late = 65_535,
}

#[contract]
struct Queue {
    last: Value<u8>,
}

#[expect(unreachable_pub, reason = "an entry is public")]
#[entries]
impl Queue {
    pub fn r#yield(&mut self) -> u8 {
        self.last.take()
    }
}

/// Gives the name of the entry instead of calling it.
struct Names;

impl Caller for Names {
    type Answer<T: Fixed> = &'static str;

    fn call<A: Fixed, T: Fixed>(&mut self, entry: &'static str, _: &A) -> &'static str {
        entry
    }
}

#[events]
enum Event {
    Opened,
    Settled { to: Side, coins: Amount },
}

#[test]
fn a_struct_is_its_fields_and_an_enum_a_byte() {
    let deal = Deal {
        buyer: Side::Responder,
        price: Amount(0x0102),
        stage: Stage::Paid,
    };
    let mut bytes = [0; Deal::SIZE];
    deal.write(&mut bytes);
    assert_eq!(bytes, [1, 2, 1, 0, 0, 0, 0, 0, 0, 7]);
    assert_eq!(Deal::read(&bytes), Some(deal));
    assert_eq!(Deal::TYPE, Type::Named("Deal"));
    bytes[9] = 1;
    assert_eq!(Deal::read(&bytes), None, "1 is no stage");
    assert_eq!(Deal::read(&bytes[..9]), None);
    assert_eq!(Stage::read(&[0]), Some(Stage::Open));
}

#[test]
fn an_error_is_its_code() {
    assert_eq!(u32::from(Error::Late), 65_535);
    assert_eq!(Error::from_code(1), Some(Error::Early));
    for unknown in [0, 2, 65_537, u32::MAX] {
        assert_eq!(Error::from_code(unknown), None);
    }
}

#[test]
fn an_event_is_its_number_and_its_fields() {
    let settled = Event::Settled {
        to: Side::Initiator,
        coins: Amount(5),
    };
    let bytes = [1, 0, 5, 0, 0, 0, 0, 0, 0, 0];
    assert_eq!(Event::from_bytes(&bytes), Some(settled));
    assert_eq!(Event::from_bytes(&[0]), Some(Event::Opened));
    for foreign in [&[][..], &[2], &[0, 0], &bytes[..9]] {
        assert_eq!(Event::from_bytes(foreign), None);
    }
}

#[test]
fn an_entry_is_called_by_the_name_that_the_module_exports() {
    assert_eq!(QueueClient(Names).r#yield(), "yield");
}
