//! What holds of what a peer's node says to this one, and of channels in files, on any bytes. The fuzz targets run the same
//! checks (fuzz/README.md).

use twinroot_node::{ChannelFile, NodeMessage};

/// It stops the test, or the fuzz target, where something does not hold of these bytes.
type Check = fn(&[u8]);

/// The check of each fuzz target, by its name.
pub(crate) const DECODERS: [(&str, Check); 2] = [("keep", keep), ("channel_file", channel_file)];

/// Bytes that are taken are the one encoding of what they say.
fn keep(bytes: &[u8]) {
    if let Ok(message) = NodeMessage::decode(bytes) {
        assert_eq!(message.frame().get(32..), Some(bytes));
    }
}

/// The same.
fn channel_file(bytes: &[u8]) {
    if let Ok(file) = ChannelFile::decode(bytes) {
        assert_eq!(file.encode(), bytes);
    }
}
