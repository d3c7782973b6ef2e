//! The rules that descriptors, messages, bundles and proofs can break, each with its stable number
//! (docs/spec/oracles.md, 6).
//!
//! A number is all that is left of a refusal once it is a revert code of a contract, so the enums
//! carry no data and [`FeedError::from_code`] gets the whole error back.

use twinroot_exec::Refusal;
use twinroot_types::{BadSignature, DecodeError, KeyError};

macro_rules! rules {
    ($(#[$doc:meta])* $name:ident { $($rule:ident = $number:literal: $text:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
        #[repr(u16)]
        pub enum $name {
            $(
                #[doc = concat!("Rule ", $number, ": ", $text, ".")]
                #[error($text)]
                $rule = $number,
            )*
        }

        impl $name {
            /// Every rule, in the order of the numbers.
            pub const ALL: &'static [Self] = &[$(Self::$rule),*];

            /// The number of the rule.
            #[must_use]
            pub const fn code(self) -> u16 {
                self as u16
            }

            /// The rule of that number, if there is one here.
            #[must_use]
            pub fn from_code(code: u16) -> Option<Self> {
                Self::ALL.iter().copied().find(|rule| rule.code() == code)
            }
        }
    };
}

rules! {
    /// What a question and its bundle can break; whoever made the contract (1xx) or the bundle is at fault.
    BundleError {
        NoParams = 101: "the slot of the policy's parameters is empty";
        BadParams = 102: "the policy's parameters are malformed";
        BadPolicy = 103: "the policy's count does not fit its parameters";
        NoFacts = 104: "the call carries no facts for this policy";
        TooFewDescriptors = 201: "there are fewer descriptors than the policy asks for";
        TooManyDescriptors = 202: "there are more descriptors than the policy asks for";
        TooFewMessages = 203: "there are fewer messages than the policy asks for";
        TooManyMessages = 204: "there are more messages than the policy asks for";
        DuplicateSigner = 205: "one feed appears twice";
        SignerOrder = 206: "the feeds are not in ascending order";
        UnknownSigner = 207: "the feed is not on the policy's list";
        FeedMismatch = 208: "the descriptor is not that of the policy's feed";
        UnitsDiffer = 209: "the feeds do not measure the same quantity in the same unit and scale";
        NotAClaim = 501: "the message is a reading where a claim is needed";
        OtherSubject = 502: "the claim is about another subject";
        CodesDiffer = 503: "the claims do not agree on one code";
        Gap = 511: "the reading does not follow the one before it";
        NotAReading = 512: "the message is a claim where a reading is needed";
        OutOfWindow = 513: "the reading lies outside the window";
        InRange = 514: "the reading lies within the limits";
        NotFirst = 515: "the reading is not known to be its feed's first in the window";
        Silence = 516: "the reading comes too long after the one before it";
        TooBrief = 517: "the readings span less time than the policy asks for";
        NewEpoch = 518: "the message begins an epoch, so the one before it is not known for sure";
        InTime = 519: "the feed was not silent for so long before the message";
        Used = 520: "the message comes before the first that still counts";
        Ahead = 521: "the reading is later than the pinned block";
        Stale = 522: "the reading is too old at the pinned block";
        Unchained = 523: "the feed does not say when it spoke last";
        Forgotten = 531: "the ledger need not keep the answer any more at the pinned block";
        BadProof = 532: "the proof is malformed";
        OtherBlock = 533: "the proof is not of the pinned block";
        NotShown = 534: "the proof shows neither the query nor that it is not there";
        Surplus = 535: "the proof shows more than the query";
        Pending = 536: "the query has no answer at the pinned block, and one can still come";
    }
}

rules! {
    /// What a descriptor can break; whoever made the feed is at fault.
    DescriptorError {
        TooLong = 301: "the descriptor is too long";
        Malformed = 302: "the descriptor is malformed";
        Trailing = 303: "the descriptor has trailing bytes";
        NotCanonical = 304: "the descriptor is not in canonical form";
        Text = 305: "a text of the descriptor is empty, too long or not printable ASCII";
        Scale = 306: "the descriptor's scale is out of bounds";
        Validity = 307: "the descriptor's validity ends before it begins";
        KeyNotAPoint = 308: "the feed's key is no point of the curve";
        KeyNotCanonical = 309: "the feed's key is not in canonical form";
        KeyWeak = 310: "the feed's key is weak: anyone can sign for it";
        KeyMixedOrder = 311: "the feed's key has mixed order: verifiers would disagree about its signatures";
        NoPeriod = 312: "the feed counts in time slots but has no period";
    }
}

rules! {
    /// What a message can break; whoever sent it is at fault.
    OpenError {
        TooShort = 401: "the message is too short";
        TooLong = 402: "the message is too long";
        UnknownEnvelope = 403: "the message has an unknown envelope, or another than its feed";
        Malformed = 404: "the message is malformed";
        Trailing = 405: "the message's body has trailing bytes";
        NotCanonical = 406: "the message is not in canonical form";
        WrongFeed = 407: "the message is from another feed";
        Flags = 408: "the message has unknown flags";
        TimeFalls = 409: "the message is older than the one before it";
        Link = 410: "the message's link does not fit its place in the chain";
        OutsideValidity = 411: "the message lies outside the feed's validity";
        BadSignature = 412: "the message's signature does not verify";
        Place = 413: "the message does not stand in the slot of its time";
        Header = 414: "the message is no COSE_Sign1 of the accepted form";
        Record = 415: "the message's payload is not one reading, with its count where the feed counts";
        Unit = 416: "the message is in another unit than the feed";
        Number = 417: "the message's time or value is no integer at the feed's scale that fits";
        RelativeTime = 418: "the message's time is relative to whenever it is read";
    }
}

rules! {
    /// What a proof that a feed contradicted itself can break; whoever made the proof is at fault.
    EquivocationError {
        TooLong = 601: "the proof is too long";
        Malformed = 602: "the proof is malformed";
        Trailing = 603: "the proof has trailing bytes";
        NotCanonical = 604: "the proof is not in canonical form";
        SameMessage = 605: "the proof shows one message twice";
        Order = 606: "the messages of the proof are not in ascending order";
        NoConflict = 607: "an honest feed can have signed both messages";
    }
}

/// Any rule of this room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum FeedError {
    /// A rule of the question or the bundle.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// A rule of a descriptor.
    #[error(transparent)]
    Descriptor(#[from] DescriptorError),
    /// A rule of a message.
    #[error(transparent)]
    Message(#[from] OpenError),
    /// A rule of a proof.
    #[error(transparent)]
    Equivocation(#[from] EquivocationError),
}

impl FeedError {
    /// The number of the rule: what a contract's revert code carries above
    /// [`twinroot_abi::REVERT_JUDGE`].
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::Bundle(rule) => rule.code(),
            Self::Descriptor(rule) => rule.code(),
            Self::Message(rule) => rule.code(),
            Self::Equivocation(rule) => rule.code(),
        }
    }

    /// The rule of that number, so that a tool can explain a revert.
    #[must_use]
    pub fn from_code(code: u16) -> Option<Self> {
        BundleError::from_code(code)
            .map(Self::Bundle)
            .or_else(|| DescriptorError::from_code(code).map(Self::Descriptor))
            .or_else(|| OpenError::from_code(code).map(Self::Message))
            .or_else(|| EquivocationError::from_code(code).map(Self::Equivocation))
    }
}

impl From<FeedError> for Refusal {
    fn from(error: FeedError) -> Self {
        Self(error.code())
    }
}

impl From<DecodeError> for DescriptorError {
    fn from(error: DecodeError) -> Self {
        match error {
            DecodeError::TooLong { .. } => Self::TooLong,
            DecodeError::Trailing { .. } => Self::Trailing,
            DecodeError::NotCanonical => Self::NotCanonical,
            _ => Self::Malformed,
        }
    }
}

impl From<DecodeError> for EquivocationError {
    fn from(error: DecodeError) -> Self {
        match error {
            DecodeError::TooLong { .. } => Self::TooLong,
            DecodeError::Trailing { .. } => Self::Trailing,
            DecodeError::NotCanonical => Self::NotCanonical,
            _ => Self::Malformed,
        }
    }
}

impl From<KeyError> for DescriptorError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::NotAPoint => Self::KeyNotAPoint,
            KeyError::NotCanonical => Self::KeyNotCanonical,
            KeyError::Weak => Self::KeyWeak,
            KeyError::MixedOrder => Self::KeyMixedOrder,
        }
    }
}

impl From<DecodeError> for OpenError {
    fn from(error: DecodeError) -> Self {
        match error {
            DecodeError::TooLong { .. } => Self::TooLong,
            DecodeError::Trailing { .. } => Self::Trailing,
            DecodeError::NotCanonical => Self::NotCanonical,
            _ => Self::Malformed,
        }
    }
}

impl From<BadSignature> for OpenError {
    fn from(_: BadSignature) -> Self {
        Self::BadSignature
    }
}
