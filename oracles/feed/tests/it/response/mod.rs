//! What an oracle of the ledger answered: its rules, and proofs of whatever form (docs/spec/oracles.md, 9).

mod vectors;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::Index;
use twinroot_abi::{Amount, Hash, Height, Policy, PublicKey, TimeMs};
use twinroot_exec::{Block, Bundle, Env, Question};
use twinroot_feed::select::{Reason, Rejected, Shortfall, bundle};
use twinroot_feed::{
    ANSWER_BYTES, Answer, Asked, BundleError, FeedError, QUESTION_BYTES, Query, Shown,
};
use twinroot_state::{State, Touched, Tree};
use twinroot_types::encode;

use crate::rules::{Case, case};
use crate::world::{SLOT, ask, feed, fixed};

const QUESTION: &[u8] = b"did order 7 arrive?";
pub(crate) const POLICY: Policy = Policy::Response { params: SLOT };

/// A ledger whose oracle was asked, as of block 11: one after the last for the answer.
struct Told {
    query: Query,
    leaf: Option<Vec<u8>>,
    block: Block,
    /// Whatever else the ledger has.
    others: Vec<(Hash, Vec<u8>)>,
}

impl Told {
    fn new() -> Self {
        let query = Query {
            oracle: PublicKey([4; 32]),
            question: Query::hash(QUESTION),
            answer_by: Height(10),
            kept_until: Height(15),
        };
        let others = (0..9_u8).map(|seed| (Query::hash(&[seed]), vec![seed]));
        Self {
            leaf: Some(encode(&asked(&query, Some(b"yes")))),
            query,
            block: Block {
                parent: Hash([5; 32]),
                height: Height(11),
                time: TimeMs(22_000),
                app: Tree::new().root(),
            },
            others: others.collect(),
        }
    }

    /// The same without an answer.
    fn silent() -> Self {
        let mut told = Self::new();
        told.leaf = Some(encode(&asked(&told.query, None)));
        told
    }

    fn tree(&self) -> Tree {
        let own = self
            .leaf
            .clone()
            .map(|leaf| (self.query.place().hash(), leaf));
        let leaves = self.others.iter().cloned().chain(own);
        let changes = leaves
            .map(|(key, value)| (key, Some(value.into())))
            .collect();
        Tree::new().updated(&changes).unwrap()
    }

    fn pinned(&self) -> Env {
        let app = self.tree().root();
        Block { app, ..self.block }.env()
    }

    fn proof(&self) -> Vec<u8> {
        Shown::prove(&self.query, self.block.parent, &self.tree())
    }

    fn params(&self) -> Vec<u8> {
        let Query {
            oracle,
            question,
            answer_by,
            kept_until,
        } = self.query;
        fixed(&(oracle, question, answer_by, kept_until))
    }

    fn judge(&self) -> Result<Vec<u8>, FeedError> {
        self.judge_of(&self.proof())
    }

    fn judge_of(&self, proof: &[u8]) -> Result<Vec<u8>, FeedError> {
        judge(&self.params(), &facts(&[proof]), self.pinned())
    }

    fn after(change: impl FnOnce(&mut Self)) -> Result<Vec<u8>, FeedError> {
        let mut told = Self::new();
        change(&mut told);
        told.judge()
    }

    fn spoiled(change: impl FnOnce(&mut Vec<u8>)) -> Result<Vec<u8>, FeedError> {
        let told = Self::new();
        let mut proof = told.proof();
        change(&mut proof);
        told.judge_of(&proof)
    }

    /// A proof that shows these keys of the same tree.
    fn showing(&self, keys: impl IntoIterator<Item = Hash>) -> Vec<u8> {
        let touched = Touched {
            read: keys.into_iter().collect(),
            ..Touched::default()
        };
        [&self.block.parent.0[..], &self.tree().prove(&touched)].concat()
    }
}

/// Well-formed parameters.
pub(crate) fn params() -> Vec<u8> {
    Told::new().params()
}

