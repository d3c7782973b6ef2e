//! The guest's side of a host call: its memory and its gas.

use wasmtime::StoreContextMut;

use crate::running::{Running, Stop};

/// A host call in progress: gas comes in with it and what is left goes out.
pub(crate) struct Guest<'a> {
    store: StoreContextMut<'a, Box<Running>>,
    gas: i64,
}

impl<'a> Guest<'a> {
    /// Begins a host call. The module has charged the fixed price already; less than nothing left
    /// means that it could not.
    pub(crate) fn enter(store: StoreContextMut<'a, Box<Running>>, gas: i64) -> Result<Self, Stop> {
        if gas < 0 {
            Err(Stop::OutOfGas)
        } else {
            Ok(Self { store, gas })
        }
    }

    /// Charges `price` before the work that it pays for.
    pub(crate) fn charge(&mut self, price: u64) -> Result<(), Stop> {
        let left = i64::try_from(price).ok().map(|price| self.gas - price);
        self.gas = left.filter(|left| *left >= 0).ok_or(Stop::OutOfGas)?;
        Ok(())
    }

    pub(crate) const fn gas(&self) -> i64 {
        self.gas
    }

    pub(crate) fn running(&mut self) -> &mut Running {
        self.store.data_mut()
    }

    /// A part of guest memory, which is charged for already.
    pub(crate) fn bytes(&mut self, pointer: i32, length: i32) -> Result<&[u8], Stop> {
        let memory = self.memory();
        let range = range(pointer, length);
        memory.get(range).ok_or(Stop::Trap)
    }

    /// A copy of guest memory, which is charged for already.
    pub(crate) fn read(&mut self, pointer: i32, length: i32) -> Result<Vec<u8>, Stop> {
        self.bytes(pointer, length).map(<[u8]>::to_vec)
    }

    /// So many bytes of guest memory.
    pub(crate) fn array<const N: usize>(&mut self, pointer: i32) -> Result<[u8; N], Stop> {
        let memory = self.memory();
        let start = memory.get(unsigned(pointer)..).ok_or(Stop::Trap)?;
        start.first_chunk().copied().ok_or(Stop::Trap)
    }

    /// Copies into guest memory.
    pub(crate) fn write(&mut self, pointer: i32, bytes: &[u8]) -> Result<(), Stop> {
        let start = unsigned(pointer);
        let memory = self.memory();
        memory
            .get_mut(start..start + bytes.len())
            .ok_or(Stop::Trap)?
            .copy_from_slice(bytes);
        if let Some(tracing) = &mut self.running().trail.tracing {
            tracing.write(pointer, bytes);
        }
        Ok(())
    }

    /// A module without a memory has one of 0 bytes.
    fn memory(&mut self) -> &mut [u8] {
        match self.store.data().memory {
            Some(memory) => memory.data_mut(&mut self.store),
            None => &mut [],
        }
    }
}

/// A pointer or length of the guest, which counts them without sign.
pub(crate) const fn unsigned(number: i32) -> usize {
    number.cast_unsigned() as usize
}

fn range(pointer: i32, length: i32) -> std::ops::Range<usize> {
    let start = unsigned(pointer);
    start..start + unsigned(length)
}
