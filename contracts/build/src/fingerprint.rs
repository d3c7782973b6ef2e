//! What a toolchain is known by.

use std::fmt;

use serde::{Deserialize, Serialize};

/// All that decides bytes beside the sources: two builds with the same fingerprint give the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fingerprint {
    /// Where `core` comes from.
    pub route: Route,
    /// Release of the compiler.
    pub rustc: String,
    /// Commit that the compiler was made from.
    pub commit: String,
    /// What the compiler runs on.
    pub host: String,
    /// Release of its code generator.
    pub llvm: String,
    /// The linker, as it calls itself.
    pub linker: String,
    /// The cargo, as it calls itself.
    pub cargo: String,
    /// Flags of the compiler.
    pub flags: Vec<String>,
}

/// Where `core` comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Route {
    /// Compiled already, beside the compiler.
    Prebuilt,
    /// From its sources, with the contracts.
    BuildStd,
}

/// Something in which two toolchains differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mismatch {
    /// Which part of the toolchain.
    pub what: &'static str,
    /// In the record.
    pub recorded: String,
    /// On this machine.
    pub found: String,
}

impl Fingerprint {
    /// Where this toolchain, the recorded one, differs from the one that was found.
    #[must_use]
    pub fn mismatches(&self, found: &Self) -> Vec<Mismatch> {
        let pairs = self.parts().into_iter().zip(found.parts());
        pairs
            .filter(|((_, recorded), (_, found))| recorded != found)
            .map(|((what, recorded), (_, found))| Mismatch {
                what,
                recorded,
                found,
            })
            .collect()
    }

    /// Its parts, by the names that people use.
    fn parts(&self) -> [(&'static str, String); 8] {
        let Self {
            route,
            rustc,
            commit,
            host,
            llvm,
            linker,
            cargo,
            flags,
        } = self;
        [
            ("core", route.to_string()),
            ("rustc", rustc.clone()),
            ("rustc's commit", commit.clone()),
            ("host", host.clone()),
            ("LLVM", llvm.clone()),
            ("linker", linker.clone()),
            ("cargo", cargo.clone()),
            ("flags", flags.join(" ")),
        ]
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            route,
            rustc,
            commit,
            host,
            llvm,
            linker,
            cargo,
            flags,
        } = self;
        let flags = flags.join(" ");
        write!(
            f,
            "{route}, rustc {rustc} ({commit}) on {host}, LLVM {llvm}, {linker}, {cargo}, {flags}"
        )
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Prebuilt => "prebuilt core",
            Self::BuildStd => "core from source",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Fingerprint, Route};

    #[test]
    fn names_each_part_that_differs_and_no_other() {
        let one = Fingerprint {
            route: Route::Prebuilt,
            rustc: "1.96.0".into(),
            commit: "abc".into(),
            host: "x86_64-unknown-linux-gnu".into(),
            llvm: "22".into(),
            linker: "LLD 22".into(),
            cargo: "cargo 1.96.0".into(),
            flags: vec!["-Cx".into()],
        };
        assert_eq!(one.mismatches(&one), []);
        let other = Fingerprint {
            route: Route::BuildStd,
            flags: vec!["-Cx".into(), "-Cy".into()],
            ..one.clone()
        };
        let found = one.mismatches(&other);
        let names: Vec<_> = found.iter().map(|mismatch| mismatch.what).collect();
        assert_eq!(names, ["core", "flags"]);
        assert_eq!(found[1].found, "-Cx -Cy");
    }
}