fn asked(query: &Query, answer: Option<&[u8]>) -> Asked {
    Asked {
        oracle: query.oracle,
        question: QUESTION.to_vec(),
        answer_by: query.answer_by,
        kept_until: query.kept_until,
        asker: PublicKey([6; 32]),
        held: Amount(if answer.is_some() { 0 } else { 9 }),
        answer: answer.map(|bytes| Answer {
            at: Height(7),
            bytes: bytes.to_vec(),
        }),
    }
}

fn facts(proofs: &[&[u8]]) -> Bundle {
    Bundle {
        policy: 0,
        descriptors: Vec::new(),
        messages: proofs.iter().map(|proof| proof.to_vec()).collect(),
    }
}

fn judge(params: &[u8], facts: &Bundle, pinned: Env) -> Result<Vec<u8>, FeedError> {
    ask(&Question {
        policy: POLICY,
        params: Some(params),
        facts: Some(facts),
        pinned,
    })
}

fn answered(bytes: &[u8]) -> Vec<u8> {
    let mut padded = [0; ANSWER_BYTES];
    padded[..bytes.len()].copy_from_slice(bytes);
    fixed(&(1_u8, Height(7), bytes.len() as u16, padded))
}

#[test]
fn an_answer_and_none_take_the_same_bytes() {
    assert_eq!(Told::new().judge(), Ok(answered(b"yes")));
    let none = Ok(vec![0; 267]);
    assert_eq!(Told::silent().judge(), none);
    assert_eq!(Told::after(|it| it.leaf = None), none);
}

/// docs/spec/oracles.md, 9.5: an answer counts as soon as it is there, and that there is none counts when none can
/// come any more.
#[test]
fn the_verdict_waits_for_the_last_height_and_no_longer() {
    for height in 0..20 {
        let at = |mut told: Told| {
            told.block.height = Height(height);
            told.judge()
        };
        let forgotten = Err(BundleError::Forgotten.into());
        let pending = Err(BundleError::Pending.into());
        let (given, none) = match height {
            0..=10 => (Ok(answered(b"yes")), pending),
            11..=15 => (Ok(answered(b"yes")), Ok(vec![0; 267])),
            _ => (forgotten.clone(), forgotten),
        };
        assert_eq!(at(Told::new()), given, "{height}");
        assert_eq!(at(Told::silent()), none, "{height}");
    }
}

pub(crate) fn cases() -> Vec<Case> {
    use BundleError as E;
    let told = Told::new();
    let with = |change: fn(&mut Bundle)| {
        let told = Told::new();
        let mut facts = facts(&[&told.proof()]);
        change(&mut facts);
        judge(&told.params(), &facts, told.pinned())
    };
    let others: Vec<Hash> = told.others.iter().map(|(key, _)| *key).collect();
    let own = told.query.place().hash();
    vec![
        case("a byte too few", E::BadParams, {
            let params = &told.params()[1..];
            judge(params, &facts(&[&told.proof()]), told.pinned())
        }),
        case("an answer that is kept for no block", E::BadParams, {
            Told::after(|it| it.query.kept_until = it.query.answer_by)
        }),
        case("a descriptor", E::TooManyDescriptors, {
            with(|it| it.descriptors.push(feed(1).encode()))
        }),
        case(
            "no proof",
            E::TooFewMessages,
            with(|it| it.messages.clear()),
        ),
        case("two proofs", E::TooManyMessages, {
            with(|it| it.messages.push(it.messages[0].clone()))
        }),
        case("a block past the last", E::Forgotten, {
            Told::after(|it| it.block.height = Height(16))
        }),
        case("31 bytes", E::BadProof, Told::spoiled(|it| it.truncate(31))),
        case("half a witness", E::BadProof, {
            Told::spoiled(|it| it.truncate(60))
        }),
        case("a byte more", E::BadProof, Told::spoiled(|it| it.push(0))),
        case("what is no query", E::BadProof, {
            Told::after(|it| it.leaf = Some(vec![7; 9]))
        }),
        case("a longer leaf than there can be", E::BadProof, {
            Told::after(|it| it.leaf = Some(vec![0; 20_000]))
        }),
        case("another block before", E::OtherBlock, {
            Told::spoiled(|it| it[0] ^= 1)
        }),
        case("another ledger", E::OtherBlock, {
            told.judge_of(&Told::silent().proof())
        }),
        case("another part of the ledger", E::NotShown, {
            told.judge_of(&told.showing([others[0]]))
        }),
        case("more than the query", E::Surplus, {
            told.judge_of(&told.showing([own, others[0]]))
        }),
        case("too early to say", E::Pending, {
            let mut told = Told::silent();
            told.block.height = Height(10);
            told.judge()
        }),
    ]
}

