//! Values in a row.

use core::marker::PhantomData;

use twinroot_abi::{Fixed, Type};

use crate::buffer::{Buffer, Key};
use crate::field::{Field, Place};
use crate::storage;

/// Values in a row: one leaf of the state for the length, one for each value. A call pays for the ones
/// that it touches.
///
/// ```
/// use twinroot_sdk::{List, contract, entries};
///
/// #[contract]
/// pub struct Moves {
///     played: List<u8>,
/// }
///
/// #[entries]
/// impl Moves {
///     /// Plays a move and gives its number.
///     pub fn play(&mut self, piece: u8) -> u32 {
///         self.played.push(&piece);
///         self.played.len() - 1
///     }
/// }
/// ```
pub struct List<T> {
    slot: u32,
    kind: PhantomData<T>,
}

impl<T: Fixed> Field for List<T> {
    const TYPE: Type = Type::Of("List", &[T::TYPE]);
    const FAULT: Option<&'static str> = Buffer::fault::<T>();
    type First = ();

    fn at(place: Place) -> Self {
        Self {
            slot: place.slot,
            kind: PhantomData,
        }
    }

    fn begin(&mut self, (): ()) {}
}

impl<T: Fixed> List<T> {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> u32 {
        storage::read(&self.slot.to_le_bytes()).unwrap_or_default()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value with that number; the first has 0.
    #[must_use]
    pub fn get(&self, index: u32) -> Option<T> {
        storage::read(self.key(index).bytes())
    }

    /// Puts one more at the end.
    pub fn push(&mut self, value: &T) {
        let length = self.len();
        storage::write(self.key(length).bytes(), value);
        self.set_len(length + 1);
    }

    /// Takes the last away and gives it.
    pub fn pop(&mut self) -> Option<T> {
        let last = self.len().checked_sub(1)?;
        let value = self.get(last);
        storage::remove(self.key(last).bytes());
        self.set_len(last);
        value
    }

    /// Puts another value in the place of one, and says whether there was one.
    pub fn replace(&mut self, index: u32, value: &T) -> bool {
        let there = index < self.len();
        if there {
            storage::write(self.key(index).bytes(), value);
        }
        there
    }

    fn set_len(&mut self, length: u32) {
        storage::write(&self.slot.to_le_bytes(), &length);
    }

    fn key(&self, index: u32) -> Key {
        Key::new(self.slot, &index)
    }
}
