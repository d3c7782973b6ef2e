//! TCP with lengths in front of messages, and the handshake over it.

use std::io;

use futures_util::StreamExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio_util::bytes::BytesMut;
use tokio_util::codec::{FramedRead, LengthDelimitedCodec};
use twinroot_abi::PublicKey;

use super::error::Ended;
use crate::{Answerer, Dialer, HANDSHAKE_MESSAGE_LIMIT, Identity, Session};

/// A connection that messages travel on.
pub(super) struct Transport {
    pub(super) reader: Reader,
    pub(super) writer: OwnedWriteHalf,
}

/// Takes the lengths off.
pub(super) struct Reader(FramedRead<OwnedReadHalf, LengthDelimitedCodec>);

impl Transport {
    pub(super) fn new(stream: TcpStream) -> io::Result<Self> {
        // A message is to leave at once: the peer waits for it.
        stream.set_nodelay(true)?;
        let (reader, writer) = stream.into_split();
        let codec = LengthDelimitedCodec::builder()
            .length_field_type::<u16>()
            .max_frame_length(HANDSHAKE_MESSAGE_LIMIT)
            .new_codec();
        let reader = Reader(FramedRead::new(reader, codec));
        Ok(Self { reader, writer })
    }

    /// Shakes hands with whoever was dialed.
    pub(super) async fn dial(
        &mut self,
        identity: &Identity,
        peer: PublicKey,
        frame_limit: u32,
    ) -> Result<Session, Ended> {
        let (dialer, first) = Dialer::start(identity, peer, frame_limit)?;
        self.write(&first).await?;
        let second = match self.reader.next().await {
            Err(Ended::Cut) => return Err(Ended::NotAnswered),
            second => second?,
        };
        let (session, third) = dialer.finish(&second)?;
        self.write(&third).await?;
        self.reader.shaken();
        Ok(session)
    }

    /// Shakes hands with whoever has connected.
    pub(super) async fn answer(
        &mut self,
        identity: &Identity,
        frame_limit: u32,
    ) -> Result<Session, Ended> {
        let first = self.reader.next().await?;
        let (answerer, second) = Answerer::answer(identity, frame_limit, &first)?;
        self.write(&second).await?;
        let session = answerer.finish(&self.reader.next().await?)?;
        self.reader.shaken();
        Ok(session)
    }

    async fn write(&mut self, message: &[u8]) -> io::Result<()> {
        let length = u16::try_from(message.len()).map_err(io::Error::other)?;
        let bytes = [&length.to_be_bytes(), message].concat();
        self.writer.write_all(&bytes).await
    }
}

impl Reader {
    /// The next message. Nothing is lost where this is dropped before it is ready.
    pub(super) async fn next(&mut self) -> Result<BytesMut, Ended> {
        match self.0.next().await {
            Some(Ok(message)) => Ok(message),
            // Reset by the peer's system, or ended within a message, which is of the kind `Other`.
            Some(Err(error))
                if matches!(
                    error.kind(),
                    io::ErrorKind::ConnectionReset | io::ErrorKind::Other
                ) =>
            {
                Err(Ended::Cut)
            }
            Some(Err(error)) => Err(error.into()),
            None => Err(Ended::Cut),
        }
    }

    /// From now on messages may have any length that the two bytes can say.
    fn shaken(&mut self) {
        self.0
            .decoder_mut()
            .set_max_frame_length(usize::from(u16::MAX));
    }
}
