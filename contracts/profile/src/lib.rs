//! Where the gas of a call goes, and where it stopped.
//!
//! ```text
//! Host --with_tracer--> Recorder --take--> Trace ---\
//!                                                     Profile --> split, folded stacks, flame graph,
//! module with names and DWARF --> DebugModule ------/             host calls, source lines, stop
//! ```
//!
//! Nothing is sampled. The call is run again by `vm/reference`, which pays by the charge table of
//! docs/spec/vm.md instruction for instruction, and is told by the trace what the host said. Both runs must
//! agree in each host call, in the gas before it, in the end and in the gas of the whole; a profile that
//! would not is an error.
//!
//! A charge is counted for the instruction that it pays for, be that carried out or not: a call that stops
//! in the middle of a straight piece of code has paid for all of the piece. What is paid in advance for
//! branches counts for the instruction that parts the ways.

mod category;
mod code;
mod debug;
mod error;
mod flame;
mod host_call;
mod profile;
mod recorder;
mod replay;
mod source;
mod split;
mod stacks;
mod tally;
mod told;

pub use category::Category;
pub use debug::DebugModule;
pub use error::ProfileError;
pub use flame::flame_graph;
pub use host_call::{Argument, HostCall, Value};
pub use profile::Profile;
pub use recorder::Recorder;
pub use source::{SourceFrame, SourceLine};
pub use split::Split;
pub use told::ToldCall;
