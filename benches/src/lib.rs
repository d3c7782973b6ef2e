//! What is measured: the VM beside plain engines and the machine itself, rounds between two parties,
//! forced steps, restarts, signed readings. The harnesses in `benches/` time it; `twinroot bench` has a short form of
//! what concerns the VM and signed readings.

mod bombs;
mod figure;
mod force;
mod oracles;
mod ours;
mod own;
mod plain;
mod prices;
mod rounds;
mod vm;
mod wasmi_peer;
pub mod workloads;
mod world;

pub use bombs::{Bomb, bombs};
pub use figure::{Figure, compare};
pub use force::{Forced, forced_release};
pub use oracles::{OUT, Readings, thermometer};
pub use ours::Ours;
pub use own::{NoSuccess, Own, own_contract};
pub use plain::{Metering, Plain};
pub use prices::{Priced, Worth, priced, spread};
pub use rounds::{Pair, Work, signature_work};
pub use vm::{GROUPS, Group, HOST_CALLS, host_calls};
pub use wasmi_peer::WasmiPeer;
