//! Oracles of the ledger: accounts that answer for a price, honestly or not, or not at all.

use twinroot_abi::{Amount, Height, PublicKey, Side};
use twinroot_feed::Query as Named;
use twinroot_sdk::Query;
use twinroot_types::{SecretKey, Tag, hash};
use twinroot_wire::Action;

use super::Stage;
use crate::World;

/// What an oracle of a test takes for an answer.
const PRICE: Amount = Amount(1_000);
/// Blocks for which it is there.
const BLOCKS: u64 = 50_000;
/// Coins for its fees.
const COINS: Amount = Amount(100_000);

/// An oracle of the ledger, with its key.
#[derive(Debug)]
pub struct Oracle(SecretKey);

impl Stage {
    /// An account of that name becomes an oracle; of one name there is one.
    ///
    /// # Panics
    /// Where it is one already.
    #[track_caller]
    pub fn oracle(&mut self, name: &str) -> Oracle {
        let secret = SecretKey::from_seed(&hash(Tag::VALUE, &[name.as_bytes()]));
        let gift = Action::Transfer {
            to: secret.public(),
            amount: COINS,
        };
        let bytes = self.world.transaction(Side::Initiator, gift);
        self.included(&bytes);
        let (price, until) = (PRICE, self.in_blocks(BLOCKS));
        let register = Action::Register { price, until };
        let bytes = self.world.transaction_of(&secret, register);
        self.included(&bytes);
        Oracle(secret)
    }

    /// A side asks, and pays.
    ///
    /// # Panics
    /// Where the ledger does not take the question.
    #[track_caller]
    pub fn ask(&mut self, by: Side, query: &Query, question: &[u8]) {
        let action = Action::Ask {
            oracle: query.oracle,
            question: question.to_vec(),
            answer_by: query.answer_by,
            kept_until: query.kept_until,
            most: PRICE,
        };
        let bytes = self.world.transaction(by, action);
        self.included(&bytes);
    }

    /// An oracle answers.
    ///
    /// # Panics
    /// Where the ledger does not take the answer.
    #[track_caller]
    pub fn answer(&mut self, oracle: &Oracle, query: &Query, answer: &[u8]) {
        let action = Action::Respond {
            query: named(query).id(),
            answer: answer.to_vec(),
        };
        let bytes = self.world.transaction_of(&oracle.0, action);
        self.included(&bytes);
    }

    /// Who asked in vain has its coins back.
    ///
    /// # Panics
    /// Where the ledger does not give them back.
    #[track_caller]
    pub fn refund(&mut self, by: Side, query: &Query) {
        let query = named(query).id();
        let bytes = self.world.transaction(by, Action::Refund { query });
        self.included(&bytes);
    }

    /// The proof of a query at the present block, to be shown with a call.
    #[must_use]
    pub fn proof(&self, query: &Query) -> Vec<u8> {
        self.world.ledger.prove(&named(query))
    }

    #[track_caller]
    fn included(&mut self, transaction: &[u8]) {
        let World {
            ledger, on_chain, ..
        } = &mut self.world;
        if let Err(rejected) = ledger.submit(transaction, on_chain) {
            panic!("the ledger does not take that: {rejected}");
        }
    }
}

impl Oracle {
    /// What it is known by.
    #[must_use]
    pub fn key(&self) -> PublicKey {
        self.0.public()
    }

    /// A question to it, which need not be asked yet.
    #[must_use]
    pub fn query(&self, question: &[u8], answer_by: Height, kept_until: Height) -> Query {
        Query {
            oracle: self.key(),
            question: Named::hash(question),
            answer_by,
            kept_until,
        }
    }
}

/// As the ledger has it.
const fn named(query: &Query) -> Named {
    Named {
        oracle: query.oracle,
        question: query.question,
        answer_by: query.answer_by,
        kept_until: query.kept_until,
    }
}
