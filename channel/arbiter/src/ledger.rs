//! The ledger: the four phases of a transaction (docs/spec/arbiter.md, 1.4), and the blocks.

use std::collections::BTreeMap;

use twinroot_abi::{
    Amount, ChainId, ChannelId, Gas, Hash, Height, PublicKey, QueryId, Root, TimeMs,
};
use twinroot_exec::{Codes, Env, Execute, Halt};
use twinroot_feed::{Asked, Query, Shown};
use twinroot_rules::Fees;
use twinroot_state::{State, Tree};
use twinroot_types::{CheckedKey, Tag, encode, hash};
use twinroot_wire::{Action, Direction, SignedTransaction, Transaction, VERSION};

use crate::kept::Kept;
use crate::plan::Plan;
use crate::receipt::{Effect, Receipt};
use crate::{
    Account, Block, Bond, BondId, Channel, Genesis, GenesisError, Oracle, Phase, Rejected, bond,
    close, force, fund, open, oracle, query, snapshot,
};

/// The whole state of the ledger. A copy shares code and tree, which are most of it.
#[derive(Clone, Debug)]
pub struct Ledger {
    kept: Kept,
}

impl Ledger {
    /// A ledger at its first block.
    ///
    /// # Errors
    /// [`GenesisError`] where no ledger can begin so.
    pub fn new(genesis: &Genesis) -> Result<Self, GenesisError> {
        genesis.check()?;
        Ok(Self {
            kept: Kept::first(genesis),
        })
    }

    /// Its name.
    #[must_use]
    pub const fn chain(&self) -> ChainId {
        self.kept.chain()
    }

    /// The present block: transactions are included in it.
    #[must_use]
    pub fn block(&self) -> Env {
        self.kept.recent().tip()
    }

    /// All that the hash of the present block commits to.
    #[must_use]
    pub const fn present(&self) -> Block {
        self.kept.recent().present()
    }

    /// An account; one that was never paid is empty.
    #[must_use]
    pub fn account(&self, key: PublicKey) -> Account {
        self.kept.account(key)
    }

    /// A channel that is open or being closed.
    #[must_use]
    pub fn channel(&self, id: ChannelId) -> Option<&Channel> {
        self.kept.channel(id)
    }

    /// The bond of one owner on one feed.
    #[must_use]
    pub fn bond(&self, id: BondId) -> Option<Bond> {
        self.kept.bond(id)
    }

    /// An account that answers questions.
    #[must_use]
    pub fn oracle(&self, key: PublicKey) -> Option<&Oracle> {
        self.kept.oracle(key)
    }

    /// A question that was asked, with its answer if it has one.
    #[must_use]
    pub fn query(&self, id: QueryId) -> Option<&Asked> {
        self.kept.query(id)
    }

    /// The message that shows a query, or that it is not there, to whoever pins the present block
    /// (docs/spec/oracles.md, 9.4).
    #[must_use]
    pub fn prove(&self, query: &Query) -> Vec<u8> {
        Shown::prove(query, self.present().parent, self.tree())
    }

    /// Published code.
    #[must_use]
    pub const fn codes(&self) -> &Codes {
        self.kept.codes()
    }

    /// All coins: of accounts, locked in channels, taken as fees, in bonds, held in queries, burned.
    /// Nothing ever changes the sum (docs/spec/arbiter.md, 8.1).
    #[must_use]
    pub fn supply(&self) -> Option<Amount> {
        self.kept.supply()
    }

    /// What the hash of the present block says of the ledger: the root of [`Self::tree`].
    #[must_use]
    pub fn app_hash(&self) -> Root {
        self.kept.tree().root()
    }

    /// The tree of all that the ledger kept when the present block began. A witness of it proves to
    /// anyone who knows the block what [`crate::LedgerKey`] names (docs/spec/arbiter.md, 7.8).
    #[must_use]
    pub const fn tree(&self) -> &Tree {
        self.kept.tree()
    }

    /// The leaves of the tree that the next block will commit to, built from all that is kept now.
    #[must_use]
    pub fn leaves(&self) -> BTreeMap<Hash, Vec<u8>> {
        // Whatever else a ledger comes to hold belongs into what it keeps.
        let Self { kept } = self;
        kept.leaves()
    }

    /// Ends the present block and begins the next (docs/spec/arbiter.md, 7.3).
    pub fn advance(&mut self, time: TimeMs) {
        self.kept.advance(time);
    }

