//! Many messages of a chained feed for one signature (docs/spec/oracles.md, 3.4).

use twinroot_abi::MessageId;

use super::{Said, Unverified};
use crate::{Feed, Observation, OpenError};

/// What messages of a chained feed say that follow each other, in their order. The feed signed the last
/// one and that names the one before it, so one signature speaks for all: a hash instead of a signature
/// for each of the others, of which nothing is known but what it says. Its own signature is not looked
/// at, so it may convince no judge: what is to be evidence is opened by [`open`](crate::open).
///
/// # Errors
/// [`BrokenRun`]: the first rule that is broken, found from the last message to the first.
pub fn open_run<M: AsRef<[u8]>>(
    feed: &Feed,
    messages: &[M],
) -> Result<Vec<(MessageId, Observation)>, BrokenRun> {
    let mut run = Vec::with_capacity(messages.len());
    let mut named: Option<(MessageId, Observation)> = None;
    for (message, bytes) in messages.iter().enumerate().rev() {
        let broken = |rule| BrokenRun { message, rule };
        let unverified = Unverified::decode(bytes.as_ref()).map_err(broken)?;
        let said = match &named {
            None => {
                let last = unverified.verify(feed).map_err(broken)?;
                (last.id, last.observation)
            }
            Some((_, next)) => unverified.named_by(next, feed).map_err(broken)?,
        };
        run.extend(named.replace(said));
    }
    run.extend(named);
    run.reverse();
    Ok(run)
}

impl Unverified<'_> {
    /// What this message says if it is the one that `next` names, and so signed with that.
    fn named_by(
        self,
        next: &Observation,
        feed: &Feed,
    ) -> Result<(MessageId, Observation), OpenError> {
        let id = self.id();
        let Said::Native(observation) = self.said else {
            return Err(OpenError::UnknownEnvelope);
        };
        observation.check(feed)?;
        if next.prev != id || !next.comes_after(&observation) {
            return Err(OpenError::Link);
        }
        Ok((id, observation))
    }
}

/// Where a run of messages is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("message {message} of the run: {rule}")]
pub struct BrokenRun {
    /// Place of the message among those given.
    pub message: usize,
    /// The rule that it breaks.
    pub rule: OpenError,
}
