//! The ledger: its state, and the four phases of a transaction.

use std::collections::BTreeMap;

use twinroot_abi::{Amount, ChainId, ChannelId, CodeHash, Gas, Hash, Height, PublicKey, TimeMs};
use twinroot_exec::{Env, Execute, Halt};
use twinroot_rules::Fees;
use twinroot_types::{CheckedKey, Tag, encode, hash};
use twinroot_wire::{Action, SignedTransaction, Transaction, VERSION};

use crate::block::{Genesis, Recent};
use crate::plan::Plan;
use crate::receipt::{Effect, Receipt};
use crate::{Channel, Phase, Rejected, close, force, open};

/// An account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Its coins.
    pub coins: Amount,
    /// Number of its next transaction.
    pub nonce: u64,
}

/// The whole state of the ledger.
#[derive(Clone, Debug)]
pub struct Ledger {
    chain: ChainId,
    recent: Recent,
    accounts: BTreeMap<PublicKey, Account>,
    channels: BTreeMap<ChannelId, Channel>,
    codes: BTreeMap<CodeHash, Vec<u8>>,
    /// Channels whose signed terms could still be posted again, with the last height for it.
    opened: BTreeMap<ChannelId, Height>,
    fees: Amount,
}

impl Ledger {
    /// A ledger at its first block.
    #[must_use]
    pub fn new(genesis: &Genesis) -> Self {
        let accounts = genesis.accounts.iter().map(|(key, coins)| {
            (
                *key,
                Account {
                    coins: *coins,
                    nonce: 0,
                },
            )
        });
        let chain = genesis.chain();
        Self {
            chain,
            recent: Recent::first(chain, genesis.time),
            accounts: accounts.collect(),
            channels: BTreeMap::new(),
            codes: BTreeMap::new(),
            opened: BTreeMap::new(),
            fees: Amount::ZERO,
        }
    }

    /// Its name.
    #[must_use]
    pub const fn chain(&self) -> ChainId {
        self.chain
    }

    /// The present block: transactions are included in it.
    #[must_use]
    pub fn block(&self) -> Env {
        self.recent.tip()
    }

    /// An account; one that was never paid is empty.
    #[must_use]
    pub fn account(&self, key: PublicKey) -> Account {
        self.accounts.get(&key).copied().unwrap_or_default()
    }

    /// A channel that is open or being closed.
    #[must_use]
    pub fn channel(&self, id: ChannelId) -> Option<&Channel> {
        self.channels.get(&id)
    }

    /// Published code.
    #[must_use]
    pub const fn codes(&self) -> &BTreeMap<CodeHash, Vec<u8>> {
        &self.codes
    }

    /// All coins: of accounts, locked in channels, taken as fees. Nothing ever changes the sum;
    /// `None` if it does not fit.
    #[must_use]
    pub fn supply(&self) -> Option<Amount> {
        let accounts = self.accounts.values().map(|account| account.coins);
        let locked = self.channels.values().map(Channel::locked);
        accounts
            .chain(locked)
            .try_fold(self.fees, Amount::checked_add)
    }

    /// Begins the next block.
    pub fn advance(&mut self, time: TimeMs) {
        self.recent.advance(time);
        let height = self.block().height;
        self.opened.retain(|_, expiry| *expiry >= height);
    }

