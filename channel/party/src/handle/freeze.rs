//! Something could not be written down (docs/spec/channel.md, 5.9).

use crate::effect::{Effect, Report};
use crate::party::Party;

/// The party may know more than the disk does, so it does nothing more. It does not close the
/// channel for that: the newest state may be on the disk after all, or with the peer.
pub(crate) fn freeze(party: &mut Party) -> Vec<Effect> {
    party.frozen = true;
    vec![Effect::Report(Report::Frozen)]
}
