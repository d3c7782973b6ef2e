//! What to ask others for.

use super::{Gap, Place, Store};

/// Places of a feed, the first and the last one included; without a last one up to its newest message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The first place.
    pub first: Place,
    /// The last place.
    pub last: Option<Place>,
}

impl Stretch {
    /// All that a feed ever said.
    pub const ALL: Self = Self {
        first: Place::FIRST,
        last: None,
    };
}

impl Store {
    /// The stretches in which something is missing, and at last what may have come after the newest message.
    ///
    /// A message of which only the name is known stands after the message before it that is here.
    #[must_use]
    pub fn missing(&self) -> Vec<Stretch> {
        let gaps = self.gaps();
        let mut stretches: Vec<Stretch> = gaps.iter().map(|gap| self.stretch(gap)).collect();
        stretches.dedup();
        let newest = self.latest().map_or(Place::FIRST, Place::of);
        stretches.push(Stretch {
            first: newest,
            last: None,
        });
        stretches
    }

    fn stretch(&self, gap: &Gap) -> Stretch {
        match *gap {
            Gap::Places { epoch, first, last } => Stretch {
                first: Place { epoch, seq: first },
                last: Some(Place { epoch, seq: last }),
            },
            Gap::Named { place, .. } => {
                let before = self.messages.range(..(place, super::LOWEST)).next_back();
                Stretch {
                    first: before.map_or(Place::FIRST, |((place, _), _)| *place),
                    last: Some(place),
                }
            }
        }
    }
}
