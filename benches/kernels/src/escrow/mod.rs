//! An escrow as a step of a channel sees it: four values read, a decision, four values written.
//!
//! The buyer releases the price to the seller in parts; what is not released by a height goes back
//! to the buyer. No coins move: what is measured is storage, and what is decided stands in it.
//!
//! ```text
//! key                 bytes   value                                        bytes
//! deadline                8   height from which the rest goes back             8
//! terms                  16   price, part, paid                               24
//! parties                32   for each side: number, received, calls          48
//! history                64   calls, then what the last eleven decided        96
//! ```

mod decide;
mod records;
mod store;

pub use decide::{Context, Decision, decide};
pub use records::{Party, Records, Terms};
pub use store::Store;

/// Number of the side that buys.
pub const BUYER: u64 = 0;
/// Number of the side that sells.
pub const SELLER: u64 = 1;

/// Writes the first values. The price is that of a million parts, so that a benchmark does not come
/// to the end of it.
pub fn init<S: Store>(store: &mut S) {
    Records {
        deadline: 1_000_000,
        terms: Terms {
            price: 25_000_000,
            part: 25,
            paid: 0,
        },
        parties: [BUYER, SELLER].map(Party::new),
        history: [0; 12],
    }
    .write(store);
}

/// Reads, decides, writes. `None` if a value is not there, as before [`init`].
pub fn release<S: Store>(store: &mut S, context: Context) -> Option<u64> {
    let records = Records::read(store)?;
    let (decision, records) = decide(records, context);
    records.write(store);
    Some(decision.number())
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeMap;
    use alloc::vec::Vec;

    use super::{BUYER, Context, Decision, Records, init, release};

    #[test]
    fn four_keys_of_the_sizes_that_the_table_says() {
        let mut store: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
        init(&mut store);
        let mut sizes: Vec<_> = store
            .iter()
            .map(|(key, value)| (key.len(), value.len()))
            .collect();
        sizes.sort_unstable();
        assert_eq!(sizes, [(8, 8), (16, 24), (32, 48), (64, 96)]);
    }

    #[test]
    fn releases_write_all_four() {
        let mut store: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
        let context = Context {
            height: 7,
            caller: BUYER,
        };
        assert_eq!(release(&mut store, context), None);
        init(&mut store);
        for _ in 0..3 {
            let before = store.clone();
            let number = release(&mut store, context);
            assert_eq!(number, Some(Decision::Released(25).number()));
            assert!(before.iter().zip(&store).all(|(old, new)| old != new));
        }
        assert_eq!(Records::read(&store).unwrap().terms.paid, 75);
    }
}
