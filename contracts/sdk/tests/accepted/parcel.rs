//! An `init` of its own, which tells the policies their parameters or leaves it to another entry.

use twinroot_sdk::prelude::*;

#[contract]
struct Parcel {
    sender: Value<Side>,
    delivered: KOfN<2, 3>,
    warm: RunLength<256>,
    opened: KOfN<1, 1>,
}

/// Each policy that there is, without an `init`: it takes their parameters.
mod all {
    use twinroot_sdk::prelude::*;

    const HOUR: u64 = 3_600_000;

    #[contract]
    pub struct Watch {
        agreed: KOfN<9, 16>,
        run: RunLength<1>,
        middle: Median<15>,
        out: Duration<HOUR>,
        silent: MaxGap<1>,
        fresh: Fresh<HOUR>,
        any: Any,
    }

    #[entries]
    impl Watch {
        pub fn middle(&mut self) -> i64 {
            let (value, _) = self.middle.verdict();
            value
        }
    }
}

#[errors]
enum Error {
    /// The subject is missing: say what the parcel is.
    Subject = 1,
}

#[entries]
impl Parcel {
    pub fn init(&mut self, subject: Subject, feeds: [FeedId; 3]) -> Result<(), Error> {
        if subject == Subject([0; 32]) {
            return Err(Error::Subject);
        }
        self.sender.set(&Side::Initiator);
        self.delivered.watch(&Claims { subject, feeds });
        Ok(())
    }

    /// Sets out, with a thermometer.
    pub fn set_out(&mut self, feed: FeedId, from: TimeMs, to: TimeMs) {
        let (low, high) = (2_000, 8_000);
        self.warm.watch(&Band {
            feed,
            low,
            high,
            from,
            to,
        });
    }

    pub fn hand_over(&mut self, to: FeedId) {
        self.appoint(to);
    }

    fn appoint(&mut self, to: FeedId) {
        let Self { opened, .. } = self;
        opened.watch(&Claims {
            subject: Subject([1; 32]),
            feeds: [to],
        });
    }
}

fn main() {}
