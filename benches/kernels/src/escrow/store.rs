//! Where values lie: with the host for a contract, in a map for its native twin.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

/// Values of known sizes under keys.
pub trait Store {
    /// The value, if there is one and it has that size.
    fn read<const SIZE: usize>(&self, key: &[u8]) -> Option<[u8; SIZE]>;
    /// Puts a value there.
    fn write<const SIZE: usize>(&mut self, key: &[u8], value: &[u8; SIZE]);
}

impl Store for BTreeMap<Vec<u8>, Vec<u8>> {
    fn read<const SIZE: usize>(&self, key: &[u8]) -> Option<[u8; SIZE]> {
        self.get(key)?.as_slice().try_into().ok()
    }

    fn write<const SIZE: usize>(&mut self, key: &[u8], value: &[u8; SIZE]) {
        self.insert(key.to_vec(), value.to_vec());
    }
}
