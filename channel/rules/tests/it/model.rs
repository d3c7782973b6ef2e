//! A channel kept as plain numbers, and its state tree built anew from them.

use std::collections::BTreeMap;

use twinroot_abi::{Amount, ChannelId, ContractId, Height, Side};
use twinroot_exec::{Call, Env, Header, StateKey};
use twinroot_rules::Consent;
use twinroot_state::{Changes, State, Tree};
use twinroot_types::{Limits, decode, encode};
use twinroot_wire::{Operation, Update};

use crate::toy::{Line, code};
use crate::world::{DEPOSITS, TOTAL, contract};

#[derive(Clone, Debug)]
pub(crate) struct Model {
    channel: ChannelId,
    pub(crate) balances: [u64; 2],
    pub(crate) contracts: BTreeMap<ContractId, Contract>,
    pub(crate) hold_until: u64,
    /// Coins locked in the channel.
    pub(crate) total: u64,
    /// Gas of the last update.
    pub(crate) gas: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct Contract {
    pub(crate) coins: u64,
    header: Header,
    slots: BTreeMap<u16, Vec<u8>>,
}

impl Model {
    pub(crate) fn new(channel: ChannelId) -> Self {
        Self {
            channel,
            balances: DEPOSITS,
            contracts: BTreeMap::new(),
            hold_until: 0,
            total: TOTAL,
            gas: 0,
        }
    }

    /// The model after an update of good form; `None` where something in it does not work.
    pub(crate) fn after(&self, update: &Update, consent: Consent) -> Option<Self> {
        let mut next = self.clone();
        next.gas = 0;
        for operation in &update.operations {
            match operation {
                Operation::Transfer { from, .. }
                    if consent == Consent::PosterOnly && *from != update.proposer =>
                {
                    return None;
                }
                Operation::Transfer { from, amount } => next.pay(*from, amount.0)?,
                Operation::Create {
                    fallback,
                    hold,
                    args,
                    gas,
                    code,
                } => {
                    let id = contract(self.channel, next.contracts.len().try_into().ok()?);
                    let header = Header {
                        code: *code,
                        coins: Amount(0),
                        fallback: *fallback,
                        hold: *hold,
                    };
                    let slots = BTreeMap::new();
                    let new = Contract {
                        coins: 0,
                        header,
                        slots,
                    };
                    next.contracts.insert(id, new);
                    next.run(id, args, gas.0, update.env)?;
                }
                Operation::Call(call) => next.call(update, call)?,
                Operation::Deposit(_) | Operation::Withdraw(_) | Operation::LowerHold { .. }
                    if consent == Consent::PosterOnly =>
                {
                    return None;
                }
                Operation::Deposit(_) | Operation::Withdraw(_) if update.operations.len() > 1 => {
                    return None;
                }
                Operation::Deposit(coins) => {
                    let free = &mut next.balances[coins.side.index()];
                    *free = free.checked_add(coins.amount.0)?;
                    next.total = next.total.checked_add(coins.amount.0)?;
                }
                Operation::Withdraw(coins) => {
                    let free = &mut next.balances[coins.side.index()];
                    *free = free.checked_sub(coins.amount.0)?;
                    next.total -= coins.amount.0;
                }
                Operation::LowerHold { until } if until.0 >= next.hold_until => return None,
                Operation::LowerHold { until } => next.hold_until = until.0,
            }
        }
        Some(next)
    }

    /// What a close pays: free coins and the shares of every contract's.
    pub(crate) fn payout(&self) -> [Amount; 2] {
        let mut payout = self.balances;
        for contract in self.contracts.values() {
            let split: u16 = decode(&encode(&contract.header.fallback), 8).unwrap();
            let first = u64::try_from(u128::from(contract.coins) * u128::from(split) / 10_000);
            let first = first.unwrap();
            payout[0] += first;
            payout[1] += contract.coins - first;
        }
        payout.map(Amount)
    }

    pub(crate) fn coins(&self) -> u64 {
        let contracts: u64 = self.contracts.values().map(|contract| contract.coins).sum();
        self.balances[0] + self.balances[1] + contracts
    }

    /// The tree of this state, from nothing.
    pub(crate) fn tree(&self) -> Tree {
        let mut leaves = Changes::new();
        for side in Side::BOTH {
            let coins = Amount(self.balances[side.index()]);
            leaves.insert(StateKey::Balance(side).hash(), Some(encode(&coins).into()));
        }
        if !self.contracts.is_empty() {
            let count = u64::try_from(self.contracts.len()).unwrap();
            leaves.insert(StateKey::Counter.hash(), Some(encode(&count).into()));
        }
        for (id, contract) in &self.contracts {
            let header = Header {
                coins: Amount(contract.coins),
                ..contract.header
            };
            leaves.insert(StateKey::Header(*id).hash(), Some(encode(&header).into()));
            for (key, value) in &contract.slots {
                let slot = StateKey::Slot(*id, &key.to_le_bytes()).hash();
                leaves.insert(slot, Some(value.clone().into()));
            }
        }
        Tree::new().updated(&leaves).unwrap()
    }

    fn pay(&mut self, from: Side, coins: u64) -> Option<()> {
        let [from, to] = [from.index(), from.other().index()];
        self.balances[from] = self.balances[from].checked_sub(coins)?;
        self.balances[to] += coins;
        Some(())
    }

    fn call(&mut self, update: &Update, call: &Call) -> Option<()> {
        let side = update.proposer.index();
        let called = self.contracts.get_mut(&call.contract)?;
        assert_eq!(called.header.code, code(b"toy").hash);
        self.balances[side] = self.balances[side].checked_sub(call.value.0)?;
        called.coins += call.value.0;
        self.run(call.contract, &call.args, call.gas.0, update.env)
    }

    fn run(&mut self, id: ContractId, args: &[u8], gas: u64, env: Env) -> Option<()> {
        let script: Vec<Line> = decode(args, Limits::V1.argument_bytes).ok()?;
        let used: u64 = script.iter().map(Line::gas).sum();
        self.gas += used;
        let contract = self.contracts.get_mut(&id)?;
        for line in script {
            match line {
                Line::Store(key, value) => {
                    contract.slots.insert(key.into(), vec![value]);
                }
                Line::Remove(key) => {
                    contract.slots.remove(&key.into());
                }
                Line::Stamp(key) => {
                    contract.slots.insert(key.into(), encode(&env.height));
                }
                Line::Pay(to, coins) => {
                    contract.coins = contract.coins.checked_sub(coins)?;
                    self.balances[to.index()] += coins;
                }
                Line::Revert(_) | Line::Break => return None,
                Line::Read(_) | Line::Scan(_) | Line::Judge(_) | Line::Burn(_) => {}
            }
        }
        if contract.coins > 0 {
            let Height(hold) = contract.header.hold;
            self.hold_until = self.hold_until.max(hold);
        }
        (used <= gas).then_some(())
    }
}
