//! Names of things: 32 bytes each, a type for each kind.

use core::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        pub struct $name(pub [u8; 32]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    };
}

id! {
    /// A blake2b-256 hash that has no narrower type.
    Hash
}
id! {
    /// Root of an authenticated tree.
    Root
}
id! {
    /// A ledger: the hash of its genesis.
    ChainId
}
id! {
    /// A channel: the hash of its signed parameters.
    ChannelId
}
id! {
    /// A contract of a channel.
    ContractId
}
id! {
    /// The code of a contract: the hash of its canonical module.
    CodeHash
}
id! {
    /// A feed of observations: the hash of its descriptor.
    FeedId
}
id! {
    /// A signed observation: the hash of what was signed.
    MessageId
}
id! {
    /// What a one-shot claim is about: the hash of an order, its nonce included.
    Subject
}
id! {
    /// A question to an oracle of the ledger: the hash of oracle, question and times.
    QueryId
}
id! {
    /// An Ed25519 public key as it travels; not yet through the key gate.
    PublicKey
}

/// One of the two participants of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Side {
    /// Who opened the channel.
    Initiator = 0,
    /// Who accepted it.
    Responder = 1,
}

impl Side {
    /// Both, in the order in which pairs of values are written.
    pub const BOTH: [Self; 2] = [Self::Initiator, Self::Responder];

    /// Place of this side in a pair of values.
    #[must_use]
    pub const fn index(self) -> usize {
        match self {
            Self::Initiator => 0,
            Self::Responder => 1,
        }
    }

    /// The side at that place, if there is one.
    #[must_use]
    pub const fn from_index(index: u32) -> Option<Self> {
        match index {
            0 => Some(Self::Initiator),
            1 => Some(Self::Responder),
            _ => None,
        }
    }

    /// The other participant.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Initiator => Self::Responder,
            Self::Responder => Self::Initiator,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Initiator => "initiator",
            Self::Responder => "responder",
        })
    }
}
