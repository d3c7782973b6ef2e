//! Tests of this room: scripts one by one, faults at every write and every message, and bytes.

mod bytes;
