//! The authenticated tree that commits to everything in a channel, its overlay and its witness.
//!
//! ```text
//!   full state (off chain)                    witness (on chain)
//!          o                                         o
//!        /   \                                     /   \
//!       o     o        -- prove(touched) -->      o     #      # = hash only
//!      / \   / \                                 / \
//!     a   b c   d                               a   #
//! ```
//!
//! Both sides of the picture are the same kind of tree and answer through the same trait
//! [`State`]: what a [`Partial`] does not show is [`Missing`], everything else is equal, the root
//! after a change included.

mod node;
mod overlay;
mod tree;
mod witness;

pub use node::Missing;
pub use overlay::{Changes, Checkpoint, Overlay, Read, Touched};
pub use tree::{State, Tree};
pub use witness::{Partial, WitnessError};
