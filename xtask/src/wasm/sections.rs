//! Strips a module of what is not code: names, producers and the like.
//!
//! ```text
//! magic 4 bytes | version 4 bytes | sections
//! section = id u8 | size LEB128 | body;  id 0 is custom: body = name length LEB128 | name | content
//! ```

use anyhow::{Context, Result, ensure};

const MAGIC: &[u8] = b"\0asm\x01\0\0\0";
const CUSTOM: u8 = 0;
/// The one custom section that is part of a contract (docs/spec/oracles.md, 5).
const KEPT: &[u8] = b"twinroot.policy";

/// The module without its custom sections, except that of the policies.
pub(super) fn strip(module: &[u8]) -> Result<Vec<u8>> {
    let mut rest = module
        .strip_prefix(MAGIC)
        .context("it does not begin as one")?;
    let mut stripped = MAGIC.to_vec();
    while let Some((&id, after_id)) = rest.split_first() {
        let (size, body_on) = length(after_id)?;
        let (body, next) = body_on
            .split_at_checked(size)
            .context("a section ends too late")?;
        if id != CUSTOM || name(body)? == KEPT {
            stripped.extend_from_slice(&rest[..rest.len() - next.len()]);
        }
        rest = next;
    }
    Ok(stripped)
}

fn name(body: &[u8]) -> Result<&[u8]> {
    let (size, rest) = length(body)?;
    rest.get(..size).context("a section's name ends too late")
}

/// A length at the beginning of `bytes`, and what follows it.
fn length(bytes: &[u8]) -> Result<(usize, &[u8])> {
    let mut value = 0;
    for (place, byte) in bytes.iter().enumerate() {
        ensure!(place < 5, "a length takes more than five bytes");
        value |= usize::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Ok((value, &bytes[place + 1..]));
        }
    }
    anyhow::bail!("a length does not end")
}

#[cfg(test)]
mod tests {
    use super::{MAGIC, strip};

    fn module(sections: &[&[u8]]) -> Vec<u8> {
        [MAGIC, &sections.concat()].concat()
    }

    const TYPES: &[u8] = b"\x01\x01\0";
    const NAMES: &[u8] = b"\0\x06\x04name\0";
    const POLICY: &[u8] = b"\0\x12\x0ftwinroot.policy\x01\0";

    #[test]
    fn keeps_code_and_policies() {
        let linked = module(&[NAMES, TYPES, POLICY, NAMES]);
        assert_eq!(strip(&linked).unwrap(), module(&[TYPES, POLICY]));
    }

    #[test]
    fn reads_lengths_of_more_than_a_byte() {
        let long = [b"\0\x85\x01\x04name".as_slice(), &[0; 128]].concat();
        assert_eq!(strip(&module(&[&long, TYPES])).unwrap(), module(&[TYPES]));
    }

    #[test]
    fn refuses_what_is_no_module() {
        for broken in [
            b"".to_vec(),
            b"\0asm".to_vec(),
            module(&[b"\x01\x02\0"]),
            module(&[b"\x01\x80"]),
        ] {
            assert!(strip(&broken).is_err());
        }
    }
}
