//! What a side does on the ledger beside the channel: it vouches for a feed, and asks and answers as an oracle. None of it
//! may change what the channel pays, and its coins are counted like all others.

use std::fmt;
use std::str::FromStr;

use twinroot_abi::{Amount, Height, PublicKey, QueryId, Side, TimeMs};
use twinroot_arbiter::{BOND_DELAY, BOND_LEAST, BondId};
use twinroot_feed::{Descriptor, Envelope, Equivocation, Mode, Signer, open};
use twinroot_types::SecretKey;
use twinroot_wire::Action as Post;

use crate::action::{ParseError, name_of, number, side_of};

/// What a side does on the ledger beside the channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// It vouches for the feed with the least that a bond takes, and so many coins more.
    Bond(u64),
    /// It wants its bond back.
    Unbond,
    /// It has the bond of a side go back to it.
    Release(Side),
    /// It proves that the feed contradicted itself, which costs that side its bond.
    Forfeit(Side),
    /// It becomes an oracle, for so many coins an answer.
    Register(u64),
    /// It goes on being one, for so many coins an answer.
    Extend(u64),
    /// It asks the peer a question of that number.
    Ask(u64),
    /// It answers a query, counted from the newest.
    Answer(usize),
    /// It has what a query holds go back, counted from the newest.
    Refund(usize),
}

/// What a deed depends on.
pub(crate) struct Scene<'a> {
    pub(crate) parties: [PublicKey; 2],
    pub(crate) height: Height,
    /// All that were asked, the newest last.
    pub(crate) queries: &'a [QueryId],
}

impl Deed {
    /// What is posted for it, if there is anything that it could be about.
    pub(crate) fn post(self, side: Side, scene: &Scene<'_>) -> Option<Post> {
        let key = |side: Side| scene.parties[side.index()];
        let ahead = |blocks: u64| Height(scene.height.0.saturating_add(blocks));
        let query = |age: usize| {
            let place = scene.queries.len().checked_sub(age.checked_add(1)?)?;
            scene.queries.get(place).copied()
        };
        let feed = || twin().map(|twin| twin.feed().id());
        let post = match self {
            Self::Bond(coins) => Post::Bond {
                feed: feed()?,
                amount: Amount(BOND_LEAST.0.saturating_add(coins)),
                delay: *BOND_DELAY.start(),
            },
            Self::Unbond => Post::Unbond { feed: feed()? },
            Self::Release(owner) => Post::Release {
                feed: feed()?,
                owner: key(owner),
            },
            Self::Forfeit(owner) => Post::Forfeit {
                feed: feed()?,
                owner: key(owner),
                proof: contradiction()?,
            },
            Self::Register(price) => Post::Register {
                price: Amount(price),
                until: ahead(ORACLE_BLOCKS),
            },
            Self::Extend(price) => Post::Extend {
                price: Amount(price),
                until: ahead(ORACLE_BLOCKS),
            },
            Self::Ask(number) => Post::Ask {
                oracle: key(side.other()),
                question: number.to_le_bytes().into(),
                answer_by: ahead(ANSWER_BLOCKS),
                kept_until: ahead(ANSWER_BLOCKS.saturating_add(KEPT_BLOCKS)),
                most: Amount(MOST),
            },
            Self::Answer(age) => Post::Respond {
                query: query(age)?,
                answer: b"yes".to_vec(),
            },
            Self::Refund(age) => Post::Refund { query: query(age)? },
        };
        Some(post)
    }
}

/// The bond of an owner on the feed of the twins.
pub(crate) fn bond_of(owner: PublicKey) -> Option<BondId> {
    let feed = twin()?.feed().id();
    Some(BondId { feed, owner })
}

/// One of two devices with one key.
fn twin() -> Option<Signer> {
    let secret = SecretKey::from_seed(&[9; 32]);
    let descriptor = Descriptor {
        key: secret.public(),
        envelope: Envelope::Native,
        mode: Mode::Counter,
        urn: "urn:dev:twins".to_owned(),
        quantity: "temperature".to_owned(),
        unit: "Cel".to_owned(),
        scale: 0,
        period_ms: 1_000,
        valid_from: TimeMs(0),
        valid_to: TimeMs(u64::MAX),
    };
    Signer::new(secret, descriptor).ok()
}

/// Proof of what the twins said.
fn contradiction() -> Option<Vec<u8>> {
    let mut twins = [twin()?, twin()?];
    let feed = twins[0].feed().clone();
    let mut said = Vec::new();
    for (twin, value) in twins.iter_mut().zip([1, 2]) {
        let message = twin.reading(TimeMs(1_000), value).ok()?;
        said.push(open(&feed, &message).ok()?);
    }
    let proof = Equivocation::new(&feed, &said[0], &said[1])?;
    Some(proof.encode())
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bond(coins) => write!(f, "bond {coins}"),
            Self::Unbond => write!(f, "unbond"),
            Self::Release(owner) => write!(f, "release {}", name_of(*owner)),
            Self::Forfeit(owner) => write!(f, "forfeit {}", name_of(*owner)),
            Self::Register(price) => write!(f, "register {price}"),
            Self::Extend(price) => write!(f, "extend {price}"),
            Self::Ask(number) => write!(f, "ask {number}"),
            Self::Answer(age) => write!(f, "answer {age}"),
            Self::Refund(age) => write!(f, "refund {age}"),
        }
    }
}

impl FromStr for Deed {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let bad = || ParseError(text.to_owned());
        let mut words = text.split_whitespace();
        let (name, value) = (words.next().unwrap_or_default(), words.next());
        if words.next().is_some() {
            return Err(bad());
        }
        let coins = || number(value, text);
        let owner = || value.and_then(side_of).ok_or_else(bad);
        let age = || match value {
            None => Ok(0),
            Some(age) => age.parse().map_err(|_| bad()),
        };
        match name {
            "bond" => Ok(Self::Bond(coins()?)),
            "unbond" if value.is_none() => Ok(Self::Unbond),
            "release" => Ok(Self::Release(owner()?)),
            "forfeit" => Ok(Self::Forfeit(owner()?)),
            "register" => Ok(Self::Register(coins()?)),
            "extend" => Ok(Self::Extend(coins()?)),
            "ask" => Ok(Self::Ask(coins()?)),
            "answer" => Ok(Self::Answer(age()?)),
            "refund" => Ok(Self::Refund(age()?)),
            _ => Err(bad()),
        }
    }
}

/// Blocks that an oracle is one.
const ORACLE_BLOCKS: u64 = 30;
/// Blocks in which it may answer.
const ANSWER_BLOCKS: u64 = 4;
/// Blocks for which an answer can be shown after them.
const KEPT_BLOCKS: u64 = 6;
/// Coins that are paid for an answer at most.
const MOST: u64 = 50;