    /// Includes a transaction in the present block, or says why not.
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
        self.check_funds(sender, &plan, fee)?;
        let (effect, gas) = self.carry_out(sender, plan, execute)?;
        let fee = fee
            .checked_add(Fees::V1.gas(gas))
            .ok_or(Rejected::Overflow)?;
        self.take_fee(sender, fee)?;
        Ok(Receipt {
            transaction: Hash(hash(Tag::TRANSACTION, &[&body])),
            block: self.block(),
            fee,
            effect,
        })
    }

    fn check_envelope(&self, transaction: &Transaction) -> Result<CheckedKey, Rejected> {
        if transaction.chain != self.chain {
            return Err(Rejected::Chain);
        }
        if transaction.version != VERSION {
            return Err(Rejected::Version {
                version: transaction.version,
            });
        }
        if transaction.expiry < self.block().height {
            return Err(Rejected::Expired {
                expiry: transaction.expiry,
            });
        }
        let expected = self.account(transaction.sender).nonce;
        if transaction.nonce != expected {
            return Err(Rejected::Nonce {
                expected,
                posted: transaction.nonce,
            });
        }
        CheckedKey::gate(transaction.sender).map_err(Rejected::Key)
    }

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
            Action::CloseMutual(signed) => close::plan_mutual(self, &signed),
            Action::CloseSolo { channel, state } => {
                close::plan_solo(self, sender, channel, state.as_ref())
            }
            Action::Slash { channel, state } => close::plan_slash(self, channel, &state),
            Action::Force(force) => force::plan(self, sender, force),
            Action::Settle { channel } => close::plan_settle(self, channel),
        }
    }

    fn validate_code(&self, code: &[u8], execute: &dyn Execute) -> Result<Plan, Rejected> {
        let code = execute.admit(code).map_err(|error| match error {
            Halt::Machine(why) => Rejected::Machine(why),
            Halt::Code(_) | Halt::Missing(_) => Rejected::Code(error.to_string()),
        })?;
        if self.codes.contains_key(&code.hash) {
            return Err(Rejected::Published(code.hash));
        }
        Ok(Plan::Publish(code))
    }

    /// The sender must be able to pay all that the transaction may come to.
    fn check_funds(&self, sender: PublicKey, plan: &Plan, fee: Amount) -> Result<(), Rejected> {
        let gas = match plan {
            Plan::Force(force) => force.force.update.gas().ok_or(Rejected::Overflow)?,
            _ => Gas::ZERO,
        };
        let need = fee
            .checked_add(Fees::V1.gas(gas))
            .and_then(|sum| sum.checked_add(plan.moves()));
        self.check_account(sender, need.ok_or(Rejected::Overflow)?)
    }

    fn check_account(&self, sender: PublicKey, need: Amount) -> Result<(), Rejected> {
        let have = self.account(sender).coins;
        if have < need {
            Err(Rejected::Funds { have, need })
        } else {
            Ok(())
        }
    }

    /// Executes and settles. Every fallible step comes before the first change.
    fn carry_out(
        &mut self,
        sender: PublicKey,
        plan: Plan,
        execute: &dyn Execute,
    ) -> Result<(Effect, Gas), Rejected> {
        match plan {
            Plan::Transfer { to, amount } => {
                self.move_coins(&[(sender, amount)], &[(to, amount)])?;
                Ok((Effect::Transferred, Gas::ZERO))
            }
            Plan::Publish(code) => {
                self.codes.insert(code.hash, code.bytes);
                Ok((Effect::Published(code.hash), Gas::ZERO))
            }
            Plan::Open(channel) => {
                let (id, terms) = (channel.tip.channel, &channel.parameters);
                self.move_coins(
                    &[
                        (terms.parties[0], terms.deposits[0]),
                        (terms.parties[1], terms.deposits[1]),
                    ],
                    &[],
                )?;
                self.opened.insert(id, terms.expiry);
                self.channels.insert(id, *channel);
                Ok((Effect::Opened { channel: id }, Gas::ZERO))
            }
            Plan::Replace(channel) => {
                let id = channel.tip.channel;
                let until = match channel.phase {
                    Phase::Open => Height(0),
                    Phase::Closing { until, .. } => until,
                };
                let effect = Effect::Closing {
                    channel: id,
                    commitment: Box::new(channel.tip.clone()),
                    until,
                };
                self.channels.insert(id, *channel);
                Ok((effect, Gas::ZERO))
            }
            Plan::PayOut { channel, payout } => {
                let [one, other] = self.existing(channel)?.parameters.parties;
                self.move_coins(&[], &[(one, payout[0]), (other, payout[1])])?;
                self.channels.remove(&channel);
                Ok((Effect::Closed { channel, payout }, Gas::ZERO))
            }
            Plan::Force(plan) => {
                let (effect, gas, channel) = force::execute(self, *plan, execute)?;
                if let Some(channel) = channel {
                    self.channels.insert(channel.tip.channel, channel);
                }
                Ok((effect, gas))
            }
        }
    }

    fn take_fee(&mut self, sender: PublicKey, fee: Amount) -> Result<(), Rejected> {
        self.move_coins(&[(sender, fee)], &[])?;
        self.fees = self.fees.checked_add(fee).ok_or(Rejected::Overflow)?;
        let account = self.accounts.entry(sender).or_default();
        account.nonce = account.nonce.saturating_add(1);
        Ok(())
    }

    /// Moves coins out of and into accounts, all of them or none.
    fn move_coins(
        &mut self,
        out: &[(PublicKey, Amount)],
        into: &[(PublicKey, Amount)],
    ) -> Result<(), Rejected> {
        let mut after = BTreeMap::new();
        for (key, amount) in out {
            let have = after
                .get(key)
                .copied()
                .unwrap_or_else(|| self.account(*key).coins);
            after.insert(
                *key,
                have.checked_sub(*amount).ok_or(Rejected::Funds {
                    have,
                    need: *amount,
                })?,
            );
        }
        for (key, amount) in into {
            let have = after
                .get(key)
                .copied()
                .unwrap_or_else(|| self.account(*key).coins);
            after.insert(*key, have.checked_add(*amount).ok_or(Rejected::Overflow)?);
        }
        for (key, coins) in after {
            self.accounts.entry(key).or_default().coins = coins;
        }
        Ok(())
    }

    pub(crate) fn existing(&self, id: ChannelId) -> Result<&Channel, Rejected> {
        self.channels.get(&id).ok_or(Rejected::NoChannel(id))
    }

    pub(crate) fn was_opened(&self, id: ChannelId) -> bool {
        self.opened.contains_key(&id) || self.channels.contains_key(&id)
    }

    pub(crate) fn may_pin(&self, env: Env) -> bool {
        self.recent.contains(env)
    }
}
