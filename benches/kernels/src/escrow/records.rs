//! The four values, as numbers and as bytes: each number is 8 bytes, little-endian.

use super::Store;

const DEADLINE: &[u8; 8] = b"deadline";
const TERMS: &[u8; 16] = b"escrow/one/terms";
const PARTIES: &[u8; 32] = b"escrow/one/parties/buyer+seller/";
const HISTORY: &[u8; 64] = b"escrow/one/history/of-the-last-eleven-decisions/from-old-to-new/";

/// All that the escrow keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Records {
    /// Height from which the buyer may have the rest back.
    pub deadline: u64,
    /// What was agreed, and how much of it is done.
    pub terms: Terms,
    /// Buyer and seller.
    pub parties: [Party; 2],
    /// How many calls there were, then the numbers of the last eleven decisions, newest last.
    pub history: [u64; 12],
}

/// What was agreed, and how much of it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// What all is worth.
    pub price: u64,
    /// What one release pays.
    pub part: u64,
    /// What went to one of the sides so far.
    pub paid: u64,
}

/// A side of the escrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Party {
    /// Its number as a caller.
    pub side: u64,
    /// What it has received.
    pub received: u64,
    /// How often it called.
    pub calls: u64,
}

impl Party {
    /// One that has done nothing yet.
    #[must_use]
    pub const fn new(side: u64) -> Self {
        Self {
            side,
            received: 0,
            calls: 0,
        }
    }
}

impl Records {
    /// Reads all four values.
    pub fn read<S: Store>(store: &S) -> Option<Self> {
        let [deadline] = numbers(&store.read::<8>(DEADLINE)?);
        let [price, part, paid] = numbers(&store.read::<24>(TERMS)?);
        let parties: [u64; 6] = numbers(&store.read::<48>(PARTIES)?);
        let history = numbers(&store.read::<96>(HISTORY)?);
        let party = |place: usize| Party {
            side: parties[place],
            received: parties[place + 1],
            calls: parties[place + 2],
        };
        Some(Self {
            deadline,
            terms: Terms { price, part, paid },
            parties: [party(0), party(3)],
            history,
        })
    }

    /// Writes all four values.
    pub fn write<S: Store>(&self, store: &mut S) {
        let Terms { price, part, paid } = self.terms;
        let [buyer, seller] = self.parties;
        let parties = [
            buyer.side,
            buyer.received,
            buyer.calls,
            seller.side,
            seller.received,
            seller.calls,
        ];
        store.write::<8>(DEADLINE, &bytes(&[self.deadline]));
        store.write::<24>(TERMS, &bytes(&[price, part, paid]));
        store.write::<48>(PARTIES, &bytes(&parties));
        store.write::<96>(HISTORY, &bytes(&self.history));
    }
}

fn numbers<const COUNT: usize>(bytes: &[u8]) -> [u64; COUNT] {
    let mut numbers = [0; COUNT];
    for (number, bytes) in numbers.iter_mut().zip(bytes.as_chunks().0) {
        *number = u64::from_le_bytes(*bytes);
    }
    numbers
}

fn bytes<const SIZE: usize>(numbers: &[u64]) -> [u8; SIZE] {
    let mut bytes = [0; SIZE];
    for (bytes, number) in bytes.as_chunks_mut().0.iter_mut().zip(numbers) {
        *bytes = number.to_le_bytes();
    }
    bytes
}
