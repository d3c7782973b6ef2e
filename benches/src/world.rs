//! What a contract on a plain engine has: its state, and how to take a call back.

use std::collections::BTreeMap;

/// The world of one contract, on an engine with memories of type `M`.
pub(crate) struct World<M> {
    pub(crate) memory: Option<M>,
    pub(crate) args: Vec<u8>,
    pub(crate) returned: Vec<u8>,
    pub(crate) slots: BTreeMap<Vec<u8>, Vec<u8>>,
    journal: Vec<(Vec<u8>, Option<Vec<u8>>)>,
}

impl<M> Default for World<M> {
    fn default() -> Self {
        Self {
            memory: None,
            args: Vec::new(),
            returned: Vec::new(),
            slots: BTreeMap::new(),
            journal: Vec::new(),
        }
    }
}

impl<M> World<M> {
    pub(crate) fn put(&mut self, key: Vec<u8>, value: Option<Vec<u8>>) {
        let before = match value {
            Some(value) => self.slots.insert(key.clone(), value),
            None => self.slots.remove(&key),
        };
        self.journal.push((key, before));
    }

    /// Takes back what the last call changed.
    pub(crate) fn revert(&mut self) {
        for (key, before) in std::mem::take(&mut self.journal).into_iter().rev() {
            match before {
                Some(value) => self.slots.insert(key, value),
                None => self.slots.remove(&key),
            };
        }
    }

    /// What the last call changed stands from now on.
    pub(crate) fn settle(&mut self) {
        self.journal.clear();
    }
}
