//! The workspace as cargo sees it.

use std::collections::BTreeSet;
use std::fmt;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use cargo_metadata::{DependencyKind, Metadata, Package};
use twinroot_build::cargo;

#[derive(Default)]
pub(super) struct Workspace {
    pub(super) members: Vec<Member>,
    /// Features in use anywhere, of packages in and out of the workspace.
    pub(super) features: BTreeSet<Feature>,
}

#[derive(Default)]
pub(super) struct Member {
    /// Folder in the workspace, with slashes.
    pub(super) path: String,
    /// Name of the crate.
    pub(super) name: String,
    /// What its manifest names.
    pub(super) dependencies: Vec<Dependency>,
    /// Names of all crates that it is built of, with the features that it alone asks for.
    pub(super) closure: BTreeSet<String>,
}

#[derive(Clone)]
pub(super) struct Dependency {
    pub(super) name: String,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Normal,
    Build,
    Dev,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Feature {
    pub(super) package: String,
    pub(super) name: String,
}

impl Workspace {
    pub(super) fn read(metadata: &Metadata) -> Result<Self> {
        let members = metadata
            .workspace_packages()
            .into_iter()
            .map(|package| Member::read(metadata, package));
        Ok(Self {
            members: members.collect::<Result<_>>()?,
            features: features(metadata)?,
        })
    }
}

impl Member {
    fn read(metadata: &Metadata, package: &Package) -> Result<Self> {
        let folder = package
            .manifest_path
            .parent()
            .context("a manifest lies nowhere")?;
        let path = folder
            .strip_prefix(&metadata.workspace_root)
            .context("a member lies outside the workspace")?;
        let dependencies = package.dependencies.iter().map(|dependency| Dependency {
            name: dependency.name.clone(),
            kind: match dependency.kind {
                DependencyKind::Development => Kind::Dev,
                DependencyKind::Build => Kind::Build,
                _ => Kind::Normal,
            },
        });
        Ok(Self {
            path: path
                .components()
                .map(|part| part.as_str())
                .collect::<Vec<_>>()
                .join("/"),
            name: package.name.to_string(),
            dependencies: dependencies.collect(),
            closure: closure(metadata, package)?,
        })
    }
}

/// `cargo metadata` joins the features of all members; `cargo tree` resolves one as it is built alone.
fn closure(metadata: &Metadata, package: &Package) -> Result<BTreeSet<String>> {
    let mut command = Command::new(cargo());
    command.args([
        "tree",
        "--edges",
        "normal,no-proc-macro",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]);
    command
        .args(["--package", &package.id.repr])
        .current_dir(&metadata.workspace_root);
    let tree = command.output().context("could not run cargo tree")?;
    ensure!(
        tree.status.success(),
        "{command:?} failed: {}",
        String::from_utf8_lossy(&tree.stderr)
    );
    let tree = String::from_utf8_lossy(&tree.stdout);
    Ok(tree
        .lines()
        .filter_map(|line| Some(line.split_whitespace().next()?.to_owned()))
        .collect())
}

fn features(metadata: &Metadata) -> Result<BTreeSet<Feature>> {
    let resolve = metadata
        .resolve
        .as_ref()
        .context("cargo resolved no dependencies")?;
    let of_node = |node: &cargo_metadata::Node| {
        let package = metadata[&node.id].name.to_string();
        node.features
            .iter()
            .map(move |name| Feature {
                package: package.clone(),
                name: name.to_string(),
            })
            .collect::<Vec<_>>()
    };
    Ok(resolve.nodes.iter().flat_map(of_node).collect())
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Normal => "dependency",
            Self::Build => "build-dependency",
            Self::Dev => "dev-dependency",
        })
    }
}
