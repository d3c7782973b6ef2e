//! Every code that this program ends or complains with: `twinroot explain` prints them.

use twinroot_abi::{REVERT_COINS, REVERT_INPUT, REVERT_JUDGE, REVERT_STORAGE, REVERT_TRANSFER};

use crate::{node, oracle};

/// A code, and what there is to know about it.
pub(crate) struct Entry {
    /// As it is printed.
    pub(crate) code: &'static str,
    /// In a few words.
    pub(crate) title: &'static str,
    /// What it means and what to do.
    pub(crate) text: &'static str,
    /// What the program ends with, where the code is that of a message.
    pub(crate) exit: Option<u8>,
}

pub(crate) const fn error(
    code: &'static str,
    exit: u8,
    title: &'static str,
    text: &'static str,
) -> Entry {
    Entry {
        code,
        title,
        text,
        exit: Some(exit),
    }
}

const fn other(code: &'static str, title: &'static str, text: &'static str) -> Entry {
    Entry {
        code,
        title,
        text,
        exit: None,
    }
}

/// No compiler has `core` for wasm.
pub(crate) const NO_CORE: &str = "TR0101";
/// No linker for wasm.
pub(crate) const NO_LINKER: &str = "TR0102";
/// A program of the toolchain does not run.
pub(crate) const NO_PROGRAM: &str = "TR0103";
/// A file cannot be read or written.
pub(crate) const NO_FILE: &str = "TR0104";
/// No checkout of the SDK.
pub(crate) const NO_SDK: &str = "TR0105";
/// No package at a path.
pub(crate) const NO_PACKAGE: &str = "TR0201";
/// The profile does not check sums.
pub(crate) const PROFILE: &str = "TR0202";
/// No lock file.
pub(crate) const NO_LOCK: &str = "TR0203";
/// The compiler refuses the sources.
pub(crate) const COMPILE: &str = "TR0204";
/// A name that no package can have.
pub(crate) const NAME: &str = "TR0205";
/// A folder that is there already.
pub(crate) const EXISTS: &str = "TR0206";
/// The gate does not let a module in.
pub(crate) const GATE: &str = "TR0301";
/// More code than a contract may have.
pub(crate) const TOO_LARGE: &str = "TR0302";
/// Bytes that are no module.
pub(crate) const NO_MODULE: &str = "TR0401";
/// A build record that cannot be read.
pub(crate) const RECORD: &str = "TR0402";
/// Sources that give another contract.
pub(crate) const DIFFERENT: &str = "TR0403";
/// A comparison that would tell nothing.
pub(crate) const CANNOT_JUDGE: &str = "TR0404";
/// A spec that is not of its module.
pub(crate) const SPEC: &str = "TR0405";
/// Arguments that an entry does not take.
pub(crate) const ARGUMENTS: &str = "TR0406";
/// A code that is not in the table.
pub(crate) const NO_CODE: &str = "TR0501";

/// All of them: those of contracts and of exits, of oracles, of nodes.
pub(crate) fn all() -> impl Iterator<Item = &'static Entry> {
    TABLE
        .iter()
        .chain(oracle::codes::TABLE)
        .chain(node::codes::TABLE)
        .chain(node::core_codes::TABLE)
}

