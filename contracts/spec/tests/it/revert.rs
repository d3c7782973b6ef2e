//! Codes of calls that were called off, in words (docs/spec/contract.md, 3).

use twinroot_abi::{REVERT_COINS, REVERT_INPUT, REVERT_JUDGE, REVERT_STORAGE, REVERT_TRANSFER};

use crate::module::committed;

#[test]
fn every_code_has_words() {
    let spec = committed("tv-escrow");
    for (code, begins) in [
        (
            2,
            "TooEarly (2): The refund height is not reached: wait for it.",
        ),
        (0, "code 0, which the spec of TvEscrow does not name"),
        (
            0xffff,
            "code 65535, which the spec of TvEscrow does not name",
        ),
        (
            0x1_0000,
            "code 0x10000, which neither the SDK nor a policy gives",
        ),
        (REVERT_INPUT, "the arguments are not what the entry takes"),
        (
            REVERT_STORAGE,
            "a stored value that the contract needs is absent",
        ),
        (
            REVERT_TRANSFER,
            "the contract has fewer coins than it is to pay (0x10003)",
        ),
        (
            REVERT_COINS,
            "the entry takes no coins, and the call brought some",
        ),
        (
            REVERT_JUDGE,
            "a policy is not satisfied: its verdict is not of the size",
        ),
        (
            REVERT_JUDGE + 203,
            "a policy is not satisfied: there are fewer messages than the policy asks for (rule 203, 0x200cb)",
        ),
        (
            REVERT_JUDGE + 9,
            "a policy is not satisfied, by the rule 9, which is not known here (0x20009)",
        ),
        (
            u32::MAX,
            "code 0xffffffff, which neither the SDK nor a policy gives",
        ),
    ] {
        let words = spec.explain_revert(code);
        assert!(words.starts_with(begins), "{code:#x}: {words}");
    }
}

#[test]
fn an_error_is_found_by_its_code() {
    let spec = committed("tv-escrow");
    assert_eq!(spec.error(3).unwrap().name, "NotDelivered");
    // Only the whole code counts.
    assert_eq!(spec.error(0x1_0003), None);
}
