//! The API's document and its types.

mod schema;
mod types;
