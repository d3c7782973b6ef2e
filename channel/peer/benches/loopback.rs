//! Frames of 500 bytes, about a signed update, over one connection on this machine: encrypted, and the same bytes over plain TCP.

use std::convert::Infallible;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use futures_util::StreamExt;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio_util::codec::{FramedRead, LengthDelimitedCodec};
use twinroot_peer::{Config, Identity, News, Peers};
use twinroot_types::SecretKey;

const FRAMES: usize = 10_000;
const BYTES: usize = 500;
/// What a node writes at a time.
const BATCH: usize = 64 * 1024;

fn frames(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let mut group = criterion.benchmark_group("10,000 frames of 500 bytes over loopback");
    group.throughput(Throughput::Elements(FRAMES as u64));
    group.sample_size(20);
    let (alice, bob, mut news) = runtime.block_on(nodes());
    group.bench_function("encrypted", |bencher| {
        bencher.iter(|| runtime.block_on(encrypted(&alice, &bob, &mut news)));
    });
    let (mut writer, mut reader) = runtime.block_on(plain_pair());
    group.bench_function("plain TCP", |bencher| {
        bencher.iter(|| runtime.block_on(plain(&mut writer, &mut reader)));
    });
    group.finish();
}

/// Two nodes that are connected, and the news of the second.
async fn nodes() -> (Peers, Identity, mpsc::Receiver<News>) {
    let [alice, bob] = [1, 2].map(identity);
    let (of_alice, mut heard) = mpsc::channel(1_024);
    let (of_bob, mut news) = mpsc::channel(1_024);
    let config = Config {
        messages_per_second: u32::MAX,
        listen: Some(([127, 0, 0, 1], 0).into()),
        ..Config::default()
    };
    let server = Peers::start(config.clone(), bob.clone(), of_bob).await;
    let server = server.expect("a free port");
    let client = Peers::start(config, alice, of_alice).await;
    let client = client.expect("a free port");
    let address = server.listening().expect("it listens");
    client.keep(bob.key(), address.to_string());
    heard.recv().await.expect("a connection");
    news.recv().await.expect("a connection");
    // Both run on until the program ends.
    std::mem::forget((server, heard));
    (client, bob, news)
}

fn identity(seed: u8) -> Identity {
    let key = SecretKey::from_seed(&[seed; 32]);
    let sign = |tag, body: &[u8]| Ok::<_, Infallible>(key.sign(tag, body));
    let Ok(identity) = Identity::new([seed; 32], key.public(), sign);
    identity
}

async fn encrypted(alice: &Peers, bob: &Identity, news: &mut mpsc::Receiver<News>) {
    let sending = async {
        for _ in 0..FRAMES {
            while alice.send(bob.key(), vec![7; BYTES]).is_err() {
                tokio::task::yield_now().await;
            }
        }
    };
    let receiving = async {
        for _ in 0..FRAMES {
            news.recv().await.expect("a frame");
        }
    };
    tokio::join!(sending, receiving);
}

async fn plain_pair() -> (TcpStream, FramedRead<TcpStream, LengthDelimitedCodec>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let writer = TcpStream::connect(address).await.expect("it listens");
    let (reader, _) = listener.accept().await.expect("it was dialed");
    writer.set_nodelay(true).expect("a setting");
    let codec = LengthDelimitedCodec::builder()
        .length_field_type::<u16>()
        .new_codec();
    (writer, FramedRead::new(reader, codec))
}

async fn plain(writer: &mut TcpStream, reader: &mut FramedRead<TcpStream, LengthDelimitedCodec>) {
    let sending = async {
        let mut batch = Vec::new();
        for _ in 0..FRAMES {
            batch.extend_from_slice(&(BYTES as u16).to_be_bytes());
            batch.extend_from_slice(&vec![7; BYTES]);
            if batch.len() >= BATCH {
                writer.write_all(&batch).await.expect("it is read");
                batch.clear();
            }
        }
        writer.write_all(&batch).await.expect("it is read");
    };
    let receiving = async {
        for _ in 0..FRAMES {
            reader.next().await.expect("a frame").expect("a frame");
        }
    };
    tokio::join!(sending, receiving);
}

criterion_group!(benches, frames);
criterion_main!(benches);
