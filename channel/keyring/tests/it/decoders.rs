//! What holds of what comes back from a peer that keeps a backup, on any bytes. The fuzz target runs the same check
//! (fuzz/README.md).

use twinroot_keyring::{BackupKey, LocalSigner, open_sealed, seal};
use twinroot_types::SecretKey;

/// It stops the test, or the fuzz target, where something does not hold of these bytes.
type Check = fn(&[u8]);

/// The check of each fuzz target, by its name.
pub(crate) const DECODERS: [(&str, Check); 1] = [("sealed", sealed)];

/// Nobody else has made it: bytes from anywhere are never opened. What was sealed comes back; changed in any byte it does not.
fn sealed(bytes: &[u8]) {
    let signer = LocalSigner::new(SecretKey::from_seed(&[7; 32]));
    let key = BackupKey::of(&signer).expect("a key");
    assert!(open_sealed(bytes, &key).is_err());
    let mut sealed = seal(bytes, &key).expect("not too long");
    assert_eq!(open_sealed(&sealed, &key).expect("it was sealed"), bytes);
    let place = bytes.iter().fold(0, |place, byte| {
        (place * 31 + usize::from(*byte)) & 0xff_ffff
    }) % sealed.len();
    sealed[place] ^= 1;
    assert!(open_sealed(&sealed, &key).is_err());
}
