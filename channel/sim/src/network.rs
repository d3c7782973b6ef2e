//! The network between the parties: it keeps nothing in order, and what is on the way when the
//! connection breaks is lost.

use std::collections::VecDeque;

use twinroot_abi::Side;

/// Messages that may be on the way to a side; older ones are lost first.
const ON_THE_WAY: usize = 64;

#[derive(Clone, Debug, Default)]
pub(crate) struct Network {
    to: [VecDeque<Vec<u8>>; 2],
    pub(crate) connected: bool,
}

impl Network {
    pub(crate) fn send(&mut self, to: Side, bytes: Vec<u8>) {
        if !self.connected {
            return;
        }
        let queue = &mut self.to[to.index()];
        queue.push_back(bytes);
        if queue.len() > ON_THE_WAY {
            queue.pop_front();
        }
    }

    pub(crate) fn on_the_way(&self, to: Side) -> usize {
        self.to[to.index()].len()
    }

    /// The message at that place on the way to a side.
    pub(crate) fn look(&self, to: Side, place: usize) -> Option<Vec<u8>> {
        self.to[to.index()].get(place).cloned()
    }

    pub(crate) fn take(&mut self, to: Side, place: usize) -> Option<Vec<u8>> {
        self.to[to.index()].remove(place)
    }

    pub(crate) fn cut(&mut self) {
        self.connected = false;
        for queue in &mut self.to {
            queue.clear();
        }
    }
}
