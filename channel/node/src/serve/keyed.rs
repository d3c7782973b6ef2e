//! Keys of calls.

use twinroot_client::Failure;

use super::codes;

/// Characters of a key, at most: keys are kept with the answers.
const KEY_LENGTH: usize = 128;

/// Whether the key of a call is one. Without it, a call that is asked for again would be done twice.
pub(super) fn check(key: &str) -> Result<(), Failure> {
    if (1..=KEY_LENGTH).contains(&key.len()) {
        return Ok(());
    }
    Err(Failure {
        code: codes::KEY,
        message: format!("the key of a call has 1 to {KEY_LENGTH} bytes, this one {}", key.len()),
        todo: "Give each call a key of its own, such as 16 random bytes in hex, and the same key where you ask for it again.".to_owned(),
    })
}
