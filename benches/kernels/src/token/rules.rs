//! The rules of this token.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::ACCOUNTS;
use super::coins::Coins;
use super::ledger::Ledger;
use super::rule::{Payment, Refusal, Rule, Share};

/// Account that fees go to.
const TREASURY: u32 = 0;

/// All of them, in the order in which they are asked.
pub(super) fn all() -> Vec<Box<dyn Rule>> {
    let mut partners = BTreeMap::new();
    for account in 0..ACCOUNTS {
        for step in [1, 5, 11, 17, 23] {
            let spender = (account + step) % ACCOUNTS;
            let most = Coins(u64::from(step) * 400_000_000);
            partners.insert((account, spender), most);
        }
    }
    vec![
        Box::new(Sane),
        Box::new(Frozen {
            accounts: (0..ACCOUNTS).filter(|account| account % 13 == 12).collect(),
        }),
        Box::new(Allowance { left: partners }),
        Box::new(Pace {
            window: 150,
            recent: vec![[0; 3]; ACCOUNTS as usize],
        }),
        Box::new(Fee {
            permille: 3,
            tips: BTreeMap::new(),
        }),
    ]
}

fn no(rule: &impl Rule, why: String) -> Refusal {
    Refusal::Rule {
        name: rule.name().into(),
        why,
    }
}

/// A payment is of something, and from one to another.
struct Sane;

impl Rule for Sane {
    fn name(&self) -> &'static str {
        "sane"
    }

    fn judge(&self, _: &Ledger, payment: &Payment) -> Result<Option<Share>, Refusal> {
        if payment.amount == Coins(0) {
            Err(no(self, String::from("of nothing")))
        } else if payment.from == payment.to {
            Err(no(self, String::from("to itself")))
        } else {
            Ok(None)
        }
    }
}

/// Some accounts neither pay nor are paid.
struct Frozen {
    accounts: Vec<u32>,
}

impl Rule for Frozen {
    fn name(&self) -> &'static str {
        "frozen"
    }

    fn judge(&self, ledger: &Ledger, payment: &Payment) -> Result<Option<Share>, Refusal> {
        let mut ends = [payment.from, payment.to].into_iter();
        match ends.find(|account| self.accounts.contains(account)) {
            Some(account) => Err(no(self, format!("{} is", ledger.name(account)))),
            None => Ok(None),
        }
    }
}

/// Who pays with coins of another needs their consent.
struct Allowance {
    left: BTreeMap<(u32, u32), Coins>,
}

impl Rule for Allowance {
    fn name(&self) -> &'static str {
        "allowance"
    }

    fn judge(&self, ledger: &Ledger, payment: &Payment) -> Result<Option<Share>, Refusal> {
        if payment.by == payment.from {
            return Ok(None);
        }
        let left = self.left.get(&(payment.from, payment.by));
        match left {
            Some(left) if *left >= payment.amount => Ok(None),
            Some(left) => Err(no(self, format!("{left} are left"))),
            None => Err(no(self, format!("{:^10}", ledger.name(payment.by)))),
        }
    }

    fn note(&mut self, payment: &Payment) {
        if let Some(left) = self.left.get_mut(&(payment.from, payment.by)) {
            left.0 = left.0.saturating_sub(payment.amount.0);
        }
    }
}

/// No account pays too often in a row.
struct Pace {
    window: u32,
    /// By account, the numbers of its last payments, newest last, each one higher; 0 is none.
    recent: Vec<[u32; 3]>,
}

impl Rule for Pace {
    fn name(&self) -> &'static str {
        "pace"
    }

    fn judge(&self, _: &Ledger, payment: &Payment) -> Result<Option<Share>, Refusal> {
        match self.recent.get(payment.from as usize) {
            Some(&[oldest, ..]) if oldest > payment.number.saturating_sub(self.window) => {
                Err(no(self, format!("not before {}", oldest + self.window)))
            }
            _ => Ok(None),
        }
    }

    fn note(&mut self, payment: &Payment) {
        if let Some(recent) = self.recent.get_mut(payment.from as usize) {
            let [_, second, newest] = *recent;
            *recent = [second, newest, payment.number + 1];
        }
    }
}

/// The treasury takes its share, less of those who pay often.
struct Fee {
    permille: u64,
    tips: BTreeMap<u32, u64>,
}

impl Rule for Fee {
    fn name(&self) -> &'static str {
        "fee"
    }

    fn judge(&self, _: &Ledger, payment: &Payment) -> Result<Option<Share>, Refusal> {
        let paid = self.tips.get(&payment.from).copied().unwrap_or(0);
        let permille = if paid > 20 { 1 } else { self.permille };
        Ok(Some(Share {
            account: TREASURY,
            coins: Coins(payment.amount.0 / 1_000 * permille),
        }))
    }

    fn note(&mut self, payment: &Payment) {
        *self.tips.entry(payment.from).or_insert(0) += 1;
    }
}
