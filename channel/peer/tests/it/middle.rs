//! Someone in the middle, someone else at the other end, someone who has recorded it all (docs/spec/peer.md, 3 and 7).

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use twinroot_peer::{Config, News};
use twinroot_types::Tag;

use crate::noise::{Claim, Hand, hello, static_public};
use crate::proxy::{Proxy, Way, Weather};
use crate::world::{Node, channel_key, identity, noise_secret, quick};

/// Of the messages of a handshake with their lengths, and the first of the session.
const THERE: u64 = 2 + 48 + 2 + 164;
const BACK: u64 = 2 + 196;

#[tokio::test]
async fn who_alters_a_byte_of_the_handshake_gets_no_connection() {
    let config = Config {
        // A length that was made longer is waited for in vain.
        handshake: Duration::from_millis(200),
        ..quick()
    };
    let (mut alice, mut bob) = (
        Node::with(1, config.clone()).await,
        Node::with(2, config).await,
    );
    let way = Proxy::to(bob.address()).await;
    let there = [0, 1, 2, 33, 34, 49, 50, 51, 52, 99, 100, 215, THERE];
    let back = [0, 1, 2, 33, 34, 81, 82, 150, BACK - 1];
    let places = there
        .map(|place| (Way::There, place))
        .into_iter()
        .chain(back.map(|place| (Way::Back, place)));
    let mut is_kept = false;
    for place in places {
        way.set(Weather {
            altered: Some(place),
            ..Weather::default()
        });
        let before = way.connections();
        if !is_kept {
            alice.peers.keep(bob.key, way.address().to_string());
            is_kept = true;
        }
        // One may be under way from before; of the next two one has ended when the other comes.
        way.connected(before + 3).await;
        assert!(
            alice.news.is_empty(),
            "{place:?}: {:?}",
            alice.news.recv().await
        );
        assert!(
            bob.news.is_empty(),
            "{place:?}: {:?}",
            bob.news.recv().await
        );
    }
    way.set(Weather::default());
    alice.until_connected(bob.key).await;
    bob.until_connected(alice.key).await;
}

#[tokio::test]
async fn who_alters_or_cuts_off_a_frame_ends_the_connection_and_the_frame_does_not_arrive() {
    let (mut alice, mut bob) = (Node::start(1).await, Node::start(2).await);
    let way = Proxy::to(bob.address()).await;
    alice.peers.keep(bob.key, way.address().to_string());
    let begin = 2 + 1 + 16;
    for offset in [0, 1, 2, 3, 100, 517] {
        for is_cut in [false, true] {
            // Signs of life may come before the frame: the frame is long, and the place somewhere in it.
            let place = THERE + begin + 1_000 + offset;
            way.set(Weather {
                altered: Some((Way::There, place)).filter(|_| !is_cut),
                ends: Some((Way::There, place)).filter(|_| is_cut),
                ..Weather::default()
            });
            way.cut();
            let why = loop {
                alice.until_connected(bob.key).await;
                bob.until_connected(alice.key).await;
                let _ = alice.peers.send(bob.key, vec![7; 60_000]);
                match bob.next().await {
                    News::Lost { why, .. } if why.contains("without a word") && !is_cut => {}
                    News::Lost { why, .. } => break why,
                    other => panic!("{other:?}"),
                }
            };
            let expected = if is_cut { "without a word" } else { "verify" };
            assert!(why.contains(expected), "{why}");
        }
    }
}

/// Mallory answers in Bob's place. She knows his channel key, and even his certificate; she has another static key.
#[tokio::test]
async fn who_swaps_static_keys_is_found_out() {
    let bob = channel_key(2);
    let mallory = noise_secret(3);
    let certificate_of_bob = bob.sign(Tag::PEER, &static_public(&noise_secret(2)));
    let liars = [
        // Her own certificate.
        Claim::honest(3),
        // His certificate, her static key.
        Claim {
            secret: mallory,
            hello: hello(bob.public(), certificate_of_bob, 1 << 20),
        },
        // His name under her own signature.
        Claim {
            secret: mallory,
            hello: hello(
                bob.public(),
                channel_key(3).sign(Tag::PEER, &static_public(&mallory)),
                1 << 20,
            ),
        },
        // A signature of his of another kind.
        Claim {
            secret: mallory,
            hello: hello(
                bob.public(),
                bob.sign(Tag::READING, &static_public(&mallory)),
                1 << 20,
            ),
        },
        // A hello that is too long.
        Claim {
            secret: noise_secret(2),
            hello: [Claim::honest(2).hello, vec![0]].concat(),
        },
    ];
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut alice = Node::start(1).await;
    let address = listener.local_addr().unwrap();
    alice.peers.keep(bob.public(), address.to_string());
    for liar in liars {
        let (stream, _) = listener.accept().await.unwrap();
        let answered = Hand::answer(stream, bob.public(), &liar).await;
        assert!(answered.is_err(), "alice has told who she is");
    }
    assert!(alice.news.is_empty());
    let (stream, _) = listener.accept().await.unwrap();
    let honest = Hand::answer(stream, bob.public(), &Claim::honest(2)).await;
    let mut honest = honest.unwrap();
    begin(&mut honest, bob.public() > alice.key).await;
    alice.until_connected(bob.public()).await;
}

