//! How sources become a contract, for the programs that build some.
//!
//! ```text
//! Survey -> Toolchain -> Compile -> linked module -> Artifact: module + debug module
//!                           |                            |
//!                       Fingerprint ---------------> BuildRecord
//! ```
//!
//! Sources and toolchain alone decide the bytes: what a user's environment would add is taken out, and
//! paths are mapped away. What the toolchain was stands in the module, so whoever builds it again knows
//! whether the comparison can tell anything.

mod anatomy;
mod artifact;
mod compare;
mod compile;
mod error;
mod fingerprint;
mod project;
mod record;
mod sections;
mod toolchain;

pub use anatomy::{Anatomy, FunctionSize, SectionSize, function_sizes};
pub use artifact::{Artifact, admit, described};
pub use compare::{Difference, first_difference};
pub use compile::Compile;
pub use error::BuildError;
pub use fingerprint::{Fingerprint, Mismatch, Route};
pub use project::Project;
pub use record::{BUILD_SECTION, BuildRecord};
pub use sections::strip;
pub use toolchain::{Compiler, Linker, Missing, Survey, TARGET, Toolchain, cargo, cargo_version};
