//! Four engines that have little in common: an optimising compiler, a single-pass compiler, a portable
//! bytecode, and an interpreter of another family.

mod wasmi;
mod wasmtime;

use std::fmt;
use std::thread;

use crate::Ran;
use crate::host::Input;

/// An engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// wasmtime with Cranelift, as in vm/host.
    Cranelift,
    /// wasmtime with Winch, which compiles in one pass.
    Winch,
    /// wasmtime with the bytecode of Pulley, as in vm/host.
    Pulley,
    /// wasmi: no code in common with the others but the parser.
    Wasmi,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Cranelift, Self::Winch, Self::Pulley, Self::Wasmi];
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Cranelift => "Cranelift",
            Self::Winch => "Winch",
            Self::Pulley => "Pulley",
            Self::Wasmi => "wasmi",
        })
    }
}

/// Compiles metered modules.
trait Compiles: Send + Sync {
    /// The module, ready to run, or what the engine has against it.
    fn compile(&self, metered: &[u8]) -> Result<Box<dyn Runs>, String>;
}

/// Runs entries of one module, each call in an instance of its own (docs/spec/vm.md, 5.5 and 7.4).
trait Runs: Send + Sync {
    /// What is left of the call, or how the machine failed (docs/spec/vm.md, 2.4).
    fn run(&self, entry: &str, input: &Input) -> Result<Ran, String>;
}

/// The four engines.
pub struct Engines([Box<dyn Compiles>; 4]);

impl fmt::Debug for Engines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engines").finish_non_exhaustive()
    }
}

impl Default for Engines {
    fn default() -> Self {
        Self::new()
    }
}

impl Engines {
    /// Sets all of them up.
    #[must_use]
    pub fn new() -> Self {
        Self(Kind::ALL.map(|kind| -> Box<dyn Compiles> {
            match kind {
                Kind::Wasmi => Box::new(wasmi::Interpreter::new()),
                kind => Box::new(wasmtime::Compiler::new(kind)),
            }
        }))
    }

    /// Compiles a metered module on one of them.
    ///
    /// # Errors
    /// What the engine has against it. Of a module that the gate made, that is a finding.
    pub fn compile_on(&self, kind: Kind, metered: &[u8]) -> Result<Ready, String> {
        let compiled = self.0[kind as usize].compile(metered);
        compiled.map(|runs| Ready { kind, runs })
    }

    /// Compiles a metered module on all of them.
    ///
    /// # Panics
    /// Where one of them does not take it: the gate made it, so that is a finding.
    #[must_use]
    pub fn compile(&self, metered: &[u8]) -> Compiled {
        Compiled(Kind::ALL.map(|kind| {
            let compiled = self.compile_on(kind, metered);
            compiled.unwrap_or_else(|why| panic!("{kind} does not take what the gate made: {why}"))
        }))
    }
}

/// A module ready to run on one engine.
pub struct Ready {
    kind: Kind,
    runs: Box<dyn Runs>,
}

impl fmt::Debug for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ready({})", self.kind)
    }
}

impl Ready {
    /// Calls an entry in a fresh instance.
    ///
    /// # Errors
    /// How the machine failed, which is no outcome (docs/spec/vm.md, 2.4).
    pub fn run(&self, entry: &str, input: &Input) -> Result<Ran, String> {
        let ran = self.runs.run(entry, input);
        ran.map_err(|why| format!("{}: {why}", self.kind))
    }
}

/// A module ready to run on each engine.
#[derive(Debug)]
pub struct Compiled([Ready; 4]);

impl Compiled {
    /// Calls an entry on each engine, each time in a fresh instance; all must come to the same.
    ///
    /// # Errors
    /// Where one of them does not: what each came to.
    pub fn run(&self, entry: &str, input: &Input) -> Result<Ran, String> {
        let [first, others @ ..] = &self.0;
        let expected = first.run(entry, input)?;
        for other in others {
            let ran = other.run(entry, input)?;
            if ran != expected {
                return Err(format!(
                    "`{entry}` with {input:?}\n{:>10}: {expected:?}\n{:>10}: {ran:?}",
                    first.kind, other.kind
                ));
            }
        }
        Ok(expected)
    }
}

/// Native stack of an engine for wasm: many times what the metered stack can ask for, so that a proof
/// never ends where the machine does (docs/spec/vm.md, 4.6).
const NATIVE_STACK_BYTES: usize = 64 << 20;

/// Does `work` on a thread with stack enough for what the engines may take of it: wasmtime runs a call
/// on the stack of its caller.
///
/// # Panics
/// Where `work` does.
pub fn with_stack<T: Send>(work: impl Fn() -> T + Sync) -> T {
    on_threads(1, work).remove(0)
}

/// Does `work` on each core, as [`with_stack`].
///
/// # Panics
/// Where `work` does.
pub fn on_each_core<T: Send>(work: impl Fn() -> T + Sync) -> Vec<T> {
    on_threads(thread::available_parallelism().map_or(1, usize::from), work)
}

fn on_threads<T: Send>(count: usize, work: impl Fn() -> T + Sync) -> Vec<T> {
    let work = &work;
    thread::scope(|scope| {
        let begin = |_| {
            let thread = thread::Builder::new().stack_size(NATIVE_STACK_BYTES + (16 << 20));
            thread.spawn_scoped(scope, work).unwrap()
        };
        let threads: Vec<_> = (0..count).map(begin).collect();
        let end = |thread: thread::ScopedJoinHandle<'_, T>| {
            let done = thread.join();
            done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().map(end).collect()
    })
}
