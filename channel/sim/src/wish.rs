//! What a user may want.

use std::fmt;
use std::str::FromStr;

use twinroot_abi::{Amount, ContractId, Gas, Height, Side};
use twinroot_exec::{Call, Env, Fallback};
use twinroot_types::encode;
use twinroot_wire::{Move, Operation};

use crate::action::{ParseError, number};
use crate::toy::{Line, code};

/// What a user wants, of the channel or of the contract of toys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Free coins go to the peer.
    Pay(u64),
    /// Free coins of the peer come over; the peer has to agree.
    Ask(u64),
    /// Coins come from the account.
    Deposit(u64),
    /// Coins go to the account.
    Withdraw(u64),
    /// A contract comes to be, held for so many blocks.
    Create(u64),
    /// The first contract gets coins.
    Fund(u64),
    /// The first contract pays out to its caller.
    Claim(u64),
    /// The first contract stores the height of the pinned block.
    Stamp(u8),
    /// The hold ends so many blocks from now.
    LowerHold(u64),
}

/// Gas that a call of the contract of toys may use.
const GAS: Gas = Gas(10_000);
/// Blocks for which a deposit or a withdrawal can be posted.
const EXPIRY: u64 = 12;

impl Wish {
    /// The operation that does it, with the first contract of the channel.
    #[must_use]
    pub fn operation(self, side: Side, contract: ContractId, now: Env) -> Operation {
        let ahead = |blocks: u64| Height(now.height.0.saturating_add(blocks));
        let call = |value: u64, script: &[Line]| {
            Operation::Call(Call {
                contract,
                entry: "run".to_owned(),
                args: encode(&script),
                value: Amount(value),
                gas: GAS,
                facts: Vec::new(),
            })
        };
        let coins = |amount: u64| Move {
            side,
            amount: Amount(amount),
            expiry: ahead(EXPIRY),
        };
        match self {
            Self::Pay(amount) => Operation::Transfer {
                from: side,
                amount: Amount(amount),
            },
            Self::Ask(amount) => Operation::Transfer {
                from: side.other(),
                amount: Amount(amount),
            },
            Self::Deposit(amount) => Operation::Deposit(coins(amount)),
            Self::Withdraw(amount) => Operation::Withdraw(coins(amount)),
            Self::Create(blocks) => Operation::Create {
                code: code(b"toy").hash,
                fallback: Fallback::all_to(side),
                hold: if blocks == 0 {
                    Height(0)
                } else {
                    ahead(blocks)
                },
                args: encode(&Vec::<Line>::new()),
                gas: GAS,
            },
            Self::Fund(amount) => call(amount, &[Line::Store(1, 1)]),
            Self::Claim(amount) => call(0, &[Line::Pay(side, amount)]),
            Self::Stamp(slot) => call(0, &[Line::Stamp(slot)]),
            Self::LowerHold(blocks) => Operation::LowerHold {
                until: ahead(blocks),
            },
        }
    }
}

impl fmt::Display for Wish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pay(amount) => write!(f, "pay {amount}"),
            Self::Ask(amount) => write!(f, "ask {amount}"),
            Self::Deposit(amount) => write!(f, "deposit {amount}"),
            Self::Withdraw(amount) => write!(f, "withdraw {amount}"),
            Self::Create(blocks) => write!(f, "create {blocks}"),
            Self::Fund(amount) => write!(f, "fund {amount}"),
            Self::Claim(amount) => write!(f, "claim {amount}"),
            Self::Stamp(slot) => write!(f, "stamp {slot}"),
            Self::LowerHold(blocks) => write!(f, "lower-hold {blocks}"),
        }
    }
}

impl FromStr for Wish {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let mut words = text.split_whitespace();
        let (name, value) = (words.next().unwrap_or_default(), words.next());
        if words.next().is_some() {
            return Err(ParseError(text.to_owned()));
        }
        let value = number(value, text)?;
        Ok(match name {
            "pay" => Self::Pay(value),
            "ask" => Self::Ask(value),
            "deposit" => Self::Deposit(value),
            "withdraw" => Self::Withdraw(value),
            "create" => Self::Create(value),
            "fund" => Self::Fund(value),
            "claim" => Self::Claim(value),
            "stamp" => Self::Stamp(u8::try_from(value).map_err(|_| ParseError(text.to_owned()))?),
            "lower-hold" => Self::LowerHold(value),
            _ => return Err(ParseError(text.to_owned())),
        })
    }
}
