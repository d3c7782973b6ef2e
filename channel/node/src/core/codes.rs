//! The codes of what goes wrong in a node; `twinroot explain` has the long text of each.

/// The log could not be written, and nothing is done before it is read again.
pub const FROZEN: &str = "TR0801";
/// No channel of that name.
pub const NO_CHANNEL: &str = "TR0802";
/// A channel that is not open yet.
pub const NOT_OPEN: &str = "TR0803";
/// A step that the rules refuse.
pub const IMPOSSIBLE: &str = "TR0804";
/// A step that the peer does not sign.
pub const PEER_REFUSED: &str = "TR0805";
/// Something that the channel cannot do as it stands.
pub const NOT_NOW: &str = "TR0806";
/// Arguments, terms, modules or facts that are not what they should be.
pub const ARGUMENTS: &str = "TR0807";
/// A key that names another step.
pub const KEY_TAKEN: &str = "TR0808";
/// No contract of that name.
pub const NO_CONTRACT: &str = "TR0809";
/// A closed channel.
pub const CLOSED: &str = "TR0810";
/// A step that the ledger did not carry out.
pub const NOT_FORCED: &str = "TR0811";
/// A call that the contract called off.
pub const CALLED_OFF: &str = "TR0812";
/// Coins that did not move.
pub const UNFUNDED: &str = "TR0813";
/// A log that cannot be read.
pub const LOG: &str = "TR0814";
/// An account without the coins.
pub const COINS: &str = "TR0815";
/// A party that has stopped.
pub const BROKEN: &str = "TR0816";
/// A node that stopped before it answered.
pub const STOPPED: &str = "TR0817";
/// A machine without random numbers.
pub const RANDOM: &str = "TR0818";
/// A step whose result is not worth defending.
pub const UNAFFORDABLE: &str = "TR0819";
/// A channel that the node has.
pub const KNOWN: &str = "TR0820";
/// A channel that does not fit into one file.
pub const TOO_LARGE: &str = "TR0821";

/// All of them.
pub const ALL: [&str; 21] = [
    FROZEN,
    NO_CHANNEL,
    NOT_OPEN,
    IMPOSSIBLE,
    PEER_REFUSED,
    NOT_NOW,
    ARGUMENTS,
    KEY_TAKEN,
    NO_CONTRACT,
    CLOSED,
    NOT_FORCED,
    CALLED_OFF,
    UNFUNDED,
    LOG,
    COINS,
    BROKEN,
    STOPPED,
    RANDOM,
    UNAFFORDABLE,
    KNOWN,
    TOO_LARGE,
];
