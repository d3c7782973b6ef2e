//! One value.

use core::marker::PhantomData;
use core::ptr;

use twinroot_abi::{Fixed, REVERT_STORAGE, Type};

use crate::buffer::Buffer;
use crate::call::revert;
use crate::field::{Field, Place};
use crate::{host, storage};

/// A value that the contract keeps: one leaf of the state.
///
/// What changes together, or is read together, belongs into one value: each leaf that a call touches is
/// paid for, and travels with the call if it is forced.
///
/// ```
/// use twinroot_sdk::{Amount, Data, Height, Side, Value, contract};
///
/// #[derive(Data)]
/// pub struct Deal {
///     buyer: Side,
///     price: Amount,
///     deadline: Height,
/// }
///
/// #[contract]
/// pub struct Sale {
///     deal: Value<Deal>,
/// }
/// ```
pub struct Value<T> {
    slot: u32,
    kind: PhantomData<T>,
}

impl<T: Fixed> Field for Value<T> {
    const TYPE: Type = Type::Of("Value", &[T::TYPE]);
    const FAULT: Option<&'static str> = Buffer::fault::<T>();
    type First = T;

    fn at(place: Place) -> Self {
        Self {
            slot: place.slot,
            kind: PhantomData,
        }
    }

    fn begin(&mut self, first: T) {
        self.set(&first);
    }
}

impl<T: Fixed> Value<T> {
    /// The value. Reverts with [`REVERT_STORAGE`] where none was set.
    #[must_use]
    pub fn get(&self) -> T {
        self.find().unwrap_or_else(|| revert(REVERT_STORAGE))
    }

    /// The value, if one was set.
    #[must_use]
    pub fn find(&self) -> Option<T> {
        storage::read(&self.key())
    }

    /// Whether one was set.
    #[must_use]
    pub fn exists(&self) -> bool {
        let key = self.key();
        // SAFETY: the key is one slice, and there is room for no byte of the value.
        unsafe { host::storage_read(key.as_ptr(), key.len(), ptr::null_mut(), 0) >= 0 }
    }

    /// Puts a value there.
    pub fn set(&mut self, value: &T) {
        storage::write(&self.key(), value);
    }

    /// The value, which is gone then. Reverts with [`REVERT_STORAGE`] where none was set, so that what is
    /// taken once cannot be taken twice.
    pub fn take(&mut self) -> T {
        let value = self.get();
        self.remove();
        value
    }

    /// Takes it away, and says whether there was one.
    pub fn remove(&mut self) -> bool {
        storage::remove(&self.key())
    }

    const fn key(&self) -> [u8; 4] {
        self.slot.to_le_bytes()
    }
}
