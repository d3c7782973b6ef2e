//! Who has how many coins.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use super::coins::Coins;
use super::order::Order;
use super::rule::{Payment, Refusal, Rule, Share};

/// Balances and names, and the rules by which they change.
pub struct Ledger {
    balances: BTreeMap<u32, u64>,
    accounts: BTreeMap<String, u32>,
    names: Vec<String>,
    rules: Vec<Box<dyn Rule>>,
    minted: Coins,
}

impl Ledger {
    /// One without accounts.
    #[must_use]
    pub const fn new(rules: Vec<Box<dyn Rule>>) -> Self {
        Self {
            balances: BTreeMap::new(),
            accounts: BTreeMap::new(),
            names: Vec::new(),
            rules,
            minted: Coins(0),
        }
    }

    /// Opens the next account; they are numbered from 0.
    pub fn open(&mut self, name: String) {
        self.accounts.insert(name.clone(), self.names.len() as u32);
        self.names.push(name);
    }

    /// Makes coins.
    pub fn mint(&mut self, account: u32, coins: Coins) {
        *self.balances.entry(account).or_insert(0) += coins.0;
        self.minted.0 += coins.0;
    }

    /// The account's name.
    #[must_use]
    pub fn name(&self, account: u32) -> &str {
        self.names
            .get(account as usize)
            .map_or("nobody", String::as_str)
    }

    /// All accounts with their coins.
    pub fn balances(&self) -> impl Iterator<Item = (u32, Coins)> {
        self.balances
            .iter()
            .map(|(account, balance)| (*account, Coins(*balance)))
    }

    /// Coins that were made.
    #[must_use]
    pub const fn minted(&self) -> Coins {
        self.minted
    }

    /// Carries an order out; gives the shares that others than the receiver had of it.
    ///
    /// # Errors
    /// [`Refusal`]; nothing has changed then.
    pub fn carry_out(&mut self, number: u32, text: &str) -> Result<Vec<Share>, Refusal> {
        let order: Order = text.parse()?;
        let payment = Payment {
            number,
            amount: order.amount,
            from: self.account(order.from)?,
            to: self.account(order.to)?,
            by: self.account(order.by)?,
        };
        let mut shares = Vec::new();
        for rule in &self.rules {
            shares.extend(rule.judge(self, &payment)?);
        }
        let taken: Coins = shares.iter().map(|share| share.coins).sum();
        self.pay(&payment, taken)?;
        for share in &shares {
            *self.balances.entry(share.account).or_insert(0) += share.coins.0;
        }
        for rule in &mut self.rules {
            rule.note(&payment);
        }
        Ok(shares)
    }

    fn account(&self, name: String) -> Result<u32, Refusal> {
        match self.accounts.get(&name) {
            Some(account) => Ok(*account),
            None => Err(Refusal::Nobody(name)),
        }
    }

    /// Moves the amount and, on top of it, takes the shares from who pays.
    fn pay(&mut self, payment: &Payment, taken: Coins) -> Result<(), Refusal> {
        let has = self.balances.get(&payment.from).copied().unwrap_or(0);
        let needs = payment.amount.0.saturating_add(taken.0);
        let Some(rest) = has.checked_sub(needs) else {
            return Err(Refusal::Balance {
                has: Coins(has),
                needs: Coins(needs),
            });
        };
        self.balances.insert(payment.from, rest);
        *self.balances.entry(payment.to).or_insert(0) += payment.amount.0;
        Ok(())
    }
}
