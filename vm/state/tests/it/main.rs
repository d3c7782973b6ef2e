//! Laws of the tree, held against a model that is too slow to be wrong.

mod laws;
mod model;
mod refusals;
