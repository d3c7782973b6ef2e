//! The rules.

use std::collections::BTreeSet;
use std::fmt;

use super::table::{Row, Table};
use super::workspace::{Dependency, Kind, Member, Workspace};

/// Crates that only those rooms may name that list them as crates of note.
const RESERVED: [&str; 2] = ["wasmtime", "tokio"];

/// Features that nothing may turn on: they weaken the one rule for signatures.
const BANNED_FEATURES: [(&str, &str); 2] = [
    ("ed25519-dalek", "legacy_compatibility"),
    ("curve25519-dalek", "legacy_compatibility"),
];

/// A rule that the workspace breaks.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Violation {
    what: String,
    rule: &'static str,
    remedy: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}\n  rule: {}\n  to do: {}",
            self.what, self.rule, self.remedy
        )
    }
}

/// All rules that `workspace` breaks.
pub(super) fn check(table: &Table, workspace: &Workspace) -> Vec<Violation> {
    let mut found = unknown_rooms(table, workspace);
    for member in &workspace.members {
        match table.row(&member.path) {
            Some(row) => {
                found.extend(other_name(row, member));
                found.extend(edges(table, workspace, row, member));
                found.extend(reserved(row, member));
                found.extend(forbidden(row, member));
            }
            None => found.push(Violation {
                what: format!(
                    "{} ({}) is in no row of the table",
                    member.path, member.name
                ),
                rule: "every crate of the workspace is a room of the table",
                remedy: format!(
                    "give {} a row, or remove it from the workspace",
                    member.path
                ),
            }),
        }
    }
    found.extend(banned_features(workspace));
    found
}

/// Rows, and rooms in them, that are not in the workspace.
fn unknown_rooms(table: &Table, workspace: &Workspace) -> Vec<Violation> {
    let mut found = Vec::new();
    for row in &table.rows {
        if !workspace
            .members
            .iter()
            .any(|member| row.covers(&member.path))
        {
            found.push(Violation {
                what: format!("the table has a room {}, the workspace has not", row.path),
                rule: "every room of the table is a crate of the workspace",
                remedy: format!(
                    "remove the row of {}, or put it with the planned rooms",
                    row.path
                ),
            });
        }
        for name in row.may.iter().filter(|name| table.row(name).is_none()) {
            found.push(Violation {
                what: format!("{} may depend on {name}, which has no row", row.path),
                rule: "a room depends on rooms of the table",
                remedy: String::from("correct the name in the table"),
            });
        }
    }
    found
}

fn other_name(row: &Row, member: &Member) -> Option<Violation> {
    let expected = row.name.as_ref().filter(|name| **name != member.name)?;
    Some(Violation {
        what: format!(
            "the crate of {} is {}, by the table {expected}",
            member.path, member.name
        ),
        rule: "the table names the crate of each room",
        remedy: String::from("correct the table or the manifest"),
    })
}

/// Dependencies between rooms. Those of tests are free, except on rooms that the row forbids.
fn edges(table: &Table, workspace: &Workspace, row: &Row, member: &Member) -> Vec<Violation> {
    let allowed = with_all_below(table, row);
    let violation = |dependency: &Dependency| {
        let target = &workspace
            .members
            .iter()
            .find(|other| other.name == dependency.name)?
            .path;
        let edge = format!("{} has a {} on {target}", member.path, dependency.kind);
        if row.forbids.contains(target) {
            return Some(Violation {
                what: edge,
                rule: "a room names no room that its row forbids, not even in tests",
                remedy: String::from("move what both need into a room below them"),
            });
        }
        let in_order = dependency.kind == Kind::Dev || allowed.iter().any(|row| row.covers(target));
        (!in_order).then(|| Violation {
            what: edge,
            rule: "a room depends on the rooms of its row and on what those may depend on",
            remedy: format!(
                "drop the dependency; if the floors have to change, the row of {} has to say so",
                row.path
            ),
        })
    };
    member.dependencies.iter().filter_map(violation).collect()
}

/// The rows that `row` may depend on, directly or through another.
fn with_all_below<'a>(table: &'a Table, row: &'a Row) -> Vec<&'a Row> {
    let mut found: Vec<&Row> = Vec::new();
    let mut open = vec![row];
    while let Some(row) = open.pop() {
        for below in row.may.iter().filter_map(|name| table.row(name)) {
            if !found.contains(&below) {
                found.push(below);
                open.push(below);
            }
        }
    }
    found
}

fn reserved(row: &Row, member: &Member) -> Vec<Violation> {
    let names: BTreeSet<_> = member
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind != Kind::Dev)
        .map(|dependency| &*dependency.name)
        .collect();
    let missing =
        |name: &&&str| names.contains(**name) && !row.notes.iter().any(|note| note == **name);
    let violation = |name: &&str| Violation {
        what: format!("{} names {name}", member.path),
        rule: "only rooms that list wasmtime or tokio as a crate of note name it, outside tests",
        remedy: format!("go through the room that has {name}"),
    };
    RESERVED.iter().filter(missing).map(violation).collect()
}

fn forbidden(row: &Row, member: &Member) -> Vec<Violation> {
    let violation = |name: &String| Violation {
        what: format!("{} is built with {name}", member.path),
        rule: "no crate that a room's row forbids is among its dependencies, however far down",
        remedy: format!(
            "`cargo tree --package {} --edges normal --invert {name}` shows who brings it",
            member.name
        ),
    };
    row.forbids
        .iter()
        .filter(|name| member.closure.contains(*name))
        .map(violation)
        .collect()
}

