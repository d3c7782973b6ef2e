//! As many calls at once as an engine has places for; whoever comes later waits. A full pool is no
//! outcome of a call (docs/spec/vm.md, 2.4).

use std::sync::{Condvar, Mutex, PoisonError};

pub(crate) struct Permits {
    places: Mutex<Places>,
    returned: Condvar,
}

struct Places {
    left: u32,
    waiting: u32,
}

/// A place, given back when it is dropped.
pub(crate) struct Permit<'a>(&'a Permits);

impl Permits {
    pub(crate) const fn new(places: u32) -> Self {
        Self {
            places: Mutex::new(Places {
                left: places,
                waiting: 0,
            }),
            returned: Condvar::new(),
        }
    }

    /// A place, as soon as there is one.
    pub(crate) fn take(&self) -> Permit<'_> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        while places.left == 0 {
            places.waiting = places.waiting.saturating_add(1);
            places = self
                .returned
                .wait(places)
                .unwrap_or_else(PoisonError::into_inner);
            places.waiting = places.waiting.saturating_sub(1);
        }
        places.left = places.left.saturating_sub(1);
        Permit(self)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut places = self.0.places.lock().unwrap_or_else(PoisonError::into_inner);
        places.left = places.left.saturating_add(1);
        let awaited = places.waiting > 0;
        drop(places);
        // To wake nobody would ask the system all the same.
        if awaited {
            self.0.returned.notify_one();
        }
    }
}
