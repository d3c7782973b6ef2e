//! Many messages of one feed, opened on all cores.
//!
//! Each message is opened by itself, by the one rule of docs/spec/oracles.md, 3.2. A check of many
//! signatures at once would be faster, but it accepts what the rule refuses, and what is kept here
//! has to convince a judge.

use rayon::prelude::*;
use twinroot_feed::{Feed, OpenError, Signed, open};

/// Opens the messages of one feed.
#[derive(Clone, Debug)]
pub struct Verifier {
    feed: Feed,
}

impl Verifier {
    /// A verifier for messages of `feed`.
    #[must_use]
    pub const fn new(feed: Feed) -> Self {
        Self { feed }
    }

    /// Whose messages it opens.
    #[must_use]
    pub const fn feed(&self) -> &Feed {
        &self.feed
    }

    /// What [`open`] says of each message, in the order of `messages`, whichever core was faster.
    #[must_use]
    pub fn open<M: AsRef<[u8]> + Sync>(&self, messages: &[M]) -> Vec<Result<Signed, OpenError>> {
        messages
            .par_iter()
            .with_min_len(LEAST_PER_CORE)
            .map(|message| open(&self.feed, message.as_ref()))
            .collect()
    }
}

/// Messages that are worth the way to another core. One takes about 50 us; with fewer than these,
/// waking a core and waiting for it can take longer than what it saves.
const LEAST_PER_CORE: usize = 8;