/// The same the other way round: Mallory dials and says that she is Bob.
#[tokio::test]
async fn who_dials_with_the_certificate_of_another_is_found_out() {
    let mut alice = Node::start(1).await;
    let bob = channel_key(2);
    let certificate_of_bob = bob.sign(Tag::PEER, &static_public(&noise_secret(2)));
    let liar = Claim {
        secret: noise_secret(3),
        hello: hello(bob.public(), certificate_of_bob, 1 << 20),
    };
    let weak = Claim {
        secret: noise_secret(3),
        hello: hello(
            twinroot_abi::PublicKey([0; 32]),
            certificate_of_bob,
            1 << 20,
        ),
    };
    for liar in [liar, weak, Claim::honest(1)] {
        let mut dialed = Hand::dial(alice.address(), alice.key, &liar).await.unwrap();
        drop(dialed.say(&[2]).await);
        assert!(dialed.hear().await.is_err());
    }
    assert!(alice.news.is_empty());
    let mut honest = Hand::dial(alice.address(), alice.key, &Claim::honest(2))
        .await
        .unwrap();
    begin(&mut honest, bob.public() > alice.key).await;
    alice.until_connected(bob.public()).await;
}

/// Who chooses begins; the other one begins in answer.
async fn begin(hand: &mut Hand, chooses: bool) {
    if chooses {
        hand.say(&[2]).await.unwrap();
        assert_eq!(hand.hear().await.unwrap(), [2]);
    } else {
        assert_eq!(hand.hear().await.unwrap(), [2]);
        hand.say(&[2]).await.unwrap();
    }
}

#[tokio::test]
async fn a_node_with_another_key_does_not_answer_at_all() {
    let (alice, bob) = (Node::start(1).await, Node::start(2).await);
    let way = Proxy::to(bob.address()).await;
    alice
        .peers
        .keep(identity(3).key(), way.address().to_string());
    way.connected(3).await;
    assert!(alice.news.is_empty() && bob.news.is_empty());
    assert_eq!(
        way.recorded(Way::Back),
        [],
        "bob has told someone who does not know him"
    );
}

#[tokio::test]
async fn a_recorded_connection_is_of_no_use() {
    let (mut alice, mut bob) = (Node::start(1).await, Node::start(2).await);
    let way = Proxy::to(bob.address()).await;
    alice.peers.keep(bob.key, way.address().to_string());
    alice.until_connected(bob.key).await;
    bob.until_connected(alice.key).await;
    alice.peers.send(bob.key, b"pay".to_vec()).unwrap();
    assert_eq!(bob.frame_of(alice.key).await, b"pay");
    alice.peers.stop().await;
    bob.until_lost(alice.key).await;

    let recorded = way.recorded(Way::There);
    for length in [50, recorded.len()] {
        let mut again = TcpStream::connect(bob.address()).await.unwrap();
        again.write_all(&recorded[..length]).await.unwrap();
        // The second message of another handshake; then, where more came, the end.
        let mut answer = vec![0; 198];
        again.read_exact(&mut answer).await.unwrap();
        assert_ne!(answer, way.recorded(Way::Back)[..198]);
        assert_eq!(again.read(&mut [0; 1]).await.unwrap_or(0), 0);
    }
    assert!(bob.news.is_empty());
}

#[tokio::test]
async fn a_frame_that_is_repeated_swapped_or_left_out_ends_the_connection() {
    let mut bob = Node::start(2).await;
    let alice = channel_key(1).public();
    for order in [[0, 0], [1, 0], [1, 2]] {
        let mut hand = Hand::dial(bob.address(), bob.key, &Claim::honest(1))
            .await
            .unwrap();
        begin(&mut hand, alice > bob.key).await;
        bob.until_connected(alice).await;
        let frames = [b"a", b"b", b"c"].map(|text| hand.seal(&[&[1], &text[..]].concat()));
        for number in order {
            hand.stream.write_all(&frames[number]).await.unwrap();
        }
        if order[0] == 0 {
            assert_eq!(bob.frame_of(alice).await, b"a");
        }
        let lost = bob.next().await;
        assert!(
            matches!(&lost, News::Lost { why, .. } if why.contains("does not verify")),
            "{lost:?}"
        );
    }
}

/// Sealed as it must be, but nothing that the protocol knows.
#[tokio::test]
async fn a_peer_that_breaks_the_rules_is_lost() {
    let mut bob = Node::start(2).await;
    let alice = channel_key(1).public();
    let long = [vec![0], vec![7; twinroot_peer::PIECE]].concat();
    let too_long = vec![long; Config::default().frame_limit / twinroot_peer::PIECE + 1];
    let cases: [(&str, Vec<Vec<u8>>); 7] = [
        ("malformed", vec![vec![]]),
        ("malformed", vec![vec![9]]),
        ("malformed", vec![vec![3, 0]]),
        ("malformed", vec![vec![0, 1, 2]]),
        ("malformed", vec![vec![5, 9]]),
        ("out of order", vec![vec![2]]),
        ("a frame of more than", too_long),
    ];
    for (what, messages) in cases {
        let mut hand = Hand::dial(bob.address(), bob.key, &Claim::honest(1))
            .await
            .unwrap();
        begin(&mut hand, alice > bob.key).await;
        bob.until_connected(alice).await;
        for message in messages {
            drop(hand.say(&message).await);
        }
        let lost = bob.next().await;
        assert!(
            matches!(&lost, News::Lost { why, .. } if why.contains(what)),
            "{what}: {lost:?}"
        );
    }
    // Not even begun.
    let mut hand = Hand::dial(bob.address(), bob.key, &Claim::honest(1))
        .await
        .unwrap();
    hand.say(&[1, 7]).await.unwrap();
    while hand.hear().await.is_ok() {}
    assert!(bob.news.is_empty());
}
