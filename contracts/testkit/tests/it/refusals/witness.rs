//! A witness shows what the step touches, and nothing else.

use serde::{Deserialize, Serialize};
use twinroot_abi::{ContractId, Gas, Hash, Root};
use twinroot_arbiter::{Refutation, Rejected};
use twinroot_exec::{CoinsError, Halt, StateKey};
use twinroot_rules::Refused;
use twinroot_state::{Missing, Touched, WitnessError};
use twinroot_testkit::ballast;
use twinroot_types::{Limits, Tag, decode, encode, hash};
use twinroot_wire::{Action, Force, Operation};

use super::paths::honest;
use super::sale::Sale;
use super::world::{BOB, refuted, rejected_action, would_be_included};

/// A node of a witness, as docs/spec/state.md, 4, lays it out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Entry {
    Opaque(Hash),
    Branch(u8),
    Leaf(Hash, Vec<u8>),
    Hashed(Hash, Hash),
}

/// Slots beside the sale, so that there are branches which the release does not open.
const SLOTS: u32 = 60;

struct Release {
    sale: Sale,
    force: Force,
    touched: Touched,
    gas: Gas,
}

impl Release {
    fn new() -> Self {
        let sale = Sale::beside(SLOTS);
        let release = sale.honest_release();
        let (force, touched, gas) = honest(&sale.world, BOB, vec![release]);
        would_be_included(&sale.world, BOB, Action::Force(force.clone()));
        Self {
            sale,
            force,
            touched,
            gas,
        }
    }

    fn with(&self, witness: Vec<u8>) -> Action {
        Action::Force(Force {
            witness,
            ..self.force.clone()
        })
    }

    fn prove(&self, touched: &Touched) -> Vec<u8> {
        self.sale.world.position().unwrap().state.prove(touched)
    }

    fn gas_limit(&self) -> Gas {
        match &self.force.update.operations[..] {
            [Operation::Call(call)] => call.gas,
            other => panic!("expected one call: {other:?}"),
        }
    }
}

#[test]
fn a_witness_with_one_byte_changed_is_of_another_state_or_of_none() {
    let mut release = Release::new();
    let expected = release.sale.world.position().unwrap().commitment.state_root;
    let witness = release.force.witness.clone();
    let mut of_another_state = 0;
    for place in 0..witness.len() {
        let mut changed = witness.clone();
        changed[place] ^= 1;
        let action = release.with(changed);
        match rejected_action(&mut release.sale.world, BOB, action) {
            Rejected::WitnessRoot {
                expected: root,
                shown,
            } => {
                assert!(root == expected && shown != expected);
                of_another_state += 1;
            }
            Rejected::Witness(_) => {}
            other => panic!("byte {place}: {other}"),
        }
    }
    // All but the numbers that say what follows: a kind for each node, a bit or a length for some.
    let entries: Vec<Entry> = decode(&witness, Limits::V1.witness_bytes).unwrap();
    assert!(
        of_another_state >= witness.len() - 3 * entries.len() - 2,
        "{of_another_state}"
    );
}

#[test]
fn a_witness_that_lacks_one_node_refutes_the_step() {
    let mut release = Release::new();
    let keys: Vec<Hash> = release.touched.read.iter().copied().collect();
    assert!(keys.len() >= 5, "balances, header and two slots");
    let mut tried = [0, 0];
    for key in keys {
        let mut fewer = release.touched.clone();
        fewer.read.remove(&key);
        fewer.written.remove(&key);
        let witness = release.prove(&fewer);
        assert_ne!(witness, release.force.witness);
        let action = release.with(witness);
        let (refutation, gas) = refuted(&mut release.sale.world, BOB, action);
        match refutation {
            Refutation::Refused(Refused::Coins {
                operation: 0,
                error: CoinsError::Missing(missing),
            }) => {
                assert_eq!((missing.0, gas), (key, Gas::ZERO), "before the call");
                tried[0] += 1;
            }
            Refutation::Refused(Refused::Halted {
                operation: 0,
                error: Halt::Missing(missing),
            }) => {
                assert_eq!((missing.0, gas), (key, release.gas_limit()), "in the call");
                tried[1] += 1;
            }
            other => panic!("expected a missing node: {other}"),
        }
    }
    assert!(tried[0] >= 3 && tried[1] >= 2, "{tried:?}");
}

