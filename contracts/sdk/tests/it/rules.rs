//! What the attributes accept, and what they refuse with which words. Each rule has a file in tests/refused, and
//! beside it what the compiler says. Where the words are the compiler's own, they are those of the Rust version that
//! Cargo.toml names. `TRYBUILD=overwrite cargo test -p twinroot-sdk` writes them again; look at the diff.

use trybuild::TestCases;

#[test]
fn the_whole_grammar_is_accepted() {
    TestCases::new().pass("tests/accepted/*.rs");
}

// By themselves, without a case that passes, all are compiled at once.
#[test]
fn a_broken_rule_is_named_with_what_mends_it() {
    TestCases::new().compile_fail("tests/refused/*.rs");
}
