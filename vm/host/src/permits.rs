//! As many calls at once as an engine has places for; whoever comes later waits. A full pool is no
//! outcome of a call (docs/spec/vm.md, 2.4).

use std::sync::{Condvar, Mutex, PoisonError};

pub(crate) struct Permits {
    left: Mutex<u32>,
    returned: Condvar,
}

/// A place, given back when it is dropped.
pub(crate) struct Permit<'a>(&'a Permits);

impl Permits {
    pub(crate) const fn new(places: u32) -> Self {
        Self {
            left: Mutex::new(places),
            returned: Condvar::new(),
        }
    }

    /// A place, as soon as there is one.
    pub(crate) fn take(&self) -> Permit<'_> {
        let left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.returned.wait_while(left, |left| *left == 0);
        let mut left = waited.unwrap_or_else(PoisonError::into_inner);
        *left = left.saturating_sub(1);
        Permit(self)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut left = self.0.left.lock().unwrap_or_else(PoisonError::into_inner);
        *left = left.saturating_add(1);
        drop(left);
        self.0.returned.notify_one();
    }
}
