//! A place on the stack for one value on its way to or from the host.

use core::mem::MaybeUninit;
use core::slice;

use twinroot_abi::Fixed;

use crate::field::no_fault;

/// Bytes of the largest value that crosses the border: the parameters of a policy with 16 feeds
/// take 544. Higher: nothing but stack, which is not touched where it is not used.
const CAPACITY: usize = 1024;

pub(crate) struct Buffer([MaybeUninit<u8>; CAPACITY]);

impl Buffer {
    pub(crate) const fn new() -> Self {
        Self([const { MaybeUninit::uninit() }; CAPACITY])
    }

    /// What is wrong with the size of a `T`, if anything.
    pub(crate) const fn fault<T: Fixed>() -> Option<&'static str> {
        if T::SIZE > CAPACITY {
            Some(
                "a value takes 1024 bytes at most: divide it among the items of a `List` or a `Map`",
            )
        } else {
            None
        }
    }

    /// Writes `value` and gives its bytes.
    pub(crate) fn write<T: Fixed>(&mut self, value: &T) -> &[u8] {
        let place = self.place::<T>();
        // SAFETY: the place has room for `SIZE` bytes, and they are zero before a slice shows them.
        let out = unsafe {
            place.write_bytes(0, T::SIZE);
            slice::from_raw_parts_mut(place, T::SIZE)
        };
        value.write(out);
        out
    }

    /// Where the bytes of a `T` have room.
    pub(crate) const fn place<T: Fixed>(&mut self) -> *mut u8 {
        const { no_fault(Self::fault::<T>()) };
        self.0.as_mut_ptr().cast()
    }

    /// The value that lies there, if the bytes stand for one.
    ///
    /// # Safety
    /// The first `SIZE` bytes of [`Buffer::place`] were written.
    pub(crate) unsafe fn read<T: Fixed>(&mut self) -> Option<T> {
        // SAFETY: the caller says that the bytes were written.
        T::read(unsafe { slice::from_raw_parts(self.place::<T>(), T::SIZE) })
    }
}

/// A storage key: the number of a field and what is kept under it.
pub(crate) struct Key {
    bytes: [u8; Self::MOST],
    length: usize,
}

impl Key {
    /// Bytes of a key, at most (docs/spec/vm.md, 6).
    const MOST: usize = 64;
    const SLOT: usize = 4;

    /// What is wrong with the size of a `T` under which something is to be kept, if anything.
    pub(crate) const fn fault<T: Fixed>() -> Option<&'static str> {
        if Self::SLOT + T::SIZE > Self::MOST {
            Some("the key of a map takes 60 bytes at most: take a hash of what is longer")
        } else {
            None
        }
    }

    pub(crate) fn new<T: Fixed>(slot: u32, under: &T) -> Self {
        const { no_fault(Self::fault::<T>()) };
        let mut bytes = [0; Self::MOST];
        let (place, rest) = bytes.split_at_mut(Self::SLOT);
        place.copy_from_slice(&slot.to_le_bytes());
        under.write(&mut rest[..T::SIZE]);
        Self {
            bytes,
            length: Self::SLOT + T::SIZE,
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

#[cfg(test)]
mod tests {
    use twinroot_abi::{Amount, Side};

    use super::{Buffer, Key};

    #[test]
    fn round_trip() {
        let mut buffer = Buffer::new();
        let value = (Amount(5), Side::Responder);
        assert_eq!(buffer.write(&value), [5, 0, 0, 0, 0, 0, 0, 0, 1]);
        // SAFETY: written in the line above.
        assert_eq!(unsafe { buffer.read() }, Some(value));
    }

    #[test]
    fn a_key_begins_with_the_slot() {
        let key = Key::new(0x0102, &(Side::Responder, 3_u16));
        assert_eq!(key.bytes(), [2, 1, 0, 0, 1, 3, 0]);
    }
}
