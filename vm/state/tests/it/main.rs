//! Laws of the tree, held against a model that is too slow to be wrong.

#![expect(clippy::unwrap_used, reason = "a test says so by failing")]

mod laws;
mod model;
mod refusals;
