//! The codes of a ledger, and what to do about each.

use twinroot_chain::codes;

use crate::author::codes::{Entry, error};

pub(crate) use codes::{FILE, PROOF};

/// A place where the ledger cannot listen.
pub(super) const LISTEN: &str = "TR1011";

/// The table.
pub(crate) const TABLE: &[Entry] = &[
    error(
        codes::REJECTED,
        1,
        "the ledger does not include the transaction",
        "It breaks a rule of the ledger, which the message says (docs/spec/arbiter.md, 9.1); nothing was changed and no fee was taken.",
    ),
    error(
        codes::NONCE,
        1,
        "the transaction's number is not the next of its account",
        "Another transaction of the same key came first. Make it anew; two programs should not use one key at the same time.",
    ),
    error(
        codes::NO_FAUCET,
        1,
        "the ledger has no faucet",
        "Only a ledger that `twinroot chain dev` began has one. Of any other one has coins only from those who have some.",
    ),
    error(
        codes::NO_SNAPSHOT,
        1,
        "there is no such snapshot",
        "`twinroot chain snapshot NAME` makes one. One that lies above the height to which the ledger was taken back is gone with it.",
    ),
    error(
        codes::HEIGHT,
        1,
        "the ledger cannot go to that height",
        "`warp` goes to a height above the present one, `rollback` to one below it. `twinroot chain status` says where the ledger stands.",
    ),
    error(
        codes::TOO_MANY,
        2,
        "too many blocks at a time",
        "At most 100,000 blocks are made at a time. Do it several times.",
    ),
    error(
        codes::STOPPED,
        3,
        "the ledger has stopped",
        "Its disk failed or is full: what was accepted before is in the file, what was being written may be. Make room, and start it again.",
    ),
    error(
        FILE,
        3,
        "the file is no ledger that this program can go on with",
        "The message says what is wrong. A file that is in use belongs to a ledger that runs. One that was written by other rules can be \
         read by the program that wrote it; for tries, begin a new one: `twinroot chain dev --file OTHER`.",
    ),
    error(
        PROOF,
        3,
        "the ledger's proof does not hold",
        "What the ledger says is not what its block commits to. Either it lies or its block was replaced meanwhile; ask again, and believe \
         only what is proven.",
    ),
    error(
        codes::MACHINE,
        3,
        "the ledger's machine failed",
        "It could not carry out a contract for a reason of its own. Its log says more; please report it.",
    ),
    error(
        LISTEN,
        3,
        "the ledger cannot listen there",
        "Another program listens there already, perhaps another ledger, or you may not use that address. Name another one: \
         `twinroot chain dev --listen ws://127.0.0.1:0` takes a port that is free and prints it.",
    ),
];
