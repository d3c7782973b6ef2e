//! Sealed backups.

use proptest::prelude::*;
use twinroot_keyring::{BackupKey, LocalSigner, OpenSealedError, open_sealed, seal};
use twinroot_types::SecretKey;

fn key(seed: u8) -> BackupKey {
    BackupKey::of(&LocalSigner::new(SecretKey::from_seed(&[seed; 32]))).unwrap()
}

proptest! {
    #[test]
    fn a_backup_comes_back(content in prop::collection::vec(any::<u8>(), 0..20_000)) {
        let sealed = seal(&content, &key(1)).unwrap();
        prop_assert_eq!(open_sealed(&sealed, &key(1)).unwrap(), content);
        prop_assert_eq!(open_sealed(&sealed, &key(2)), Err(OpenSealedError::Sealed));
    }

    #[test]
    fn what_was_changed_anywhere_is_refused(
        content in prop::collection::vec(any::<u8>(), 0..10_000), at: prop::sample::Index, bits in 1_u8.., more in prop::collection::vec(any::<u8>(), 1..20),
    ) {
        let key = key(1);
        let sealed = seal(&content, &key).unwrap();
        let mut changed = sealed.clone();
        changed[at.index(sealed.len())] ^= bits;
        prop_assert!(open_sealed(&changed, &key).is_err());
        prop_assert!(open_sealed(&sealed[..at.index(sealed.len())], &key).is_err());
        prop_assert!(open_sealed(&[sealed, more].concat(), &key).is_err());
    }

    #[test]
    fn any_bytes_are_no_backup(bytes in prop::collection::vec(any::<u8>(), 0..200), honest in any::<bool>()) {
        let bytes = if honest { [b"twinroot.backup\n\x01\0".as_slice(), &bytes].concat() } else { bytes };
        prop_assert!(open_sealed(&bytes, &key(1)).is_err());
    }

    #[test]
    fn contents_of_one_size_class_have_one_length(one in 0_usize..4_000, two in 0_usize..4_000) {
        let key = key(1);
        prop_assert_eq!(seal(&vec![1; one], &key).unwrap().len(), seal(&vec![2; two], &key).unwrap().len());
    }
}

#[test]
fn every_byte_and_every_prefix() {
    let key = key(1);
    let sealed = seal(b"everything of a channel", &key).unwrap();
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert!(open_sealed(&changed, &key).is_err(), "byte {at}");
        assert!(
            open_sealed(&sealed[..at], &key).is_err(),
            "the first {at} bytes"
        );
    }
}

#[test]
fn the_length_tells_little() {
    let key = key(1);
    let sealed = |size: usize| seal(&vec![0; size], &key).unwrap().len();
    let sizes: std::collections::BTreeSet<usize> =
        (0..200).map(|size| sealed(size * 100)).collect();
    assert!(
        sizes.len() < 60,
        "{} of 200 lengths up to 20,000 bytes",
        sizes.len()
    );
    assert!(sealed(100_000) < 107_000);
}

#[test]
fn the_same_content_is_never_sealed_the_same_way() {
    let key = key(1);
    assert_ne!(
        seal(b"state", &key).unwrap()[18..],
        seal(b"state", &key).unwrap()[18..]
    );
}

#[test]
fn other_versions_are_named() {
    let key = key(1);
    let mut sealed = seal(b"state", &key).unwrap();
    sealed[16] = 2;
    assert_eq!(
        open_sealed(&sealed, &key),
        Err(OpenSealedError::Version { version: 2 })
    );
    assert_eq!(
        open_sealed(b"something else", &key),
        Err(OpenSealedError::Foreign)
    );
}

/// docs/spec/encoding.md, 2.3, computed here by hand; a backup of today must open in ten years.
#[test]
fn the_key_is_that_of_the_spec() {
    use chacha20poly1305::aead::{Aead, Payload};
    use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
    use twinroot_types::{Tag, hash};
    let secret = SecretKey::from_seed(&[1; 32]);
    let signature = secret.sign(Tag::BACKUP, b"backup key 1");
    let plain_key = hash(Tag::BACKUP, &[&signature.to_bytes()]);
    let sealed = seal(b"state", &key(1)).unwrap();
    let (head, encrypted) = sealed.split_at(42);
    let nonce: [u8; 24] = head[18..].try_into().unwrap();
    let plain = XChaCha20Poly1305::new((&plain_key).into())
        .decrypt(
            &XNonce::from(nonce),
            Payload {
                msg: encrypted,
                aad: head,
            },
        )
        .unwrap();
    assert_eq!(&plain[..13], b"\x05\0\0\0\0\0\0\0state");
    assert_eq!(plain.len(), 4096);
    assert_eq!(format!("{:?}", key(1)), "BackupKey(..)");
}
