//! What a contract keeps between calls.
//!
//! Each key is a leaf of the channel's state tree, and each leaf that a call touches travels with
//! it when it is forced on chain. So what changes together lies in one [`Slot`], as one value;
//! what is read alone has its own.
//!
//! [`read`], [`write()`] and [`remove`] take any key and make a map of the storage. A key of 4 bytes
//! is that of a slot; keys of another length never meet one.

use core::marker::PhantomData;
use core::ptr;

use twinroot_abi::{Fixed, REVERT_STORAGE};

use crate::buffer::Buffer;
use crate::call::revert;
use crate::host;

/// A value of the contract under a number: the storage key is the number in 4 bytes, little-endian.
///
/// ```no_run
/// # use twinroot_sdk::{Height, storage::Slot};
/// const DEADLINE: Slot<Height> = Slot::new(0);
///
/// DEADLINE.set(&Height(100));
/// assert_eq!(DEADLINE.load(), Height(100));
/// ```
pub struct Slot<T> {
    number: u32,
    value: PhantomData<T>,
}

impl<T: Fixed> Slot<T> {
    /// The slot of that number; two slots of a contract with one number are the same.
    #[must_use]
    pub const fn new(number: u32) -> Self {
        Self {
            number,
            value: PhantomData,
        }
    }

    /// Its number, as a [`Policy`](crate::Policy) names the slot of its parameters.
    #[must_use]
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// Whether there is a value, whatever it is.
    #[must_use]
    pub fn exists(&self) -> bool {
        let key = self.key();
        // SAFETY: the key is one slice, and there is room for no byte of the value.
        unsafe { host::storage_read(key.as_ptr(), key.len(), ptr::null_mut(), 0) >= 0 }
    }

    /// The value, or `None` if there is none. Reverts with [`REVERT_STORAGE`] if it is no `T`.
    #[must_use]
    pub fn get(&self) -> Option<T> {
        read(&self.key())
    }

    /// The value. Reverts with [`REVERT_STORAGE`] if there is none or it is no `T`.
    #[must_use]
    pub fn load(&self) -> T {
        self.get().unwrap_or_else(|| revert(REVERT_STORAGE))
    }

    /// Puts a value there.
    pub fn set(&self, value: &T) {
        write(&self.key(), value);
    }

    /// Removes the value and says whether there was one.
    pub fn remove(&self) -> bool {
        remove(&self.key())
    }

    const fn key(&self) -> [u8; 4] {
        self.number.to_le_bytes()
    }
}

/// The value under `key`, or `None` if there is none. Reverts with [`REVERT_STORAGE`] if it is no `T`.
#[must_use]
pub fn read<T: Fixed>(key: &[u8]) -> Option<T> {
    let mut buffer = Buffer::new();
    // SAFETY: the key is one slice, and the buffer has room for `SIZE` bytes.
    let found =
        unsafe { host::storage_read(key.as_ptr(), key.len(), buffer.place::<T>(), T::SIZE) };
    if found < 0 {
        return None;
    }
    if found as usize != T::SIZE {
        revert(REVERT_STORAGE);
    }
    // SAFETY: the host found `SIZE` bytes and wrote them all.
    let value = unsafe { buffer.read() };
    Some(value.unwrap_or_else(|| revert(REVERT_STORAGE)))
}

/// Puts `value` under `key`.
///
/// ```no_run
/// # use twinroot_sdk::{Amount, storage};
/// let order = 7_u64;
/// storage::write(&order.to_le_bytes(), &Amount(5));
/// ```
pub fn write<T: Fixed>(key: &[u8], value: &T) {
    let mut buffer = Buffer::new();
    let bytes = buffer.write(value);
    // SAFETY: each pointer and the length after it are of one slice.
    unsafe { host::storage_write(key.as_ptr(), key.len(), bytes.as_ptr(), bytes.len()) };
}

/// Removes the value under `key` and says whether there was one.
pub fn remove(key: &[u8]) -> bool {
    // SAFETY: pointer and length are of one slice.
    unsafe { host::storage_remove(key.as_ptr(), key.len()) != 0 }
}
