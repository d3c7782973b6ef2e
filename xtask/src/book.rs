//! Holds the book against the project: nothing is shown in it that is not a file of the project, and no command that
//! the project's checks do not run.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use cargo_metadata::Metadata;

const BOOK: &str = "docs/book/src";
/// What runs the commands that are shown.
const RUN: [&str; 5] = [
    ".ci/run",
    ".ci/first-hour",
    ".ci/ledger",
    ".ci/sensor",
    "README.md",
];

pub(crate) fn run(metadata: &Metadata) -> Result<ExitCode> {
    let root = metadata.workspace_root.as_std_path();
    let faults = Book::read(root)?.faults()?;
    for fault in &faults {
        eprintln!("{fault}");
    }
    if faults.is_empty() {
        println!("the book shows what is there");
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::FAILURE)
}

struct Book {
    folder: PathBuf,
    /// Text of all that runs commands.
    run: String,
    /// Chapters by name, as they lie there.
    chapters: BTreeSet<String>,
}

impl Book {
    fn read(root: &Path) -> Result<Self> {
        let folder = root.join(BOOK);
        let mut chapters = BTreeSet::new();
        for entry in fs::read_dir(&folder).context("could not list the book")? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name.ends_with(".md") {
                chapters.insert(name);
            }
        }
        let run = RUN.map(|file| text(&root.join(file)));
        let run = run.into_iter().collect::<Result<Vec<_>>>()?.join("\n");
        Ok(Self {
            folder,
            run,
            chapters,
        })
    }

    fn faults(&self) -> Result<Vec<String>> {
        let mut faults = Vec::new();
        let summary = text(&self.folder.join("SUMMARY.md"))?;
        for chapter in &self.chapters {
            if chapter != "SUMMARY.md" && !summary.contains(&format!("({chapter})")) {
                faults.push(format!("{BOOK}/{chapter} is in no line of SUMMARY.md"));
            }
            let written = text(&self.folder.join(chapter))?;
            let of_chapter = self
                .links(&written)
                .into_iter()
                .chain(self.blocks(&written));
            faults.extend(of_chapter.map(|fault| format!("{BOOK}/{chapter}: {fault}")));
        }
        Ok(faults)
    }

    /// Links that lead nowhere.
    fn links(&self, chapter: &str) -> Vec<String> {
        let targets = chapter.split("](").skip(1);
        targets
            .filter_map(|rest| rest.split_once(')'))
            .map(|(target, _)| target)
            .filter(|target| !self.folder.join(target).exists())
            .map(|target| format!("the link to {target} leads nowhere"))
            .collect()
    }

    /// Blocks that were written by hand.
    fn blocks(&self, chapter: &str) -> Vec<String> {
        let mut faults = Vec::new();
        let mut lines = chapter.lines();
        while let Some(kind) = lines.find_map(|line| line.strip_prefix("```")) {
            for line in lines.by_ref().take_while(|line| *line != "```") {
                let fault = if kind == "sh" {
                    self.command(line)
                } else {
                    self.include(line)
                };
                faults.extend(fault);
            }
        }
        faults
    }

    fn command(&self, line: &str) -> Option<String> {
        let is_run = self.run.contains(line.trim());
        (!is_run).then(|| format!("`{line}` is run by none of {}", RUN.join(", ")))
    }

    fn include(&self, line: &str) -> Option<String> {
        let Some(what) = line
            .strip_prefix("{{#include ")
            .and_then(|rest| rest.strip_suffix("}}"))
        else {
            return Some(format!(
                "`{line}` is written by hand: include a file that is compiled or printed"
            ));
        };
        let (file, anchor) = what.split_once(':').unwrap_or((what, ""));
        let Ok(shown) = text(&self.folder.join(file)) else {
            return Some(format!("there is no {file}"));
        };
        let marks = [
            format!("ANCHOR: {anchor}\n"),
            format!("ANCHOR_END: {anchor}\n"),
        ];
        let is_there = anchor.is_empty() || marks.iter().all(|mark| shown.contains(mark));
        (!is_there).then(|| format!("{file} has no anchor {anchor}"))
    }
}

fn text(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("could not read {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book() -> Book {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        Book::read(&root).unwrap()
    }

    #[test]
    fn what_is_written_by_hand_is_found() {
        let book = book();
        let chapter = "```rust\nlet x = 1;\n```\n```sh\ncargo run -- nonsense\n```\n";
        assert_eq!(book.blocks(chapter).len(), 2);
        let chapter =
            "```rust\n{{#include SUMMARY.md}}\n```\n```sh\ncargo build --release --locked\n```\n";
        assert_eq!(book.blocks(chapter), [""; 0]);
    }

    #[test]
    fn what_is_not_there_is_found() {
        let book = book();
        let chapter = "```rust\n{{#include nothing.rs}}\n```\n[a](b.md)";
        assert_eq!(book.blocks(chapter), ["there is no nothing.rs"]);
        assert_eq!(book.links(chapter), ["the link to b.md leads nowhere"]);
        let chapter = "```rust\n{{#include SUMMARY.md:x}}\n```\n";
        assert_eq!(book.blocks(chapter), ["SUMMARY.md has no anchor x"]);
    }
}
