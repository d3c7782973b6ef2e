//! What holds of what a peer's node says to this one, on any bytes. The fuzz target runs the same check (fuzz/README.md).

use twinroot_node::NodeMessage;

/// It stops the test, or the fuzz target, where something does not hold of these bytes.
type Check = fn(&[u8]);

/// The check of each fuzz target, by its name.
pub(crate) const DECODERS: [(&str, Check); 1] = [("keep", keep)];

/// Bytes that are taken are the one encoding of what they say.
fn keep(bytes: &[u8]) {
    if let Ok(message) = NodeMessage::decode(bytes) {
        assert_eq!(message.frame().get(32..), Some(bytes));
    }
}
