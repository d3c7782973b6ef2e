//! Compiled modules in a folder, so that a program that begins again need not compile.
//!
//! ```text
//! <code hash>-<fee table>-<engine>.cwasm = compiled module | XXH3 of it u64
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
use twox_hash::XxHash3_64;
use wasmtime::{Engine, Module};

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
        let mut hasher = XxHash3_64::new();
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
        if !is_whole(&mut file).ok()? {
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
        file.write_all(&XxHash3_64::oneshot(module).to_le_bytes())?;
        file.persist(self.file(code))?;
        Ok(())
    }

    fn file(&self, code: CodeHash) -> PathBuf {
        self.path.join(format!("{code}-{}", self.suffix))
    }
}

/// Whether a file ends with the sum of all before.
fn is_whole(file: &mut File) -> io::Result<bool> {
    let length = file.metadata()?.len();
    let Some(mut left) = length.checked_sub(SUM_BYTES as u64) else {
        return Ok(false);
    };
    let mut hasher = XxHash3_64::new();
    let mut part = [0; 32 * 1024];
    while left > 0 {
        let most = usize::try_from(left).map_or(part.len(), |left| left.min(part.len()));
        let part = &mut part[..most];
        file.read_exact(part)?;
        hasher.write(part);
        left = left.saturating_sub(most as u64);
    }
    let mut sum = [0; SUM_BYTES];
    file.read_exact(&mut sum)?;
    Ok(hasher.finish() == u64::from_le_bytes(sum))
}
