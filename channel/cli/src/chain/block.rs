//! A block that a verb came to.

use std::io::{self, Write};

use serde::Serialize;
use twinroot_client::api::Id;
use twinroot_exec::Env;

use crate::author::output::Report;

/// A block that a verb came to.
#[derive(Serialize)]
pub(super) struct Shown {
    height: u64,
    time_ms: u64,
    block: Id,
}

impl From<Env> for Shown {
    fn from(block: Env) -> Self {
        Self {
            height: block.height.0,
            time_ms: block.time.0,
            block: block.block.into(),
        }
    }
}

impl Report for Shown {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "height {}, block {}", self.height, self.block)
    }
}
