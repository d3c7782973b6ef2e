//! Nodes that meet: over real sockets, and as bytes.

mod corpus;
mod decoders;
mod flood;
mod heal;
mod limits;
mod meet;
mod middle;
mod namespaces;
mod noise;
mod pair;
mod proxy;
mod recorded;
mod session;
mod world;
