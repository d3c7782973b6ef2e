//! A party in each of its states, really brought there.

use std::ops::Bound;

use twinroot_abi::Height;
use twinroot_party::{Input, Source};
use twinroot_wire::Leaf;

use crate::world::{A, B, Chain, Do, Node, Pair, call, create, deposit, pay};

/// A party and what is around it.
pub(crate) struct Scene {
    pub(crate) node: Node,
    pub(crate) peer: Node,
    pub(crate) chain: Chain,
}

impl Scene {
    fn of(pair: Pair) -> Self {
        let Pair { nodes, chain } = pair;
        let [node, peer] = nodes;
        Self { node, peer, chain }
    }

    /// All leaves of the peer's newest state.
    pub(crate) fn leaves(&self) -> Vec<Leaf> {
        let leaves = self.peer.party.state().leaves_from(Bound::Unbounded);
        leaves
            .map(|(key, value)| Leaf {
                key,
                value: value.to_vec(),
            })
            .collect()
    }
}

type Build = fn() -> Scene;

pub(crate) const SCENES: [(&str, Build); 17] = [
    ("free", free),
    ("signing its own step", signing_own),
    ("signing the peer's step", signing_peers),
    ("signing a close", signing_close),
    ("proposed", proposed),
    ("proposed and taken back", taken_back),
    ("asked about a step", asked),
    ("asked about a close", asked_close),
    ("bound by a close", bound_by_close),
    ("bound by a deposit", bound_by_funding),
    ("deposit carried out", funded),
    ("forcing", forcing),
    ("closing", closing),
    ("behind", behind),
    ("doubtful", doubtful),
    ("frozen", frozen),
    ("closed", closed),
];

/// Two parties at round 2, of which the ledger knows round 1.
fn pair() -> Pair {
    let mut pair = Pair::new();
    (0..3).for_each(|_| pair.chain.block());
    pair.see();
    pair.agree(A, create());
    pair.act(A, Do::Snapshot).unwrap();
    pair.include(A).unwrap();
    pair.chain.block();
    pair.see();
    pair.agree(A, call(100, &[]));
    pair.node(A).sent.clear();
    pair
}

fn after(input: Input) -> Scene {
    let mut pair = pair();
    pair.node(A).say(input);
    Scene::of(pair)
}

fn free() -> Scene {
    Scene::of(pair())
}

fn signing_own() -> Scene {
    let mut pair = pair();
    pair.node(A).slow_signer = true;
    pair.node(A).say(Input::Propose(pay(A, 10)));
    Scene::of(pair)
}

fn signing_peers() -> Scene {
    let mut scene = asked();
    scene.node.slow_signer = true;
    scene.node.approve().unwrap();
    scene
}

fn signing_close() -> Scene {
    let mut pair = pair();
    pair.node(A).slow_signer = true;
    let expiry = Height(9);
    pair.node(A).say(Input::ProposeClose { expiry });
    Scene::of(pair)
}

fn proposed() -> Scene {
    after(Input::Propose(pay(A, 10)))
}

fn taken_back() -> Scene {
    let mut scene = proposed();
    scene.node.say(Input::Cancel);
    scene
}

fn asked() -> Scene {
    let mut pair = pair();
    pair.node(B).say(Input::Propose(pay(B, 10)));
    pair.deliver(A).unwrap();
    Scene::of(pair)
}

fn asked_close() -> Scene {
    let mut pair = pair();
    let expiry = Height(9);
    pair.node(B).say(Input::ProposeClose { expiry });
    pair.deliver(A).unwrap();
    Scene::of(pair)
}

fn bound_by_close() -> Scene {
    let expiry = Height(9);
    after(Input::ProposeClose { expiry })
}

fn bound_by_funding() -> Scene {
    after(Input::Propose(deposit(A, 500, 9)))
}

fn funded() -> Scene {
    let mut pair = pair();
    pair.node(A).say(Input::Propose(deposit(A, 500, 9)));
    pair.deliver(B).unwrap();
    pair.node(B).approve().unwrap();
    pair.deliver(A).unwrap();
    pair.include(A).unwrap();
    pair.see();
    Scene::of(pair)
}

fn forcing() -> Scene {
    after(Input::Force(pay(A, 10)))
}

fn closing() -> Scene {
    let mut pair = pair();
    pair.act(B, Do::CloseSolo).unwrap();
    pair.include(B).unwrap();
    pair.see();
    Scene::of(pair)
}

fn behind() -> Scene {
    let mut pair = pair();
    let old = pair.nodes[0].clone();
    pair.agree(B, pay(B, 1));
    pair.nodes[0] = old;
    pair.act(B, Do::Connected).unwrap();
    pair.deliver(A).unwrap();
    Scene::of(pair)
}

fn doubtful() -> Scene {
    let mut scene = free();
    let records = scene.node.records.clone();
    scene.node.restart_with(Source::Backup { salt: 3 }, records);
    scene.node.see(&scene.chain).unwrap();
    scene
}

fn frozen() -> Scene {
    let mut scene = proposed();
    scene.node.say(Input::WriteFailed);
    scene
}

fn closed() -> Scene {
    let mut scene = free();
    scene.node.say(Input::Ledger(None));
    scene
}
