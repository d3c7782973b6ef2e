//! Compiled contracts, kept by code hash: the newest in memory, all in a folder if there is one.
//!
//! What is in it changes the speed of a call and nothing else.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use lru::LruCache;
use twinroot_abi::CodeHash;
use twinroot_exec::{CodeSource, Halt};
use wasmtime::Linker;

use crate::compiled::Compiled;
use crate::folder::Folder;
use crate::running::Running;

/// Contracts kept in memory unless the user says otherwise, of at most some 3 MiB each.
pub(crate) const KEPT: NonZeroUsize = NonZeroUsize::new(256).expect("256 is not 0");

pub(crate) struct Cache {
    newest: Mutex<LruCache<CodeHash, Arc<Place>>>,
    folder: Option<Folder>,
}

/// Whoever needs a contract that is being compiled waits for it, and nobody else does.
#[derive(Default)]
struct Place {
    compiled: OnceLock<Arc<Compiled>>,
    compiling: Mutex<()>,
}

impl Cache {
    pub(crate) fn new(folder: Option<Folder>, kept: NonZeroUsize) -> Self {
        Self {
            newest: Mutex::new(LruCache::new(kept)),
            folder,
        }
    }

    /// The compiled form of `code`. A failure is not kept: it may be this machine's.
    pub(crate) fn get(
        &self,
        linker: &Linker<Box<Running>>,
        code: CodeSource<'_>,
    ) -> Result<Arc<Compiled>, Halt> {
        let place = self.place(code.hash);
        if let Some(compiled) = place.compiled.get() {
            return Ok(Arc::clone(compiled));
        }
        let _compiling = place
            .compiling
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(compiled) = place.compiled.get() {
            return Ok(Arc::clone(compiled));
        }
        let compiled = Arc::new(Compiled::of(linker, code, self.folder.as_ref())?);
        Ok(Arc::clone(place.compiled.get_or_init(|| compiled)))
    }

    /// The place of a contract, which makes room for itself.
    fn place(&self, code: CodeHash) -> Arc<Place> {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = newest.get(&code) {
            return Arc::clone(place);
        }
        let place = Arc::<Place>::default();
        let oldest = newest.push(code, Arc::clone(&place));
        // To unmap a contract takes microseconds, for which nobody else should wait.
        drop(newest);
        drop(oldest);
        place
    }
}
