//! What must survive: one append-only log in one file, one fsync for all that waits.
