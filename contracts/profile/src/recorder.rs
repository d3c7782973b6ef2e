//! Keeps the traces of calls.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use twinroot_host::{Host, Trace};

/// Keeps the trace of each call of the hosts that it listens to, in the order in which they end. Copies of
/// it are the same recorder.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    traces: Arc<Mutex<Vec<Trace>>>,
}

impl Recorder {
    /// The same host, listened to. It has one listener of this kind: the last.
    #[must_use]
    pub fn listen_to(&self, host: Host) -> Host {
        let traces = Arc::clone(&self.traces);
        host.with_tracer(move |trace| {
            traces
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(trace);
        })
    }

    /// What was kept since this was last called.
    #[must_use]
    pub fn take(&self) -> Vec<Trace> {
        let mut traces = self.traces.lock().unwrap_or_else(PoisonError::into_inner);
        mem::take(&mut traces)
    }
}
