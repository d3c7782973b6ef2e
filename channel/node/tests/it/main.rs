//! The node, as those who ask it know it.

#![expect(clippy::unwrap_used, reason = "a test says so by failing")]

mod api;