fn banned_features(workspace: &Workspace) -> Vec<Violation> {
    let is_on = |(package, name): &&(&str, &str)| {
        workspace
            .features
            .iter()
            .any(|feature| feature.package == *package && feature.name == *name)
    };
    let violation = |(package, name): &(&str, &str)| Violation {
        what: format!("feature {name} of {package} is on"),
        rule: "nothing accepts signatures that the one rule of vm/types rejects",
        remedy: format!(
            "`cargo tree --workspace --edges features --invert {package}` shows who turns it on"
        ),
    };
    BANNED_FEATURES
        .iter()
        .filter(is_on)
        .map(violation)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::rooms::table::{Row, Table};
    use crate::rooms::workspace::{Dependency, Feature, Kind, Member, Workspace};

    fn row(path: &str, may: &[&str]) -> Row {
        Row {
            path: path.into(),
            may: may.iter().copied().map(String::from).collect(),
            ..Row::default()
        }
    }

    fn member(path: &str, dependencies: &[(&str, Kind)]) -> Member {
        let dependency = |(name, kind): &(&str, Kind)| Dependency {
            name: (*name).into(),
            kind: *kind,
        };
        Member {
            path: path.into(),
            name: path.replace('/', "-"),
            dependencies: dependencies.iter().map(dependency).collect(),
            ..Member::default()
        }
    }

    fn violations(rows: Vec<Row>, members: Vec<Member>) -> Vec<String> {
        let workspace = Workspace {
            members,
            ..Workspace::default()
        };
        check(&Table { rows }, &workspace)
            .into_iter()
            .map(|violation| violation.what)
            .collect()
    }

    const NONE: [&str; 0] = [];

    #[test]
    fn a_room_reaches_what_its_rooms_reach() {
        let rows = vec![
            row("vm/abi", &[]),
            row("vm/types", &["vm/abi"]),
            row("vm/state", &["vm/types"]),
        ];
        let members = || {
            vec![
                member("vm/abi", &[]),
                member("vm/types", &[("vm-abi", Kind::Normal)]),
                member(
                    "vm/state",
                    &[("vm-abi", Kind::Normal), ("vm-types", Kind::Build)],
                ),
            ]
        };
        assert_eq!(violations(rows, members()), NONE);
        let bad = vec![
            row("vm/abi", &[]),
            row("vm/types", &[]),
            row("vm/state", &["vm/types"]),
        ];
        let expected = [
            "vm/types has a dependency on vm/abi",
            "vm/state has a dependency on vm/abi",
        ];
        assert_eq!(violations(bad, members()), expected);
    }

    #[test]
    fn tests_are_free_but_for_forbidden_rooms() {
        let party = Row {
            forbids: vec!["channel/arbiter".into()],
            ..row("channel/party", &[])
        };
        let rows = vec![party, row("channel/arbiter", &[])];
        let members = vec![
            member("channel/party", &[("channel-arbiter", Kind::Dev)]),
            member("channel/arbiter", &[("channel-party", Kind::Dev)]),
        ];
        assert_eq!(
            violations(rows, members),
            ["channel/party has a dev-dependency on channel/arbiter"]
        );
    }

    #[test]
    fn table_and_workspace_name_the_same_rooms() {
        let wrong_name = Row {
            name: Some("abi".into()),
            ..row("vm/abi", &[])
        };
        let rows = vec![wrong_name, row("vm/gone", &["vm/nowhere"])];
        let expected = [
            "the table has a room vm/gone, the workspace has not",
            "vm/gone may depend on vm/nowhere, which has no row",
            "the crate of vm/abi is vm-abi, by the table abi",
            "vm/new (vm-new) is in no row of the table",
        ];
        assert_eq!(
            violations(rows, vec![member("vm/abi", &[]), member("vm/new", &[])]),
            expected
        );
    }

    #[test]
    fn reserved_crates_are_of_note_or_of_tests() {
        let host = Row {
            notes: vec!["wasmtime".into()],
            ..row("vm/host", &[])
        };
        let rows = vec![host, row("vm/gate", &[]), row("channel/cli", &[])];
        let members = vec![
            member("vm/host", &[("wasmtime", Kind::Normal)]),
            member("vm/gate", &[("wasmtime", Kind::Dev)]),
            member(
                "channel/cli",
                &[("wasmtime", Kind::Normal), ("tokio", Kind::Build)],
            ),
        ];
        assert_eq!(
            violations(rows, members),
            ["channel/cli names wasmtime", "channel/cli names tokio"]
        );
    }

    #[test]
    fn forbidden_crates_are_found_however_far_down() {
        let sdk = Row {
            forbids: vec!["serde".into()],
            ..row("contracts/sdk", &[])
        };
        let mut member = member("contracts/sdk", &[]);
        member.closure = ["contracts-sdk".into(), "serde".into()].into();
        assert_eq!(
            violations(vec![sdk], vec![member]),
            ["contracts/sdk is built with serde"]
        );
    }

    #[test]
    fn legacy_compatibility_stays_off() {
        let on = Feature {
            package: "ed25519-dalek".into(),
            name: "legacy_compatibility".into(),
        };
        let off = Feature {
            package: "ed25519-dalek".into(),
            name: "fast".into(),
        };
        let workspace = Workspace {
            features: [on, off].into(),
            ..Workspace::default()
        };
        let [violation] = &*check(&Table { rows: vec![] }, &workspace) else {
            panic!("not one violation")
        };
        assert_eq!(
            violation.what,
            "feature legacy_compatibility of ed25519-dalek is on"
        );
    }
}
