//! What a node runs contracts with.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use twinroot_exec::Execute;
use twinroot_feed::FeedJudge;
use twinroot_host::{Backend, Host};

/// Name of the folder with compiled modules, in the node's folder; it can be removed at any time while the node is off.
const COMPILED: &str = "compiled";

pub(crate) fn start(folder: &Path) -> Result<Arc<dyn Execute + Send + Sync>> {
    let compiled = folder.join(COMPILED);
    std::fs::create_dir_all(&compiled)
        .with_context(|| format!("could not make {}", compiled.display()))?;
    let host = Host::new(Backend::Cranelift, FeedJudge)?.with_folder(&compiled)?;
    Ok(Arc::new(host))
}
