//! How far the messages of a feed are used up.

use twinroot_abi::{FeedId, Fixed, Type};

/// A place in the chain of a feed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Mark {
    /// Counts the times that the feed lost its counter.
    pub epoch: u32,
    /// Place in the epoch.
    pub seq: u64,
}

impl Mark {
    /// The very first place of a feed.
    pub const FIRST: Self = Self { epoch: 0, seq: 0 };

    /// The place behind this one; none behind the last.
    #[must_use]
    pub const fn next(self) -> Option<Self> {
        let Self { epoch, seq } = self;
        match (seq.checked_add(1), epoch.checked_add(1)) {
            (Some(seq), _) => Some(Self { epoch, seq }),
            (None, Some(epoch)) => Some(Self { epoch, seq: 0 }),
            (None, None) => None,
        }
    }
}

impl Fixed for Mark {
    const SIZE: usize = <(u32, u64)>::SIZE;
    const TYPE: Type = Type::Named("Mark");

    fn write(&self, out: &mut [u8]) {
        (self.epoch, self.seq).write(out);
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (epoch, seq) = Fixed::read(bytes)?;
        Some(Self { epoch, seq })
    }
}

/// Parameters of the policies that use messages up: whose, and from where on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Source {
    /// The feed.
    pub feed: FeedId,
    /// The first place that still counts.
    pub mark: Mark,
}

impl Source {
    /// All that the feed says, from its very first message on.
    #[must_use]
    pub const fn all_of(feed: FeedId) -> Self {
        Self {
            feed,
            mark: Mark::FIRST,
        }
    }
}

impl Fixed for Source {
    const SIZE: usize = <(FeedId, Mark)>::SIZE;
    const TYPE: Type = Type::Named("Source");

    fn write(&self, out: &mut [u8]) {
        (self.feed, self.mark).write(out);
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (feed, mark) = Fixed::read(bytes)?;
        Some(Self { feed, mark })
    }
}
