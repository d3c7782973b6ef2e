//! What the code of a call that was called off means (docs/spec/contract.md, 3).

use twinroot_abi::{REVERT_COINS, REVERT_INPUT, REVERT_JUDGE, REVERT_STORAGE, REVERT_TRANSFER};
use twinroot_feed::FeedError;

use crate::Spec;

impl Spec {
    /// The code in words, and what to do about it where the contract or the SDK says so.
    #[must_use]
    pub fn explain_revert(&self, code: u32) -> String {
        if let Some(error) = self.error(code) {
            return format!("{} ({code}): {}", error.name, error.docs);
        }
        let meaning = match code {
            0..=0xffff => {
                return format!("code {code}, which the spec of {} does not name", self.name);
            }
            REVERT_INPUT => {
                "the arguments are not what the entry takes; encode them by the spec of this very code"
            }
            REVERT_STORAGE => {
                "a stored value that the contract needs is absent (not set, or taken already) or not of its type"
            }
            REVERT_TRANSFER => "the contract has fewer coins than it is to pay",
            REVERT_COINS => "the entry takes no coins, and the call brought some; call it without",
            REVERT_JUDGE => {
                "a policy is not satisfied: its verdict is not of the size that the contract reads"
            }
            _ => return judged(code),
        };
        format!("{meaning} ({code:#x})")
    }
}

fn judged(code: u32) -> String {
    let rule = code
        .checked_sub(REVERT_JUDGE)
        .and_then(|rule| u16::try_from(rule).ok());
    let Some(rule) = rule else {
        return format!("code {code:#x}, which neither the SDK nor a policy gives");
    };
    match FeedError::from_code(rule) {
        Some(broken) => format!("a policy is not satisfied: {broken} (rule {rule}, {code:#x})"),
        None => format!(
            "a policy is not satisfied, by the rule {rule}, which is not known here ({code:#x})"
        ),
    }
}
