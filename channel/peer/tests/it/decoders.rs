//! What holds of every decoder on any bytes. The fuzz targets run the same checks (fuzz/README.md).
//!
//! Each is run on bytes as they come from the network, and on what is sealed under a right key: a peer may seal anything.

use snow::{Builder, HandshakeState, TransportState};
use twinroot_abi::PublicKey;
use twinroot_peer::{Answerer, Dialer, Heard, Identity, Message, Session, pieces};
use twinroot_types::SecretKey;

/// It stops the test, or the fuzz target, where something does not hold of these bytes.
type Check = fn(&[u8]);

/// The check of each fuzz target, by its name.
pub(crate) const DECODERS: [(&str, Check); 2] = [("hello", hello), ("frames", frames)];

/// As a message of a handshake; and as what the second and the third say.
fn hello(bytes: &[u8]) {
    let (alice, bob) = (node(1), node(2));
    assert!(Answerer::answer(&bob, LIMIT, bytes).is_err());
    let (dialer, first) = dial(&alice, bob.key());
    assert!(dialer.finish(bytes).is_err());
    let (answerer, _) = answer(&bob, &first);
    assert!(answerer.finish(bytes).is_err());

    if bytes.len() > MOST_SAID {
        return;
    }
    let (dialer, first) = dial(&alice, bob.key());
    let mut noise = raw(2, &bob.key()).build_responder().expect("a responder");
    let mut said = [0; 1_024];
    noise.read_message(&first, &mut said).expect("the first");
    if dialer.finish(&write(&mut noise, bytes)).is_ok() {
        assert_certified(bytes, &bob);
    }
    let mut noise = raw(1, &bob.key()).build_initiator().expect("an initiator");
    let (answerer, second) = answer(&bob, &write(&mut noise, &[]));
    noise.read_message(&second, &mut said).expect("the second");
    if answerer.finish(&write(&mut noise, bytes)).is_ok() {
        assert_certified(bytes, &alice);
    }
}

/// Whoever gets through says who it is, and its limit, and nothing else.
fn assert_certified(bytes: &[u8], who: &Identity) {
    assert_eq!(bytes.len(), 100);
    assert_eq!(bytes[..32], who.key().0);
}

/// As a message of a session; and as what messages say, each behind its length.
fn frames(bytes: &[u8]) {
    let (mut noise, mut session) = session();
    assert!(session.hear(bytes).is_err());
    let mut rest = bytes;
    let mut frame = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk() {
        let length = usize::from(u16::from_be_bytes(*length)).min(MOST_SEALED);
        let (plain, after) = after.split_at(length.min(after.len()));
        rest = after;
        let message = Message::decode(plain);
        if let Ok(message) = message {
            let mut again = Vec::new();
            message.encode(&mut again);
            assert_eq!(again, plain);
        }
        let mut sealed = vec![0; plain.len() + 16];
        noise.write_message(plain, &mut sealed).expect("a message");
        let Ok(heard) = session.hear(&sealed) else {
            return;
        };
        let message = message.expect("what is heard is well-formed");
        match (heard, message) {
            (Heard::Piece, Message::Piece(_)) => frame.push(plain),
            (Heard::Frame(whole), Message::Last(_)) => {
                frame.push(plain);
                assert!(whole.len() <= LIMIT as usize);
                let again: Vec<_> = pieces(&whole).map(encoded).collect();
                assert!(again == frame, "a frame in another form");
                frame.clear();
            }
            (Heard::Begin, Message::Begin) | (Heard::Alive, Message::Alive) => {}
            (Heard::Alive, Message::Rekey) => noise.rekey_outgoing(),
            (Heard::Bye(heard), Message::Bye(said)) if heard == said => {}
            other => unreachable!("{other:?}"),
        }
    }
}

fn encoded(message: Message<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    message.encode(&mut bytes);
    bytes
}

const LIMIT: u32 = 150_000;
/// What fits into a message of a handshake beside the rest of it.
const MOST_SAID: usize = 512;
/// What fits into a message.
const MOST_SEALED: usize = 65_535 - 16;

/// A session of this room, and what is at its other end.
fn session() -> (TransportState, Session) {
    let (alice, bob) = (node(1), node(2));
    let mut noise = raw(1, &bob.key()).build_initiator().expect("an initiator");
    let (answerer, second) = answer(&bob, &write(&mut noise, &[]));
    noise
        .read_message(&second, &mut [0; 1_024])
        .expect("the second");
    let third = write(&mut noise, &said(&alice, 1));
    let session = answerer.finish(&third).expect("an honest dialer");
    (noise.into_transport_mode().expect("a session"), session)
}

/// What the node of that seed says of itself.
pub(crate) fn said(node: &Identity, seed: u8) -> Vec<u8> {
    let mut signature = Vec::new();
    let key = SecretKey::from_seed(&[seed; 32]);
    let again = Identity::new([seed ^ 0xa5; 32], key.public(), |tag, body| {
        let signed = key.sign(tag, body);
        signature.extend_from_slice(&signed.to_bytes());
        Ok::<_, core::convert::Infallible>(signed)
    });
    drop(again);
    [&node.key().0[..], &signature, &LIMIT.to_be_bytes()].concat()
}

pub(crate) fn node(seed: u8) -> Identity {
    let key = SecretKey::from_seed(&[seed; 32]);
    let signed = |tag, body: &[u8]| Ok::<_, core::convert::Infallible>(key.sign(tag, body));
    let Ok(identity) = Identity::new([seed ^ 0xa5; 32], key.public(), signed);
    identity
}

fn dial(identity: &Identity, peer: PublicKey) -> (Dialer, Vec<u8>) {
    Dialer::start(identity, peer, LIMIT).expect("another's key")
}

fn answer(identity: &Identity, first: &[u8]) -> (Answerer, Vec<u8>) {
    Answerer::answer(identity, LIMIT, first).expect("an honest dialer")
}

/// The Noise of docs/spec/peer.md, 3.1, which may say anything.
fn raw(seed: u8, answerer: &PublicKey) -> Builder<'_> {
    let pattern = "Noise_XXpsk0_25519_ChaChaPoly_BLAKE2s".parse();
    let secret: &[u8] = if seed == 1 {
        &[1 ^ 0xa5; 32]
    } else {
        &[2 ^ 0xa5; 32]
    };
    Builder::new(pattern.expect("a pattern"))
        .prologue(b"twinroot/noise/v1")
        .and_then(|builder| builder.local_private_key(secret))
        .and_then(|builder| builder.psk(0, &answerer.0))
        .expect("each is set once")
}

fn write(noise: &mut HandshakeState, payload: &[u8]) -> Vec<u8> {
    let mut message = vec![0; 1_024];
    let length = noise.write_message(payload, &mut message);
    message.truncate(length.expect("it fits"));
    message
}
