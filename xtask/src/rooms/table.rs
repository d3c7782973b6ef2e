//! The table of rooms in docs/ARCHITECTURE.md.
//!
//! ```text
//! <!-- rooms -->
//! | room | crate | may depend on | crates of note | forbids |
//! |---|---|---|---|---|
//! | vm/types | twinroot-types | vm/abi | blake2, postcard | tokio |
//! <!-- /rooms -->
//! ```
//!
//! Words of a cell are divided by commas, backticks are decoration, `-` is nothing. A room whose
//! path ends in `/*` stands for each folder there, and its crates are not named.

use anyhow::{Context, Result, ensure};

const BEGIN: &str = "<!-- rooms -->";
const END: &str = "<!-- /rooms -->";

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) rows: Vec<Row>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// Folder of the room.
    pub(super) path: String,
    /// Name of its crate.
    pub(super) name: Option<String>,
    /// Rooms that it may depend on, with all that those may depend on.
    pub(super) may: Vec<String>,
    /// Crates that give the room its work.
    pub(super) notes: Vec<String>,
    /// Crates that may not be among its dependencies, however far down, and rooms that it may not name at all.
    pub(super) forbids: Vec<String>,
}

impl Table {
    pub(super) fn parse(document: &str) -> Result<Self> {
        let (_, table) = document
            .split_once(BEGIN)
            .with_context(|| format!("there is no `{BEGIN}`"))?;
        let (table, _) = table
            .split_once(END)
            .with_context(|| format!("there is no `{END}` after `{BEGIN}`"))?;
        let mut lines = table.lines().map(str::trim).filter(|line| !line.is_empty());
        ensure!(
            lines.next().is_some() && lines.next().is_some(),
            "the table has no head"
        );
        Ok(Self {
            rows: lines.map(Row::parse).collect::<Result<_>>()?,
        })
    }

    /// The row for the room in the folder `path`.
    pub(super) fn row(&self, path: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.covers(path))
    }
}

impl Row {
    fn parse(line: &str) -> Result<Self> {
        let cells = line
            .strip_prefix('|')
            .and_then(|line| line.strip_suffix('|'));
        let cells: Vec<_> = cells
            .with_context(|| format!("this is no row: {line}"))?
            .split('|')
            .map(words)
            .collect();
        let [path, name, may, notes, forbids] = cells.try_into().map_err(|cells: Vec<_>| {
            anyhow::anyhow!("{} cells where five are expected: {line}", cells.len())
        })?;
        let path = path
            .into_iter()
            .next()
            .with_context(|| format!("this row names no room: {line}"))?;
        Ok(Self {
            path,
            name: name.into_iter().next(),
            may,
            notes,
            forbids,
        })
    }

    /// Whether the room in the folder `path` is meant.
    pub(super) fn covers(&self, path: &str) -> bool {
        match self.path.strip_suffix('*') {
            Some(folder) => path
                .strip_prefix(folder)
                .is_some_and(|rest| !rest.contains('/')),
            None => self.path == path,
        }
    }
}

fn words(cell: &str) -> Vec<String> {
    cell.split(',')
        .map(|word| word.trim().trim_matches('`').to_owned())
        .filter(|word| !matches!(&**word, "" | "-"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Row, Table};

    fn document(row: &str) -> String {
        format!(
            "# Rooms\n<!-- rooms -->\n| a | b | c | d | e |\n|---|---|---|---|---|\n{row}\n<!-- /rooms -->\n"
        )
    }

    #[test]
    fn reads_a_row() {
        let table = Table::parse(&document(
            "| `vm/types` | `twinroot-types` | vm/abi | `blake2`, `postcard` | - |",
        ))
        .unwrap();
        let expected = Row {
            path: "vm/types".into(),
            name: Some("twinroot-types".into()),
            may: vec!["vm/abi".into()],
            notes: vec!["blake2".into(), "postcard".into()],
            forbids: vec![],
        };
        assert_eq!(table.rows, [expected]);
    }

    #[test]
    fn a_star_stands_for_one_folder() {
        let table = Table::parse(&document("| contracts/examples/* | - | - | - | - |")).unwrap();
        assert!(table.row("contracts/examples/ballast").is_some());
        assert!(table.row("contracts/examples/ballast/deep").is_none());
        assert!(table.row("contracts/sdk").is_none());
    }

    #[test]
    fn refuses_what_is_no_table() {
        assert!(Table::parse("no markers").is_err());
        assert!(Table::parse(&document("| vm/abi | twinroot-abi | - | - |")).is_err());
        assert!(Table::parse(&document("vm/abi")).is_err());
        assert!(Table::parse(&document("| - | twinroot-abi | - | - | - |")).is_err());
    }
}
