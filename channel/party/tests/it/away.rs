//! A party that was away, or began again, while coins moved (docs/spec/channel.md, 6.5 and 8.2).

use twinroot_party::Record;

use crate::world::{A, B, Do, Pair, pay};

const PROPOSED: &str = "save own 1, sign funding 1, send propose 1";
const ACCEPTED: &str = "save peer's 1, sign funding 1, send accept 1";
const FUNDED: &str = "save funding 1, funded 1, agreed 1";

#[test]
fn a_party_that_began_again_goes_on_with_it() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Deposit(500, 10), PROPOSED),
        (A, Do::Restart, "sign funding 1, send propose 1"),
        (B, Do::Hear, "ask 1"),
        (B, Do::Approve, ACCEPTED),
        (B, Do::Restart, "sign funding 1, send accept 1"),
        (A, Do::Hear, "post funding 1"),
        (A, Do::Restart, "sign funding 1, send propose 1"),
        (A, Do::See, ""),
        (B, Do::Hear, "send accept 1"),
        (A, Do::Hear, "post funding 1"),
        (A, Do::Include, ""),
        (A, Do::See, FUNDED),
        (A, Do::Restart, ""),
        (B, Do::See, FUNDED),
        (
            A,
            Do::Pay(1),
            "illegal: a close, deposit or withdrawal is signed and binds up to height 12",
        ),
        (A, Do::See, ""),
        (A, Do::Blocks(3), ""),
        (A, Do::See, ""),
        (B, Do::See, ""),
    ]);
    pair.assert_same();
    assert!(matches!(
        pair.nodes[0].records.last(),
        Some(Record::Funded(_))
    ));
    pair.agree(A, pay(A, 1_400));
}

/// What it had for expired is there: it was away. It does not need the peer to know that state.
#[test]
fn a_party_that_was_away_finds_it_on_the_ledger() {
    for restart in [false, true] {
        let mut pair = Pair::new();
        pair.see();
        pair.play(&[
            (A, Do::Deposit(500, 10), PROPOSED),
            (B, Do::Hear, "ask 1"),
            (B, Do::Approve, ACCEPTED),
            (A, Do::Hear, "post funding 1"),
        ]);
        pair.play(&[(A, Do::Include, ""), (A, Do::Blocks(30), "")]);
        for side in [A, B] {
            if restart {
                pair.act(side, Do::Restart).unwrap();
            }
            let words = pair.act(side, Do::See).unwrap().join(", ");
            assert!(words.ends_with(&format!("unfunded, {FUNDED}")), "{words}");
            pair.node(side).sent.clear();
        }
        pair.assert_same();
        pair.play(&[(A, Do::Blocks(3), "")]);
        pair.see();
        pair.agree(A, pay(A, 1_400));
    }
}
