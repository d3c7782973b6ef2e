//! When two messages of a feed cannot both be honest (docs/spec/oracles.md, 8.2 and 8.3).
//!
//! A message states where it stands and when it was said, and the same of the message before. What
//! an honest device states is true, and of what is true nothing contradicts anything: so nothing
//! that it signed can ever be turned against it.

use core::cmp::Ordering;

use twinroot_abi::{MessageId, TimeMs};

use crate::Signed;
use crate::observation::NO_MESSAGE;

/// How two messages of one feed contradict each other. Where they do so in more ways than one, the lowest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Conflict {
    /// Two messages stand in one place.
    Fork = 1,
    /// One message stands in two places, or has two times.
    Link = 2,
    /// The time falls within an epoch.
    Time = 3,
    /// The time falls from one epoch to a later one.
    Clock = 4,
}

impl Conflict {
    /// The number of docs/spec/oracles.md, 8.3.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// How the two messages contradict each other, if they do. Messages of different feeds never do.
    #[must_use]
    pub fn between(one: &Signed, other: &Signed) -> Option<Self> {
        if one.observation().feed != other.observation().feed {
            return None;
        }
        let pairs = statements(one)
            .flat_map(|stated| statements(other).map(move |against| (stated, against)));
        pairs
            .filter_map(|(stated, against)| stated.conflict(&against))
            .min()
    }
}

/// What a message states of itself or of the one before it.
#[derive(Clone, Copy)]
struct Statement {
    of: MessageId,
    place: Place,
    t: TimeMs,
}

/// Where a message stands, as far as it is stated.
#[derive(Clone, Copy)]
enum Place {
    At {
        epoch: u32,
        seq: u64,
    },
    /// Somewhere in a lower epoch: all that the first message of an epoch states of the one that it names.
    Before {
        epoch: u32,
    },
}

/// One statement of the message itself, and one of the message before if it names one.
fn statements(message: &Signed) -> impl Iterator<Item = Statement> {
    let said = message.observation();
    let epoch = said.epoch;
    let itself = Statement {
        of: message.id(),
        place: Place::At {
            epoch,
            seq: said.seq,
        },
        t: said.t,
    };
    let before = Statement {
        of: said.prev,
        place: said
            .seq
            .checked_sub(1)
            .map_or(Place::Before { epoch }, |seq| Place::At { epoch, seq }),
        t: said.prev_t,
    };
    [Some(itself), Some(before).filter(|it| it.of != NO_MESSAGE)]
        .into_iter()
        .flatten()
}

impl Statement {
    fn conflict(&self, other: &Self) -> Option<Conflict> {
        if self.of == other.of {
            let agree = self.place.may_be(other.place) && self.t == other.t;
            return (!agree).then_some(Conflict::Link);
        }
        let (Place::At { epoch, seq }, Place::At { epoch: e, seq: s }) = (self.place, other.place)
        else {
            return None;
        };
        let falls = match (epoch, seq).cmp(&(e, s)) {
            Ordering::Less => self.t > other.t,
            Ordering::Equal => return Some(Conflict::Fork),
            Ordering::Greater => self.t < other.t,
        };
        let conflict = if epoch == e {
            Conflict::Time
        } else {
            Conflict::Clock
        };
        falls.then_some(conflict)
    }
}

impl Place {
    /// Whether one message can stand where both say.
    fn may_be(self, other: Self) -> bool {
        match (self, other) {
            (Self::At { epoch, seq }, Self::At { epoch: e, seq: s }) => (epoch, seq) == (e, s),
            (Self::At { epoch, .. }, Self::Before { epoch: limit })
            | (Self::Before { epoch: limit }, Self::At { epoch, .. }) => epoch < limit,
            (Self::Before { .. }, Self::Before { .. }) => true,
        }
    }
}
