//! Models of the protocol, searched to the end with stateright.
//!
//! An honest party on either side, a peer that does anything but forge, a ledger with blocks and a
//! fork (system.rs). Numbers are small; signatures, messages and what a contract computes are
//! left out, because they are checked elsewhere. Fundings have a model of their own (funding).
//!
//! | file | |
//! |---|---|
//! | `rules.rs` | the rules as switches, and how far a search goes |
//! | `coins.rs` `ledger.rs` `party.rs` | what moves, the ledger's rules, what the party knows and signs |
//! | `system.rs` `acts.rs` | the world and its steps; what can be done in it |
//! | `properties.rs` | what holds always, what is reached at some time |
//! | `searches.rs` | the protocol as it is |
//! | `broken.rs` | each rule broken alone, and the property that notices |
//! | `checker.rs` | how a search is run, and what it says |
//!
//! ```sh
//! cargo test --release -p twinroot-sim --test model -- --nocapture
//! TWINROOT_MODEL=deep cargo test --release -p twinroot-sim --test model -- --nocapture
//! ```
//!
//! Both say how many worlds each search met, and show the way to each counterexample. The ordinary
//! searches take half a minute on one core, the deep ones 5 minutes and 1.5 GB. Worlds, in thousands:
//!
//! | search | ordinary | deep | the deep one has |
//! |---|---|---|---|
//! | payments | 661 | 3,862 | 4 rounds instead of 3 |
//! | payments and a fork | 2,801 | 12,542 | steps forced before a close |
//! | an escrow | 96 | 338 | 4 rounds instead of 3 |
//! | an escrow and a fork | 290 | 2,473 | 3 rounds instead of 2, blocks seen as a whole |
//! | an escrow and payments | 422 | 2,238 | 3 rounds instead of 2 |
//! | an escrow with a deadline | 89 | 89 | |
//! | a mutual close | 225 | 1,834 | 3 rounds instead of 2, blocks seen as a whole |
//! | a mutual close and a fork | 701 | 4,841 | 2 rounds instead of 1 |
//! | time | 138 | 570 | 3 rounds instead of 2 |
//! | nonsense | 250 | 893 | 3 rounds instead of 2 |
//! | fundings | 198 | 3,398 | 4 rounds instead of 3, 2 fundings |

mod acts;
mod broken;
mod checker;
mod coins;
mod funding;
mod ledger;
mod party;
mod properties;
mod rules;
mod searches;
mod system;