/// The table of contracts and exits.
const TABLE: &[Entry] = &[
    other("EXIT0", "done", "The program did what it was asked for."),
    other(
        "EXIT1",
        "the contract is at fault",
        "The sources or the wasm have to be changed; the message says where. Verbs that are not about contracts end so \
         whenever they fail.",
    ),
    other(
        "EXIT2",
        "wrong usage",
        "The arguments do not fit. `twinroot VERB --help` has examples.",
    ),
    other(
        "EXIT3",
        "cannot be judged, or something is missing here",
        "Nothing is known to be wrong with the contract. Either this machine lacks something, which `twinroot doctor` \
         names, or a comparison would tell nothing, because the toolchains differ. `demo` and `play` end so where the two \
         paths differ or a law of the protocol is broken: please report that.",
    ),
    error(
        NO_CORE,
        3,
        "no compiler here can build for wasm",
        "Contracts are compiled for `wasm32v1-none`, and no compiler here has the `core` library for it, neither compiled \
         nor as source. Looked at, in this order: RUSTC, `rustc` in the search path, TWINROOT_RUSTC, /usr/bin/rustc. With \
         rustup: `rustup target add wasm32v1-none`. On Debian: `apt-get install -y --no-install-recommends rustc-web \
         rust-web-src`.",
    ),
    error(
        NO_LINKER,
        3,
        "no linker for wasm",
        "Neither `rust-lld`, which rustup installs beside its compilers, nor `wasm-ld` is here. On Debian: \
         `apt-get install -y --no-install-recommends lld`.",
    ),
    error(
        NO_PROGRAM,
        3,
        "a program of the toolchain does not run",
        "cargo, rustc or the linker could not be started, or failed when it was asked what it is. `twinroot doctor` says \
         which are found.",
    ),
    error(
        NO_FILE,
        3,
        "a file cannot be read or written",
        "The message names the file. Look whether it is there, and whether you may read or write it.",
    ),
    error(
        NO_SDK,
        3,
        "the SDK is not found",
        "A new contract depends on the SDK by its path. Name a checkout of Twinroot with `--sdk PATH`, or with the variable \
         TWINROOT_SDK, or call the program inside of a checkout.",
    ),
    error(
        NO_PACKAGE,
        2,
        "there is no package",
        "Name the folder of one contract, in which its Cargo.toml lies. Without a name it is the present folder. \
         `twinroot new NAME` makes a package.",
    ),
    error(
        PROFILE,
        1,
        "the profile does not check sums",
        "Contracts deal in coins: a sum that wraps around would be a loss. The manifest of the workspace needs a profile \
         `contract` with `overflow-checks = true`; the message has all of its lines.",
    ),
    error(
        NO_LOCK,
        1,
        "there is no Cargo.lock",
        "Versions of crates are part of what decides the bytes, so contracts are built with `--locked`. Make the file with \
         `cargo generate-lockfile`, and commit it.",
    ),
    error(
        COMPILE,
        1,
        "the sources do not compile",
        "The compiler has said why, on the error output. Contracts are `no_std`: what is not in `core`, `alloc` or the \
         SDK is not there. If it says that Cargo.lock needs an update, `cargo update --workspace --offline` makes it.",
    ),
    error(
        NAME,
        2,
        "no package can have this name",
        "A name begins with a small letter and has small letters, digits, `-` and `_` in it, at most 64 in all.",
    ),
    error(
        EXISTS,
        2,
        "the folder is there already",
        "Nothing is written over. Take another name, or remove the folder.",
    ),
    error(
        GATE,
        1,
        "the gate does not let the module in",
        "A contract may use integers and the host functions of Twinroot, and no part of it may be too large \
         (docs/spec/vm.md, 1). The message names the rule, the function and what to do instead. A wasm of something else \
         than a contract ends here too.",
    ),
    error(
        TOO_LARGE,
        1,
        "the contract has too much code",
        "The message says how much it may have, and which functions are the biggest. What helps: no formatting, since text \
         of `panic!`, `format!` and `{:?}` brings the whole machinery of `core::fmt`; `ensure` and `revert` in the place of \
         `unwrap` and `expect`; fewer generic functions with many types; `opt-level = \"z\"` in the profile `contract`; \
         parts of the work in a second contract.",
    ),
    error(
        NO_MODULE,
        1,
        "these bytes are no wasm module",
        "A module begins with the bytes 00 61 73 6d. What `twinroot build` writes to target/twinroot is one. The text \
         format (.wat) has to be translated first.",
    ),
    error(
        RECORD,
        1,
        "the build record cannot be read",
        "The custom section `twinroot.build` is not what this program writes (docs/spec/contract.md, 8). It was damaged, \
         or made by something else. The code is not affected; build the contract again.",
    ),
    error(
        DIFFERENT,
        1,
        "the sources give another contract",
        "The same toolchain made other code of these sources. Either they are not those that the wasm was built of, or \
         their Cargo.lock is another one. The message names the first function or section that differs.",
    ),
    error(
        CANNOT_JUDGE,
        3,
        "cannot judge",
        "Another compiler, linker or flag gives other bytes of the same sources, so a difference would tell nothing. The \
         message says what is recorded and what is here. Install what is recorded, name it with RUSTC or TWINROOT_RUSTC, \
         and ask again.",
    ),
    error(
        SPEC,
        1,
        "the spec is not of this module",
        "The custom section `twinroot.spec` is held against the code, and is believed as a whole or not at all \
         (docs/spec/contract.md, 5.5). It names what the module does not have, or leaves out what it has, or cannot be read: \
         it was damaged, put there from another module, or made to deceive. Build the contract from its sources; if it is not \
         yours, do not sign anything about it until its author has done so.",
    ),
    error(
        ARGUMENTS,
        2,
        "the entry does not take these arguments",
        "The message names the argument, what it should be and what it is. `twinroot inspect WASM` shows what each entry takes, \
         and docs/spec/contract.md, 7, how values are written: `amount=5`, `side=initiator`, `deal={\"price\":3}`.",
    ),
    error(
        NO_CODE,
        2,
        "there is no such code",
        "`twinroot explain` without a code lists all of them.",
    ),
];

/// The codes of calls that are called off, which need no table of messages (docs/spec/contract.md, 3).
pub(crate) fn revert(code: u32) -> Option<(&'static str, &'static str)> {
    Some(match code {
        0 => return None,
        1..=0xffff => (
            "an error of the contract's own",
            "Its spec names it and says what to do: `twinroot inspect WASM` lists the errors of a contract.",
        ),
        REVERT_INPUT => (
            "the arguments are not what the entry takes",
            "An entry takes its arguments one after another, without names or lengths, and nothing beside them \
             (docs/spec/contract.md, 2.1).",
        ),
        REVERT_STORAGE => (
            "a stored value is missing",
            "The contract needs a value that was not set, was taken already, or is not of its type. An entry that may be \
             called early or twice uses `find` or `exists`.",
        ),
        REVERT_TRANSFER => (
            "the contract has too few coins",
            "It was to pay more than it has. Compare with `env::balance()` before `transfer`.",
        ),
        REVERT_COINS => (
            "the entry takes no coins",
            "The call brought some. Send none, or mark the entry as `#[payable]`.",
        ),
        code if code >= REVERT_JUDGE => (
            "a policy is not satisfied",
            "The facts of the call do not satisfy an oracle policy of the contract (docs/spec/oracles.md, 6).",
        ),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::all;

    #[test]
    fn each_code_stands_once_and_says_what_to_do() {
        let codes: BTreeSet<_> = all().map(|entry| entry.code).collect();
        assert_eq!(codes.len(), all().count());
        for entry in all() {
            assert!(entry.text.ends_with('.'), "{}", entry.code);
            assert!(!entry.text.contains("  "), "{}", entry.code);
        }
    }
}
