//! Tests of this room: rules one by one, laws as properties, vectors, and a real thermometer.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may stop a test as tests may"
)]

mod any;
mod buoy;
mod choice;
mod corpus;
mod decoders;
mod devices;
mod duration;
mod equivocation;
mod fresh;
mod laws;
mod max_gap;
mod median;
mod one_key;
mod response;
mod rules;
mod run;
mod second_opinion;
mod select;
mod signer;
mod slots;
mod spec;
mod stock;
mod vectors;
mod world;