#[test]
fn a_witness_that_hides_the_value_of_a_leaf_refutes_the_step() {
    let mut release = Release::new();
    let slot = StateKey::Slot(release.sale.escrow, &1u32.to_le_bytes()).hash();
    let mut entries: Vec<Entry> = decode(&release.force.witness, Limits::V1.witness_bytes).unwrap();
    for entry in &mut entries {
        if let Entry::Leaf(key, value) = entry
            && *key == slot
        {
            *entry = Entry::Hashed(slot, Hash(hash(Tag::VALUE, &[value])));
        }
    }
    let action = release.with(encode(&entries));
    let (refutation, gas) = refuted(&mut release.sale.world, BOB, action);
    let missing = Halt::Missing(Missing(slot));
    assert_eq!(
        refutation,
        Refutation::Refused(Refused::Halted {
            operation: 0,
            error: missing
        })
    );
    assert_eq!(gas, release.gas_limit());
}

#[test]
fn a_witness_with_one_node_too_many_refutes_the_step_for_its_full_price() {
    let mut release = Release::new();
    let mut more = release.touched.clone();
    assert!(more.read.insert(StateKey::Counter.hash()));
    let action = release.with(release.prove(&more));
    let (refutation, gas) = refuted(&mut release.sale.world, BOB, action);
    assert_eq!(refutation, Refutation::Witness(WitnessError::Surplus));
    assert_eq!(gas, release.gas, "the step was carried out and is paid for");
}

#[test]
fn a_branch_over_two_nodes_that_are_not_shown_is_rejected() {
    let mut release = Release::new();
    let slots = (0..u64::from(SLOTS)).map(|index| {
        let ballast = ballast_contract(&release.sale);
        StateKey::Slot(ballast, &ballast::key(index)).hash()
    });
    // A slot beside a node that the release does not open either: their branch shows nothing.
    let (more, witness) = slots
        .filter_map(|slot| {
            let mut more = release.touched.clone();
            more.read.insert(slot);
            let more = release.prove(&more);
            let hidden = hide_beside_opaque(&more, slot)?;
            Some((more, hidden))
        })
        .next()
        .unwrap();
    let shown = release.with(more);
    let (refutation, _) = refuted(&mut release.sale.world, BOB, shown);
    assert_eq!(
        refutation,
        Refutation::Witness(WitnessError::Surplus),
        "the same branch with its leaf shown"
    );
    let action = release.with(witness);
    assert_eq!(
        rejected_action(&mut release.sale.world, BOB, action),
        Rejected::Witness(WitnessError::Surplus)
    );
}

fn ballast_contract(sale: &Sale) -> ContractId {
    let channel = sale.world.channel().unwrap();
    ContractId(hash(Tag::CONTRACT, &[&channel.0, &0u64.to_le_bytes()]))
}

/// The witness with the leaf of `slot` replaced by its hash, if nothing is shown beside it.
fn hide_beside_opaque(witness: &[u8], slot: Hash) -> Option<Vec<u8>> {
    let mut entries: Vec<Entry> = decode(witness, Limits::V1.witness_bytes).unwrap();
    let place = entries
        .iter()
        .position(|entry| matches!(entry, Entry::Leaf(key, _) if *key == slot))?;
    let opaque = |entry: Option<&Entry>| matches!(entry, Some(Entry::Opaque(_)));
    let branch = |entry: Option<&Entry>| matches!(entry, Some(Entry::Branch(_)));
    let left = branch(entries.get(place - 1)) && opaque(entries.get(place + 1));
    let right = opaque(entries.get(place - 1)) && branch(entries.get(place - 2));
    if !left && !right {
        return None;
    }
    let Entry::Leaf(key, value) = &entries[place] else {
        return None;
    };
    let value = hash(Tag::VALUE, &[value]);
    entries[place] = Entry::Opaque(Hash(hash(Tag::LEAF, &[&key.0, &value])));
    Some(encode(&entries))
}

#[test]
fn nodes_after_the_tree_are_no_witness() {
    let mut release = Release::new();
    let mut entries: Vec<Entry> = decode(&release.force.witness, Limits::V1.witness_bytes).unwrap();
    entries.push(Entry::Opaque(Hash([7; 32])));
    let action = release.with(encode(&entries));
    assert_eq!(
        rejected_action(&mut release.sale.world, BOB, action),
        Rejected::Witness(WitnessError::Shape)
    );
}

#[test]
fn a_predicted_root_that_is_wrong_refutes_the_step_for_its_full_price() {
    let mut release = Release::new();
    let reached = release.force.predicted;
    let base = release.sale.world.position().unwrap().commitment.state_root;
    for predicted in [Root([7; 32]), base] {
        let action = Action::Force(Force {
            predicted,
            ..release.force.clone()
        });
        let (refutation, gas) = refuted(&mut release.sale.world, BOB, action);
        assert_eq!(refutation, Refutation::Root { predicted, reached });
        assert_eq!(gas, release.gas);
    }
}
