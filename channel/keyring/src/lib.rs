//! Keys and what is encrypted with them: key files, signers, backups.
