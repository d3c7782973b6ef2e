//! The ledger that follows from a log.

use twinroot_exec::Execute;

use crate::error::FileError;
use crate::log::{Line, Log, Outline};
use crate::state::State;

/// How far a log was carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Blocks that were made.
    pub blocks: u64,
    /// All of them.
    pub all: u64,
}

/// Carries out all lines that count.
pub(crate) fn replay(
    log: &Log,
    outline: &Outline,
    execute: &dyn Execute,
    progress: &mut dyn FnMut(Progress),
) -> Result<State, FileError> {
    let mut state = State::new(log.genesis()?)?;
    let all = outline.blocks();
    let mut blocks = 0;
    for line in log.lines() {
        let (number, line) = line?;
        if !outline.counts(number) {
            continue;
        }
        let diverged = |why: String| FileError::Diverged { line: number, why };
        match line {
            Line::Begin(_) | Line::Snapshot(_) | Line::Rollback(_) => {}
            Line::Transaction(bytes) => {
                state
                    .include(&bytes, execute)
                    .map_err(|rejected| diverged(rejected.to_string()))?;
            }
            Line::Block { time, hash } => {
                let block = state.advance(time).block;
                if block != hash {
                    return Err(diverged(format!("{block}, not {hash}")));
                }
                blocks += 1;
                progress(Progress { blocks, all });
            }
        }
    }
    state.snapshots = outline.snapshots.iter().cloned().collect();
    state.replaced = outline.replaced.iter().copied().collect();
    Ok(state)
}
