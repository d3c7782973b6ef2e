//! The labels of a map.

use crate::OpenError;

/// Those that were there already: each may come once.
#[derive(Default)]
pub(super) struct Labels(Vec<i64>);

impl Labels {
    pub(super) fn add(&mut self, label: i64) -> Result<(), OpenError> {
        if self.contain(label) {
            return Err(OpenError::NotCanonical);
        }
        self.0.push(label);
        Ok(())
    }

    pub(super) fn contain(&self, label: i64) -> bool {
        self.0.contains(&label)
    }
}