    /// Includes a transaction in the present block, or says why not (docs/spec/arbiter.md, 1.1).
    ///
    /// # Errors
    /// [`Rejected`]; the ledger is as before.
    pub fn submit(&mut self, bytes: &[u8], execute: &dyn Execute) -> Result<Receipt, Rejected> {
        let SignedTransaction {
            transaction,
            signature,
        } = SignedTransaction::decode(bytes)?;
        let body = encode(&transaction);
        let key = self.check_envelope(&transaction)?;
        key.verify(Tag::TRANSACTION, &body, &signature)
            .map_err(|_| Rejected::Signature)?;
        let sender = transaction.sender;
        let fee = Fees::V1
            .transaction(bytes.len())
            .ok_or(Rejected::Overflow)?;
        // Before any work that costs more than this check does.
        self.check_account(sender, fee)?;
        let plan = self.validate(sender, transaction.action, execute)?;
        self.admit(sender, &plan, fee)?;
        let (effect, gas) = self.carry_out(sender, plan, fee, execute)?;
        let fee = fee
            .checked_add(Fees::V1.gas(gas))
            .ok_or(Rejected::Overflow)?;
        self.kept.take_fee(sender, fee)?;
        Ok(Receipt {
            transaction: Hash(hash(Tag::TRANSACTION, &[&body])),
            block: self.block(),
            fee,
            effect,
        })
    }

    /// What every transaction is asked (docs/spec/arbiter.md, 1.3).
    fn check_envelope(&self, transaction: &Transaction) -> Result<CheckedKey, Rejected> {
        if transaction.chain != self.chain() {
            return Err(Rejected::Chain);
        }
        if transaction.version != VERSION {
            return Err(Rejected::Version {
                version: transaction.version,
            });
        }
        self.check_expiry(transaction.expiry)?;
        let expected = self.account(transaction.sender).nonce;
        if transaction.nonce != expected {
            return Err(Rejected::Nonce {
                expected,
                posted: transaction.nonce,
            });
        }
        CheckedKey::gate(transaction.sender).map_err(Rejected::Key)
    }

    /// What the action is asked beside (docs/spec/arbiter.md, 1.2).
    fn validate(
        &self,
        sender: PublicKey,
        action: Action,
        execute: &dyn Execute,
    ) -> Result<Plan, Rejected> {
        match action {
            Action::Transfer { to, amount } => Ok(Plan::Transfer { to, amount }),
            Action::Publish { code } => self.validate_code(&code, execute),
            Action::Open(signed) => open::plan(self, sender, signed),
            Action::Fund(signed) => fund::plan(self, signed),
            Action::Snapshot { channel, state } => snapshot::plan(self, channel, state),
            Action::CloseMutual(signed) => close::plan_mutual(self, &signed),
            Action::CloseSolo { channel, state } => close::plan_solo(self, sender, channel, state),
            Action::Slash { channel, state } => close::plan_slash(self, channel, state),
            Action::Force(force) => force::plan(self, sender, force),
            Action::Settle { channel } => close::plan_settle(self, channel),
            Action::Bond {
                feed,
                amount,
                delay,
            } => {
                let owner = sender;
                bond::plan_bond(self, BondId { feed, owner }, amount, delay)
            }
            Action::Unbond { feed } => {
                let owner = sender;
                bond::plan_unbond(self, BondId { feed, owner })
            }
            Action::Release { feed, owner } => bond::plan_release(self, BondId { feed, owner }),
            Action::Forfeit { feed, owner, proof } => {
                bond::plan_forfeit(self, BondId { feed, owner }, &proof)
            }
            Action::Register { price, until } => {
                oracle::plan_register(self, sender, Oracle { price, until })
            }
            Action::Extend { price, until } => {
                oracle::plan_extend(self, sender, Oracle { price, until })
            }
            Action::Ask {
                oracle,
                question,
                answer_by,
                kept_until,
                most,
            } => {
                let asked = Asked {
                    oracle,
                    question,
                    answer_by,
                    kept_until,
                    asker: sender,
                    held: Amount::ZERO,
                    answer: None,
                };
                query::plan_ask(self, asked, most)
            }
            Action::Respond { query, answer } => query::plan_respond(self, sender, query, answer),
            Action::Refund { query } => query::plan_refund(self, query),
        }
    }

    /// Passes code through the gate (docs/spec/arbiter.md, 1.6).
    fn validate_code(&self, code: &[u8], execute: &dyn Execute) -> Result<Plan, Rejected> {
        let code = execute.admit(code).map_err(|error| match error {
            Halt::Machine(why) => Rejected::Machine(why),
            Halt::Code(_) | Halt::Missing(_) | Halt::CodeUnknown(_) => {
                Rejected::Code(error.to_string())
            }
        })?;
        if self.codes().contains_key(&code.hash) {
            return Err(Rejected::Published(code.hash));
        }
        Ok(Plan::Publish(code))
    }

    /// The sender must be able to pay all that the transaction may come to, fee, gas and what it
    /// takes from the sender together (docs/spec/arbiter.md, 2.3).
    fn admit(&self, sender: PublicKey, plan: &Plan, fee: Amount) -> Result<(), Rejected> {
        let gas = match plan {
            Plan::Force(force) => force.force.update.gas().ok_or(Rejected::Overflow)?,
            _ => Gas::ZERO,
        };
        let need = fee
            .checked_add(Fees::V1.gas(gas))
            .and_then(|sum| sum.checked_add(plan.takes_from(sender)));
        self.check_account(sender, need.ok_or(Rejected::Overflow)?)
    }

