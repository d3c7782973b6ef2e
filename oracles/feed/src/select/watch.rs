//! Watches a live feed for a run (docs/spec/oracles.md, 7.4).

use std::collections::VecDeque;

use twinroot_exec::Bundle;

use crate::judge::RunLength;
use crate::{BundleError, Feed, Signed};

/// Keeps the run that the newest readings of a feed form: constant work for each reading, memory
/// for `n` of them.
#[derive(Clone, Debug)]
pub struct RunWatch {
    policy: u8,
    asked: RunLength,
    descriptor: Vec<u8>,
    run: VecDeque<Signed>,
    /// Epoch and seq of the newest reading seen.
    newest: Option<(u32, u64)>,
}

/// How far the run is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// So many of the needed readings.
    Have {
        /// Readings of the run so far.
        have: usize,
        /// Readings that the policy asks for.
        need: usize,
    },
    /// The run is complete: this answers the policy.
    Complete(Bundle),
}

impl RunWatch {
    /// A watch over `feed` for [`twinroot_abi::Policy::RunLength`], the policy of number `policy`.
    ///
    /// # Errors
    /// [`BundleError`] 102, 103 or 208: no reading of this feed could answer.
    pub fn new(policy: u8, n: u16, params: &[u8], feed: &Feed) -> Result<Self, BundleError> {
        let asked = RunLength::new(n, params)?;
        if feed.id() != asked.feed {
            return Err(BundleError::FeedMismatch);
        }
        Ok(Self {
            policy,
            asked,
            descriptor: feed.encode(),
            run: VecDeque::new(),
            newest: None,
        })
    }

    /// Takes the next reading. One that is not newer than all before it is passed over, so what a
    /// transport repeats does no harm. A run that grows beyond `n` gives its newest `n` each time.
    pub fn push(&mut self, reading: &Signed) -> Progress {
        if self.is_news(reading) {
            self.extend(reading);
        }
        self.progress()
    }

    fn is_news(&mut self, reading: &Signed) -> bool {
        let observation = reading.observation();
        let place = Some(observation.place());
        let is_news = observation.feed == self.asked.feed && place > self.newest;
        if is_news {
            self.newest = place;
        }
        is_news
    }

    fn extend(&mut self, reading: &Signed) {
        if !self.run.back().is_some_and(|last| reading.follows(last)) {
            self.run.clear();
        }
        if self.asked.check_breach(reading.observation()).is_err() {
            self.run.clear();
            return;
        }
        if self.run.len() == self.asked.n {
            self.run.pop_front();
        }
        self.run.push_back(reading.clone());
    }

    fn progress(&self) -> Progress {
        if self.run.len() < self.asked.n {
            return Progress::Have {
                have: self.run.len(),
                need: self.asked.n,
            };
        }
        Progress::Complete(Bundle {
            policy: self.policy,
            descriptors: vec![self.descriptor.clone()],
            messages: self
                .run
                .iter()
                .map(|reading| reading.bytes().to_vec())
                .collect(),
        })
    }
}