#[test]
fn the_proof_of_a_block_is_found_among_others() {
    let told = Told::new();
    let pool = [Told::silent().proof(), told.proof(), vec![1]];
    let choose = |pool: &[Vec<u8>], pinned| bundle(0, POLICY, &told.params(), &[], pool, pinned);
    let found = choose(&pool, told.pinned());
    assert_eq!(found, Ok(facts(&[&told.proof()])));
    let rejected = |message, rule: BundleError| Rejected {
        message,
        reason: Reason::Rule(rule.into()),
    };
    let missing = Shortfall::TooFew {
        have: 0,
        need: 1,
        rejected: vec![
            rejected(0, BundleError::OtherBlock),
            rejected(1, BundleError::BadProof),
        ],
    };
    let others = [pool[0].clone(), pool[2].clone()];
    assert_eq!(choose(&others, told.pinned()), Err(missing));
    let mut early = Told::silent();
    early.block.height = Height(10);
    let pending = Shortfall::TooFew {
        have: 0,
        need: 1,
        rejected: vec![rejected(0, BundleError::Pending)],
    };
    assert_eq!(choose(&[early.proof()], early.pinned()), Err(pending));
}

/// The longest question and answer, far down in the tree.
#[test]
fn the_longest_proof_is_a_proof() {
    let mut told = Told::new();
    let query = told.query;
    let mut longest = asked(&query, Some(&[7; ANSWER_BYTES]));
    longest.question = vec![8; QUESTION_BYTES];
    longest.held = Amount(u64::MAX);
    longest.answer_by = Height(u64::MAX);
    longest.kept_until = Height(u64::MAX);
    told.leaf = Some(encode(&longest));
    // One neighbour for each bit of the key.
    let own = query.place().hash();
    told.others = (0..256)
        .map(|bit| {
            let mut key = own;
            key.0[bit / 8] ^= 0x80 >> (bit % 8);
            (key, vec![1])
        })
        .collect();
    assert_eq!(told.judge(), Ok(answered(&[7; ANSWER_BYTES])));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Of whatever tree: a proof tells what is there, and no other bytes tell anything else.
    #[test]
    fn a_proof_tells_what_is_there_and_nothing_else(
        others in btree_map(any::<[u8; 32]>(), vec(any::<u8>(), 0..8), 0..40),
        answer in option::of(vec(any::<u8>(), 0..=ANSWER_BYTES)),
        there in any::<bool>(),
        spoil in vec((any::<Index>(), any::<u8>(), 0..3_u8), 1..4),
    ) {
        let mut told = Told::silent();
        told.others = others.into_iter().map(|(key, value)| (Hash(key), value)).collect();
        told.leaf = there.then(|| encode(&asked(&told.query, answer.as_deref())));
        let expected = match answer {
            Some(bytes) if there => answered(&bytes),
            _ => vec![0; 267],
        };
        prop_assert_eq!(told.judge(), Ok(expected));
        let mut proof = told.proof();
        for (place, byte, how) in spoil {
            let place = place.index(proof.len());
            match how {
                0 => proof[place] ^= byte.max(1),
                1 => proof.insert(place, byte),
                _ => _ = proof.remove(place),
            }
        }
        if proof != told.proof() {
            prop_assert!(told.judge_of(&proof).is_err());
        }
    }
}
