//! What a call begins with: memory and globals as the module declares them.

use crate::ReferenceError;
use crate::error::Present;
use crate::module::{Bytes, Module};
use crate::run::memory::Memory;
use crate::value::Value;

/// A fresh instance. The table is not part of it: no instruction changes it.
#[derive(Debug)]
pub(crate) struct Instance {
    pub(crate) memory: Memory,
    pub(crate) globals: Vec<Value>,
}

impl Instance {
    pub(crate) fn new(module: &Module<'_>) -> Result<Self, ReferenceError> {
        let mut memory = Memory::new(module.memory);
        for Bytes { offset, bytes } in &module.data {
            let end = offset.saturating_add(bytes.len());
            let place = memory.bytes.get_mut(*offset..end);
            place
                .present("the memory of a segment")?
                .copy_from_slice(bytes);
        }
        Ok(Self {
            memory,
            globals: module.globals.clone(),
        })
    }

    pub(crate) fn global(&mut self, index: u32) -> Result<&mut Value, ReferenceError> {
        let index = crate::module::number(index);
        self.globals.get_mut(index).present("a global")
    }
}
