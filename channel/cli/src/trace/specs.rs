//! Where the specs of the contracts are that a test plays with.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use twinroot_build::Project;
use twinroot_spec::Spec;

use crate::author;

/// The specs of contracts, by package, as far as they were asked for.
pub(super) struct Specs {
    /// Where modules may lie, in the order in which the tests look for them.
    folders: Vec<PathBuf>,
    known: BTreeMap<String, Option<Spec>>,
}

impl Specs {
    /// Of the package in that folder and its neighbours.
    pub(super) fn beside(package: &Path) -> Self {
        let package = fs::canonicalize(package).unwrap_or_else(|_| package.to_owned());
        let own = Project::read(&package).ok().map(|project| project.output());
        let above = |folder: &'static str| {
            let above = package.ancestors();
            above.map(move |above| above.join(folder))
        };
        let folders = own
            .into_iter()
            .chain(above("target/twinroot"))
            .chain(above("wasm"));
        Self {
            folders: folders.collect(),
            known: BTreeMap::new(),
        }
    }

    /// The spec of a package's contract; none where it has none, or one that cannot be believed.
    pub(super) fn of(&mut self, package: &str) -> Option<&Spec> {
        if !self.known.contains_key(package) {
            let spec = self.find(package);
            self.known.insert(package.to_owned(), spec);
        }
        self.known.get(package)?.as_ref()
    }

    fn find(&self, package: &str) -> Option<Spec> {
        let files = self
            .folders
            .iter()
            .map(|folder| folder.join(format!("{package}.wasm")));
        let path = files.into_iter().find(|path| path.is_file())?;
        let spec = fs::read(&path)
            .map_err(|error| error.to_string())
            .and_then(|wasm| author::spec_of(&wasm).map_err(|fault| fault.to_string()));
        spec.unwrap_or_else(|why| {
            anstream::eprintln!("{}: {why}; its values are not decoded here", path.display());
            None
        })
    }
}
