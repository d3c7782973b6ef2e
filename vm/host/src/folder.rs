//! Compiled modules in a folder, so that a program that begins again need not compile.
//!
//! ```text
//! <code hash>-<fee table>-<engine>.cwasm = compiled module | xxh3 of it u64
//! ```
//!
//! The name says for what it was made, the end that it is whole. A file that another program, another
//! version or another machine made has another name; a damaged one is compiled again. Who can write
//! into the folder can run code in this process, as with any program's own files.

use std::fs::{self, File};
use std::hash::{Hash as _, Hasher};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use twinroot_abi::{CodeHash, FEE_TABLE};
use wasmtime::{Engine, Module};
use xxhash_rust::xxh3::{Xxh3Default, xxh3_64};

pub(crate) struct Folder {
    path: PathBuf,
    /// Of the fee table and the engine.
    suffix: String,
}

const SUM_BYTES: usize = size_of::<u64>();

impl Folder {
    /// The folder, made if it is not there.
    pub(crate) fn open(path: &Path, engine: &Engine) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        let mut hasher = Xxh3Default::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        let fees: String = FEE_TABLE.to_string().chars().take(16).collect();
        Ok(Self {
            path: path.to_owned(),
            suffix: format!("{fees}-{:016x}.cwasm", hasher.finish()),
        })
    }

    /// The compiled module, if a whole one is there.
    pub(crate) fn load(&self, engine: &Engine, code: CodeHash) -> Option<Module> {
        let mut file = File::open(self.file(code)).ok()?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).ok()?;
        let (module, sum) = bytes.split_last_chunk::<SUM_BYTES>()?;
        if xxh3_64(module) != u64::from_le_bytes(*sum) {
            return None;
        }
        file.rewind().ok()?;
        #[expect(
            unsafe_code,
            reason = "machine code that this program wrote, and that is whole"
        )]
        // SAFETY: the file has the name that only `keep` gives, for this very engine, and its sum is
        // right, so it is what wasmtime itself gave.
        unsafe { Module::deserialize_open_file(engine, file) }.ok()
    }

    /// Keeps a compiled module. Where that fails, it is compiled again the next time.
    pub(crate) fn keep(&self, code: CodeHash, module: &Module) {
        let kept = module
            .serialize()
            .map_err(|error| io::Error::other(error.to_string()))
            .and_then(|bytes| self.write(code, &bytes));
        drop(kept);
    }

    /// Nobody ever sees half a file.
    fn write(&self, code: CodeHash, module: &[u8]) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(&self.path)?;
        file.write_all(module)?;
        file.write_all(&xxh3_64(module).to_le_bytes())?;
        file.persist(self.file(code))?;
        Ok(())
    }

    fn file(&self, code: CodeHash) -> PathBuf {
        self.path.join(format!("{code}-{}", self.suffix))
    }
}
