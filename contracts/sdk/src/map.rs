//! Values under keys.

use core::marker::PhantomData;

use twinroot_abi::{Fixed, Type};

use crate::buffer::{Buffer, Key};
use crate::field::{Field, Place};
use crate::storage;

/// Values under keys, each a leaf of the state. A call pays for the ones that it touches, however many
/// there are; which keys there are cannot be asked.
///
/// A key takes up to 60 bytes.
///
/// ```
/// use twinroot_sdk::{Amount, Hash, Map, contract, entries};
///
/// #[contract]
/// pub struct Vouchers {
///     open: Map<Hash, Amount>,
/// }
///
/// #[entries]
/// impl Vouchers {
///     /// What the voucher is worth, and then nothing any more.
///     pub fn redeem(&mut self, voucher: Hash) -> Amount {
///         let worth = self.open.get(&voucher).unwrap_or_default();
///         self.open.remove(&voucher);
///         worth
///     }
/// }
/// ```
pub struct Map<K, V> {
    slot: u32,
    kind: PhantomData<(K, V)>,
}

impl<K: Fixed, V: Fixed> Field for Map<K, V> {
    const TYPE: Type = Type::Of("Map", &[K::TYPE, V::TYPE]);
    const FAULT: Option<&'static str> = match Key::fault::<K>() {
        None => Buffer::fault::<V>(),
        fault => fault,
    };
    type First = ();

    fn at(place: Place) -> Self {
        Self {
            slot: place.slot,
            kind: PhantomData,
        }
    }

    fn begin(&mut self, (): ()) {}
}

impl<K: Fixed, V: Fixed> Map<K, V> {
    /// The value under the key.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<V> {
        storage::read(self.key(key).bytes())
    }

    /// Puts a value under the key.
    pub fn set(&mut self, key: &K, value: &V) {
        storage::write(self.key(key).bytes(), value);
    }

    /// Takes the value under the key away, and says whether there was one.
    pub fn remove(&mut self, key: &K) -> bool {
        storage::remove(self.key(key).bytes())
    }

    fn key(&self, key: &K) -> Key {
        Key::new(self.slot, key)
    }
}
