//! Something that went wrong, with what led to it, as short as it can be made.

use twinroot_exec::Execute;

use crate::{Broken, Script};

/// What went wrong, and what led to it.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{broken}; it was reached by\n{script}")]
pub struct Found {
    /// What does not hold.
    pub broken: Broken,
    /// What led to it.
    pub script: Script,
}

impl Found {
    /// The same with as few actions as can be found by leaving some out.
    #[must_use]
    pub fn shrunk(mut self, execute: &dyn Execute) -> Self {
        let mut step = self.script.actions.len().div_ceil(2);
        while step > 0 {
            let mut start = 0;
            let mut shorter_yet = false;
            while start < self.script.actions.len() {
                let mut shorter = self.script.clone();
                let end = (start + step).min(shorter.actions.len());
                shorter.actions.drain(start..end);
                match shorter.replay(execute) {
                    Err(broken) if same_kind(&broken, &self.broken) => {
                        self.broken = broken;
                        self.script = shorter;
                        shorter_yet = true;
                    }
                    _ => start += step,
                }
            }
            if step > 1 || !shorter_yet {
                step /= 2;
            }
        }
        self
    }
}

fn same_kind(one: &Broken, other: &Broken) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}
