//! The storage underneath: any bytes as a key, for contracts that lay their own out.
//!
//! The fields of a [`contract`](macro@crate::contract) lie under keys that begin with their number, 4 bytes,
//! little-endian. Keys of fewer than 4 bytes never meet one.

use twinroot_abi::{Fixed, REVERT_STORAGE};

use crate::buffer::Buffer;
use crate::call::revert;
use crate::host;

/// The value under `key`, or `None` if there is none. Reverts with [`REVERT_STORAGE`] if it is no `T`.
#[must_use]
pub fn read<T: Fixed>(key: &[u8]) -> Option<T> {
    let mut buffer = Buffer::new();
    // SAFETY: the buffer has room for `SIZE` bytes.
    if !unsafe { load(key, buffer.place::<T>(), T::SIZE) } {
        return None;
    }
    // SAFETY: `SIZE` bytes were found and written.
    let value = unsafe { buffer.read() };
    Some(value.unwrap_or_else(|| revert(REVERT_STORAGE)))
}

/// The part that is the same for all types, once in a contract and not wherever something is read.
///
/// # Safety
/// There is room for `size` bytes at `out`.
#[inline(never)]
unsafe fn load(key: &[u8], out: *mut u8, size: usize) -> bool {
    // SAFETY: the key is one slice, and the caller says that there is room.
    let found = unsafe { host::storage_read(key.as_ptr(), key.len(), out, size) };
    if found >= 0 && found as usize != size {
        revert(REVERT_STORAGE);
    }
    found >= 0
}

/// Puts `value` under `key`.
///
/// ```no_run
/// # use twinroot_sdk::{Amount, storage};
/// storage::write(b"x", &Amount(5));
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
