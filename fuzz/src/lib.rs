//! What the fuzz targets run: the checks of the rooms' own tests, and a bound on memory.

mod heap;

#[path = "../../oracles/feed/tests/it/decoders.rs"]
mod feed;
#[path = "../../channel/keyring/tests/it/decoders.rs"]
mod keyring;
#[path = "../../channel/node/tests/it/decoders.rs"]
mod node;
#[path = "../../channel/peer/tests/it/decoders.rs"]
mod peer;
#[path = "../../channel/rpc/tests/it/decoders.rs"]
mod rpc;
#[path = "../../channel/wire/tests/it/decoders.rs"]
mod wire;
#[path = "../../channel/rules/tests/it/witness.rs"]
mod witness;

/// Runs the check of that target. It stops the program where the check does not hold, or where it
/// takes more memory than bytes of that number may cost.
pub fn check(target: &str, bytes: &[u8]) {
    let (_, check) = wire::DECODERS
        .into_iter()
        .chain([witness::DECODER])
        .chain(feed::DECODERS)
        .chain(peer::DECODERS)
        .chain(rpc::DECODERS)
        .chain(keyring::DECODERS)
        .chain(node::DECODERS)
        .find(|(name, _)| *name == target)
        .expect("each target has a check of its name");
    let peak = heap::peak_of(|| check(bytes));
    let most = heap::most_for(bytes.len());
    assert!(
        peak <= most,
        "{peak} bytes of memory for {} bytes",
        bytes.len()
    );
}
