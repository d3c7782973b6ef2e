//! What someone learns who hears everything (docs/spec/peer.md, 7).

use crate::proxy::{Proxy, Way};
use crate::world::{Node, channel_key, identity, noise_secret};

#[tokio::test]
async fn nothing_of_keys_or_frames_is_heard() {
    let (mut alice, mut bob) = (Node::start(1).await, Node::start(2).await);
    let way = Proxy::to(bob.address()).await;
    alice.peers.keep(bob.key, way.address().to_string());
    alice.until_connected(bob.key).await;
    bob.until_connected(alice.key).await;
    let frame = b"pay 1,000 coins to the truck driver, but only if the fish stayed below 4 degrees";
    alice.peers.send(bob.key, frame.to_vec()).unwrap();
    bob.frame_of(alice.key).await;
    bob.peers.send(alice.key, frame.to_vec()).unwrap();
    alice.frame_of(bob.key).await;
    alice.peers.stop().await;
    bob.until_lost(alice.key).await;

    let heard = [way.recorded(Way::There), way.recorded(Way::Back)].concat();
    // Three messages of the handshake, and the frames: more than a test of nothing.
    assert!(heard.len() > 400, "{} bytes", heard.len());
    let secrets = [1, 2].map(|seed| {
        let certified = static_public(seed);
        let signature = channel_key(seed).sign(twinroot_types::Tag::PEER, &certified);
        [
            identity(seed).key().0.to_vec(),
            certified.to_vec(),
            signature.to_bytes().to_vec(),
            noise_secret(seed).to_vec(),
        ]
    });
    let secrets = secrets.into_iter().flatten().chain([frame.to_vec()]);
    for secret in secrets {
        for part in secret.windows(6) {
            assert!(
                !heard.windows(6).any(|heard| heard == part),
                "{part:02x?} was heard"
            );
        }
    }
    for word in ["twinroot", "Noise", "peer"] {
        assert!(
            !heard
                .windows(word.len())
                .any(|heard| heard == word.as_bytes())
        );
    }
}

/// The static key as its owner signs it.
fn static_public(seed: u8) -> [u8; 32] {
    let mut signed = [0; 32];
    let key = channel_key(seed);
    let identity = twinroot_peer::Identity::new(noise_secret(seed), key.public(), |tag, body| {
        signed.copy_from_slice(body);
        Ok::<_, std::convert::Infallible>(key.sign(tag, body))
    });
    assert_eq!(identity.map(|identity| identity.key()), Ok(key.public()));
    signed
}