    /// Executes and settles. Whatever can fail comes before the first change: coins move first, and
    /// all of them or none.
    fn carry_out(
        &mut self,
        sender: PublicKey,
        plan: Plan,
        fee: Amount,
        execute: &dyn Execute,
    ) -> Result<(Effect, Gas), Rejected> {
        let effect = match plan {
            Plan::Transfer { to, amount } => {
                self.kept.move_coins(&[(sender, amount)], &[(to, amount)])?;
                Effect::Transferred
            }
            Plan::Publish(code) => {
                let hash = code.hash;
                self.kept.publish(code);
                Effect::Published(hash)
            }
            Plan::Open(channel) => {
                let [one, other] = channel.parameters.parties;
                let deposits = channel.parameters.deposits;
                self.kept
                    .move_coins(&[(one, deposits[0]), (other, deposits[1])], &[])?;
                let id = channel.tip.channel;
                self.kept.open(*channel);
                Effect::Opened { channel: id }
            }
            Plan::Fund(plan) => {
                let coins = [(plan.account, plan.amount)];
                match plan.direction {
                    Direction::Deposit => self.kept.move_coins(&coins, &[])?,
                    Direction::Withdraw => self.kept.move_coins(&[], &coins)?,
                }
                let effect = plan.effect();
                self.kept.set_channel(plan.channel);
                effect
            }
            Plan::Snapshot(channel) => {
                let effect = Effect::Snapshotted {
                    channel: channel.tip.channel,
                    commitment: Box::new(channel.tip.clone()),
                };
                self.kept.set_channel(*channel);
                effect
            }
            Plan::Close(channel) => self.keep_closing(*channel),
            Plan::Slash(mut channel) => {
                channel.owe(sender, fee);
                self.keep_closing(*channel)
            }
            Plan::PayOut {
                channel,
                payout,
                repaid,
            } => {
                let [one, other] = self.existing(channel)?.parameters.parties;
                let mut into = vec![(one, payout[0]), (other, payout[1])];
                into.extend(repaid.map(|repaid| (repaid.to, repaid.amount)));
                self.kept.move_coins(&[], &into)?;
                self.kept.remove_channel(channel);
                Effect::Closed {
                    channel,
                    payout,
                    repaid,
                }
            }
            Plan::Bond(id, plan) => plan.settle(&mut self.kept, sender, id)?,
            Plan::Oracle { key, oracle } => {
                self.kept.set_oracle(key, oracle);
                Effect::Registered { key, oracle }
            }
            Plan::Query(id, plan) => plan.settle(&mut self.kept, sender, id)?,
            Plan::Force(plan) => {
                let (effect, gas, channel) = force::execute(self, *plan, execute)?;
                if let Some(channel) = channel {
                    self.kept.set_channel(channel);
                }
                return Ok((effect, gas));
            }
        };
        Ok((effect, Gas::ZERO))
    }

    fn keep_closing(&mut self, channel: Channel) -> Effect {
        let until = match channel.phase {
            Phase::Open => Height(0),
            Phase::Closing { until, .. } => until,
        };
        let effect = Effect::Closing {
            channel: channel.tip.channel,
            commitment: Box::new(channel.tip.clone()),
            until,
        };
        self.kept.set_channel(channel);
        effect
    }

    pub(crate) fn check_account(&self, key: PublicKey, need: Amount) -> Result<(), Rejected> {
        let have = self.account(key).coins;
        if have < need {
            Err(Rejected::Funds { have, need })
        } else {
            Ok(())
        }
    }

    pub(crate) fn check_expiry(&self, expiry: Height) -> Result<(), Rejected> {
        if expiry < self.block().height {
            Err(Rejected::Expired { expiry })
        } else {
            Ok(())
        }
    }

    pub(crate) fn existing(&self, id: ChannelId) -> Result<&Channel, Rejected> {
        self.channel(id).ok_or(Rejected::NoChannel(id))
    }

    pub(crate) fn existing_bond(&self, id: BondId) -> Result<Bond, Rejected> {
        self.bond(id).ok_or(Rejected::NoBond(id))
    }

    pub(crate) fn existing_oracle(&self, key: PublicKey) -> Result<&Oracle, Rejected> {
        self.oracle(key).ok_or(Rejected::NoOracle(key))
    }

    pub(crate) fn was_opened(&self, id: ChannelId) -> bool {
        self.kept.was_opened(id)
    }

    pub(crate) fn may_pin(&self, env: Env) -> bool {
        self.kept.recent().contains(env)
    }
}
