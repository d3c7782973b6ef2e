//! Descriptors, as they are given to the verbs.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use twinroot_abi::TimeMs;
use twinroot_feed::{Envelope, Feed, Mode};

use super::codes::{DESCRIPTOR, WHICH_FEED};
use super::{advice, pool, time};
use crate::author::{Fault, read as read_file};

/// A descriptor to read; `descriptor` has the bytes that count.
#[derive(Serialize, Deserialize)]
pub(super) struct Document {
    pub(super) feed: String,
    pub(super) key: String,
    /// `native` or `cose`.
    pub(super) envelope: String,
    /// `counter` or `slot`.
    pub(super) mode: String,
    pub(super) urn: String,
    pub(super) quantity: String,
    pub(super) unit: String,
    pub(super) scale: i8,
    pub(super) period_ms: u32,
    pub(super) valid_from: String,
    /// None where there is no end.
    pub(super) valid_to: Option<String>,
    /// The canonical bytes, in hex.
    pub(super) descriptor: String,
}

impl Document {
    pub(super) fn of(feed: &Feed) -> Self {
        let descriptor = feed.descriptor();
        let end = descriptor.valid_to;
        Self {
            feed: feed.id().to_string(),
            key: descriptor.key.to_string(),
            envelope: match descriptor.envelope {
                Envelope::Native => "native".to_owned(),
                Envelope::Cose => "cose".to_owned(),
            },
            mode: match descriptor.mode {
                Mode::Counter => "counter".to_owned(),
                Mode::Slot => "slot".to_owned(),
            },
            urn: descriptor.urn.clone(),
            quantity: descriptor.quantity.clone(),
            unit: descriptor.unit.clone(),
            scale: descriptor.scale,
            period_ms: descriptor.period_ms,
            valid_from: time::show(descriptor.valid_from),
            valid_to: (end != TimeMs(u64::MAX)).then(|| time::show(end)),
            descriptor: hex::encode(feed.encode()),
        }
    }
}

/// The feed of a descriptor's file, or of a device's folder. The file has the canonical bytes, the same in hex or base64,
/// or a document.
pub(super) fn read(path: &Path) -> Result<Feed, Fault> {
    let file = if path.is_dir() {
        path.join("descriptor")
    } else {
        path.to_owned()
    };
    let bytes = read_file(&file)?;
    let document = serde_json::from_slice::<Written>(&bytes).ok();
    let bytes = match document {
        Some(document) => pool::written(&document.descriptor),
        None => std::str::from_utf8(&bytes).ok().and_then(pool::written),
    }
    .unwrap_or(bytes);
    Feed::decode(&bytes).map_err(|rule| {
        Fault::new(DESCRIPTOR, advice::sentence(rule.into())).about(&file.display())
    })
}

/// What of a document is looked at.
#[derive(Deserialize)]
struct Written {
    descriptor: String,
}

/// The feeds that were named.
pub(super) fn read_all(paths: &[PathBuf]) -> Result<Vec<Feed>, Fault> {
    paths.iter().map(|path| read(path)).collect()
}

/// The one feed that was named.
pub(super) fn only(paths: &[PathBuf]) -> Result<Feed, Fault> {
    match paths {
        [path] => read(path),
        _ => Err(Fault::new(
            WHICH_FEED,
            "this is about one feed: name its descriptor or the folder of its device, with --feed",
        )),
    }
}
