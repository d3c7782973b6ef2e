//! What to do about a rule that a descriptor, a message, a bundle or a proof breaks (docs/spec/oracles.md, 6).

use twinroot_feed::{BundleError, DescriptorError, EquivocationError, FeedError, OpenError};

/// What to do about a broken rule.
pub(crate) const fn advice(rule: FeedError) -> &'static str {
    match rule {
        FeedError::Bundle(rule) => of_bundle(rule),
        FeedError::Descriptor(rule) => of_descriptor(rule),
        FeedError::Message(rule) => of_message(rule),
        FeedError::Equivocation(rule) => of_proof(rule),
    }
}

/// As the specification names it.
pub(super) fn name(rule: FeedError) -> String {
    match rule {
        FeedError::Bundle(rule) => format!("{rule:?}"),
        FeedError::Descriptor(rule) => format!("{rule:?}"),
        FeedError::Message(rule) => format!("{rule:?}"),
        FeedError::Equivocation(rule) => format!("{rule:?}"),
    }
}

/// A sentence about a broken rule: number, name, meaning, what to do.
pub(super) fn sentence(rule: FeedError) -> String {
    let (number, name, advice) = (rule.code(), name(rule), advice(rule));
    format!("rule {number}, {name}: {rule}. {advice}")
}

const fn of_message(rule: OpenError) -> &'static str {
    match rule {
        OpenError::TooShort => {
            "A part of it is missing: capture the whole payload, or send it as raw bytes, hex or base64."
        }
        OpenError::TooLong => "Something is behind it: one message is one payload.",
        OpenError::UnknownEnvelope => {
            "The first byte tells the form: 0x00 is native, 0x84 or 0xd2 is COSE, and the descriptor says which one the feed signs in."
        }
        OpenError::Malformed | OpenError::Trailing | OpenError::NotCanonical => {
            "The bytes are not written as docs/spec/oracles.md, 2.1 or 2.5, says: hold your encoder against the vectors."
        }
        OpenError::WrongFeed => {
            "The message names another feed than the descriptor at hand: take the descriptor of the device that signed it."
        }
        OpenError::Flags => "No flag has a meaning yet: the byte is 0.",
        OpenError::TimeFalls => {
            "The device's clock went back: set it, and sign no time before the last one."
        }
        OpenError::Link => {
            "Each message names the one before it; the first of all, and one after a loss of memory, names none (2.2)."
        }
        OpenError::Place => {
            "In slots a message stands in the slot of its time: its place is the time divided by the period."
        }
        OpenError::Header => {
            "Sign a COSE_Sign1 with EdDSA or Ed25519 in the protected header, and leave the unprotected header empty (2.5)."
        }
        OpenError::Record => {
            "The payload is one SenML record with name, unit, time and value, and behind it the record `seq` where the feed counts (2.5)."
        }
        OpenError::Unit => {
            "Send the unit that the descriptor names, or agree on another descriptor."
        }
        OpenError::Number => {
            "At the feed's scale the number does not fit into 64 bits, or it is none: look at value, time and scale."
        }
        OpenError::RelativeTime => "Send seconds since 1970, not since the start of the device.",
        OpenError::OutsideValidity => {
            "The time lies outside what the descriptor promises: set the clock, or agree on a descriptor with a longer validity."
        }
        OpenError::BadSignature => {
            "The bytes were changed on the way, or another key signed them: ask for the message again, and compare the keys."
        }
    }
}

