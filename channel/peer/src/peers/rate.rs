//! How many messages are taken from a peer in a second.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Counts messages and waits where they come too fast.
pub(super) struct Rate {
    most: u32,
    left: u32,
    since: Instant,
}

impl Rate {
    pub(super) fn new(most: u32) -> Self {
        Self {
            most,
            left: most,
            since: Instant::now(),
        }
    }

    /// Counts one message. The first one too many waits until a second has passed since the first of them.
    pub(super) async fn one(&mut self) {
        if self.left == 0 {
            sleep_until(self.since + Duration::from_secs(1)).await;
            *self = Self::new(self.most);
        }
        self.left = self.left.saturating_sub(1);
    }
}
