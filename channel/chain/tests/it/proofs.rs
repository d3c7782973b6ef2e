//! What the hash of a block commits to.

use twinroot_abi::{Amount, Height};
use twinroot_arbiter::LedgerKey;
use twinroot_chain::{Answer, ChainBackend, Proof, ProofError, Query};
use twinroot_types::encode;

use crate::world::{in_memory, key, next, pay, served, submit};

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_holds_for_its_block_and_place_only_and_not_when_it_was_touched() {
    let remote = served(&in_memory()).await;
    let mut blocks = remote.blocks(Height(1));
    submit(&remote, 1, pay(9, 1_234)).await.expect("included");
    remote.mine(1).await.expect("a block");
    // From a source that is trusted, as the node of the user.
    let trusted = next(&mut blocks).await.block;

    let place = LedgerKey::Account(key(9));
    let Ok(Answer::Proof(proof)) = remote.query(Query::Proof(place)).await else {
        panic!("no proof")
    };
    assert_eq!(
        proof.verify(place, trusted),
        Ok(Some(encode(&(Amount(1_234), 0_u64))))
    );
    let Ok(Answer::Proof(absent)) = remote.query(Query::Proof(LedgerKey::Account(key(8)))).await
    else {
        panic!("no proof")
    };
    assert_eq!(
        absent.verify(LedgerKey::Account(key(8)), trusted),
        Ok(None),
        "nobody paid it"
    );

    assert_eq!(
        proof.verify(LedgerKey::Account(key(2)), trusted),
        Err(ProofError::OtherPlace)
    );
    let other = in_memory().stands().expect("a status").block;
    assert_eq!(proof.verify(place, other), Err(ProofError::OtherBlock));
    for at in 0..proof.witness.len() {
        let mut touched = proof.clone();
        touched.witness[at] ^= 1;
        assert!(touched.verify(place, trusted).is_err(), "byte {at}");
    }
    let mut richer: Proof = proof.clone();
    richer.block.app.0[0] ^= 1;
    assert_eq!(richer.verify(place, trusted), Err(ProofError::OtherBlock));
    let mut longer = proof;
    longer.witness.push(0);
    assert!(longer.verify(place, trusted).is_err());
}