const fn of_descriptor(rule: DescriptorError) -> &'static str {
    match rule {
        DescriptorError::TooLong
        | DescriptorError::Malformed
        | DescriptorError::Trailing
        | DescriptorError::NotCanonical => {
            "The bytes are not written as docs/spec/oracles.md, 1.1, says: take the file that `device new` made."
        }
        DescriptorError::Text => {
            "Write names in printable ASCII: 1 to 128 bytes of URN, 1 to 32 of quantity, up to 16 of unit."
        }
        DescriptorError::Scale => "A scale is -18 to 18.",
        DescriptorError::Validity => "Let it be valid from a time that is not after its end.",
        DescriptorError::NoPeriod => "Say how long a slot is: --period.",
        DescriptorError::KeyNotAPoint
        | DescriptorError::KeyNotCanonical
        | DescriptorError::KeyWeak
        | DescriptorError::KeyMixedOrder => {
            "Do not agree to this feed: an honest generator of Ed25519 keys never makes such a key."
        }
    }
}

const fn of_bundle(rule: BundleError) -> &'static str {
    match rule {
        BundleError::NoParams | BundleError::BadParams | BundleError::BadPolicy => {
            "No message could help: the contract has to set the policy's parameters so that they fit."
        }
        BundleError::NoFacts
        | BundleError::TooFewDescriptors
        | BundleError::TooManyDescriptors
        | BundleError::TooFewMessages
        | BundleError::TooManyMessages
        | BundleError::DuplicateSigner
        | BundleError::SignerOrder => {
            "A bundle holds just what the policy needs, in order: `twinroot oracle export` makes it."
        }
        BundleError::UnknownSigner => {
            "The policy's list does not have this feed: its word does not count."
        }
        BundleError::FeedMismatch => "Take the descriptor of the feed that the contract names.",
        BundleError::UnitsDiffer => {
            "The parties have to choose feeds of one quantity, unit and scale."
        }
        BundleError::NotAClaim => "A reading is no claim: take the messages of an attestor.",
        BundleError::OtherSubject => {
            "The claim is about another order: ask the attestor for one on this subject."
        }
        BundleError::CodesDiffer => {
            "The attestors do not agree: more claims of the same code are needed."
        }
        BundleError::Gap => {
            "A reading between the two is missing: ask whoever kept the log for it."
        }
        BundleError::NotAReading => "A claim is no reading: take the messages of the sensor.",
        BundleError::OutOfWindow => "Only readings within the contract's window count.",
        BundleError::InRange => "The value is in order, so it shows no breach.",
        BundleError::NotFirst => {
            "The feed may have said something earlier in the window: ask for what came before."
        }
        BundleError::Silence => {
            "Nobody knows the value across a silence: a breach has to be shown on one side of it."
        }
        BundleError::TooBrief => {
            "The breach has to last longer: wait for further readings, or ask for earlier ones."
        }
        BundleError::NewEpoch => {
            "The device lost its counter there, so nobody knows what it said last: such a silence cannot be shown."
        }
        BundleError::InTime => "The message came in time, so there was no silence before it.",
        BundleError::Used => "The contract has passed this place: take a later message.",
        BundleError::Ahead => {
            "Wait for a block that is not before the reading, or set the device's clock."
        }
        BundleError::Stale => "Take a newer reading.",
        BundleError::Unchained => {
            "Only a native feed that counts says when it spoke last: for a silence choose such a feed."
        }
        BundleError::Forgotten => "It is too late: pin a block while the ledger keeps the answer.",
        BundleError::Pending => "Wait for the answer, or until none can come any more.",
        BundleError::BadProof
        | BundleError::OtherBlock
        | BundleError::NotShown
        | BundleError::Surplus => {
            "A proof shows the query's leaf, or that there is none, in the ledger of the pinned block: have it made anew for that block."
        }
    }
}

const fn of_proof(rule: EquivocationError) -> &'static str {
    match rule {
        EquivocationError::TooLong
        | EquivocationError::Malformed
        | EquivocationError::Trailing
        | EquivocationError::NotCanonical
        | EquivocationError::SameMessage
        | EquivocationError::Order => {
            "The bytes are no proof: `twinroot oracle prove-equivocation` makes one of two messages."
        }
        EquivocationError::NoConflict => "The two messages prove nothing against the device.",
    }
}
