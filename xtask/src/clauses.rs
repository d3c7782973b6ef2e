//! `cargo xtask clauses`: what the code cites of docs/spec against the clauses that are there.
//!
//! ```text
//! /// Which of two states is newer (docs/spec/channel.md, 7.1).
//!
//! ## 7. Disputes            ### 7.1 Order of states            **7.1** A state stands as ...
//! ```
//!
//! A clause is a line of a spec that begins with its number, as a heading or in bold. A citation
//! names a file, then a clause, several ("2.3 and 2.4", "1, 2.1"), a range ("5.2 to 5.5"), or none.
//! Of the specs of channel and arbiter every clause must be cited by code, or nobody keeps it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};
use cargo_metadata::Metadata;

const SPECS: &str = "docs/spec/";
/// The code itself, and what is written beside it.
const CITING: [&str; 3] = [".rs", ".md", ".toml"];
/// Specs of which every clause is to be cited by code or a test.
const COVERED: [&str; 2] = ["arbiter.md", "channel.md"];

pub(crate) fn run(metadata: &Metadata) -> Result<ExitCode> {
    let root = metadata.workspace_root.as_std_path();
    let specs = read_specs(root)?;
    let mut citations = 0_usize;
    let mut broken = Vec::new();
    let mut by_code: Specs = Specs::new();
    for path in texts(root)? {
        let text = fs::read_to_string(root.join(&path))
            .with_context(|| format!("could not read {path}"))?;
        for citation in cited(&text) {
            citations += 1;
            if path.ends_with(".rs") {
                by_code
                    .entry(citation.file.clone())
                    .or_default()
                    .extend(covered(&specs, &citation));
            }
            broken.extend(
                faults(&specs, &citation)
                    .into_iter()
                    .map(|fault| format!("{path}:{}: {fault}", citation.line)),
            );
        }
    }
    for line in &broken {
        println!("{line}");
    }
    let uncited = uncited(&specs, &by_code);
    for line in &uncited {
        println!("{line}");
    }
    if broken.is_empty() && !uncited.is_empty() {
        println!(
            "\n{} clauses are cited by no code and no test; cite each where it is kept",
            uncited.len()
        );
        return Ok(ExitCode::FAILURE);
    }
    if broken.is_empty() {
        let clauses: usize = specs.values().map(BTreeSet::len).sum();
        println!(
            "{citations} citations of {} specs with {clauses} clauses are right",
            specs.len()
        );
        return Ok(ExitCode::SUCCESS);
    }
    println!(
        "\n{} of {citations} citations name what is not there; correct the number, or write the clause",
        broken.len()
    );
    Ok(ExitCode::FAILURE)
}

/// The number of a clause, such as 7.1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Clause(Vec<u32>);

impl Clause {
    /// The number at the beginning of `text`, and what follows it. A full stop at the end of a
    /// sentence is not part of it.
    fn read(text: &str) -> Option<(Self, &str)> {
        let mut parts = Vec::new();
        let mut rest = text;
        loop {
            let end = rest
                .find(|letter: char| !letter.is_ascii_digit())
                .unwrap_or(rest.len());
            parts.push(rest[..end].parse().ok()?);
            rest = &rest[end..];
            match rest.strip_prefix('.') {
                Some(more) if more.starts_with(|letter: char| letter.is_ascii_digit()) => {
                    rest = more;
                }
                _ => return Some((Self(parts), rest)),
            }
        }
    }
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<_> = self.0.iter().map(u32::to_string).collect();
        f.write_str(&parts.join("."))
    }
}

/// A mention of a spec.
#[derive(Debug, PartialEq, Eq)]
struct Citation {
    /// From 1.
    line: usize,
    /// Name of the file in docs/spec.
    file: String,
    /// The clauses that it names.
    clauses: Vec<Clause>,
    /// Those of them that are the two ends of a range.
    ranges: Vec<(Clause, Clause)>,
}

type Specs = BTreeMap<String, BTreeSet<Clause>>;

fn read_specs(root: &Path) -> Result<Specs> {
    let mut specs = Specs::new();
    for entry in
        fs::read_dir(root.join(SPECS)).with_context(|| format!("could not read {SPECS}"))?
    {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            bail!("a file of {SPECS} has a name that is no text");
        };
        if !name.ends_with(".md") {
            continue;
        }
        let text =
            fs::read_to_string(&path).with_context(|| format!("could not read {SPECS}{name}"))?;
        let clauses =
            clauses(&text).with_context(|| format!("{SPECS}{name} is not in good order"))?;
        specs.insert(name.to_owned(), clauses);
    }
    Ok(specs)
}

/// The clauses of a spec. None stands twice, and whatever is in a fence is none.
fn clauses(spec: &str) -> Result<BTreeSet<Clause>> {
    let mut found = BTreeSet::new();
    let mut fenced = false;
    for line in spec.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if let Some(clause) = clause_of(line).filter(|_| !fenced) {
            let number = clause.to_string();
            ensure!(found.insert(clause), "clause {number} stands twice");
        }
    }
    Ok(found)
}

fn clause_of(line: &str) -> Option<Clause> {
    if let Some(bold) = line.strip_prefix("**") {
        let (clause, rest) = Clause::read(bold)?;
        return rest.starts_with("**").then_some(clause);
    }
    let heading = line.strip_prefix("##")?.trim_start_matches('#');
    let (clause, rest) = Clause::read(heading.strip_prefix(' ')?)?;
    (rest.starts_with(' ') || rest.starts_with(". ")).then_some(clause)
}

/// Every mention of a spec in `text`.
fn cited(text: &str) -> Vec<Citation> {
    let mut found = Vec::new();
    for (place, _) in text.match_indices(SPECS) {
        let after = &text[place + SPECS.len()..];
        let stem = after
            .find(|letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '-' | '_'))
            .unwrap_or(after.len());
        let Some(rest) = after[stem..].strip_prefix(".md").filter(|_| stem > 0) else {
            continue;
        };
        let mut citation = Citation {
            line: text[..place].matches('\n').count() + 1,
            file: format!("{}.md", &after[..stem]),
            clauses: Vec::new(),
            ranges: Vec::new(),
        };
        if let Some(rest) = rest.strip_prefix(',') {
            read_clauses(rest, &mut citation);
        }
        found.push(citation);
    }
    found
}

/// Reads "2.3", "2.3 and 2.4", "1, 2 and 3", "5.2 to 5.5" at the beginning of `rest`.
fn read_clauses(mut rest: &str, citation: &mut Citation) {
    let mut range_from: Option<Clause> = None;
    while let Some((clause, after)) = Clause::read(next_word(rest)) {
        if let Some(from) = range_from.take() {
            citation.ranges.push((from, clause.clone()));
        }
        citation.clauses.push(clause.clone());
        let following = next_word(after);
        rest = if let Some(more) = word(following, "and") {
            more
        } else if let Some(more) = word(following, "to") {
            range_from = Some(clause);
            more
        } else if let Some(more) = after.strip_prefix(',') {
            more
        } else {
            return;
        };
    }
}

/// What follows `word` at the beginning of `text`.
fn word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    text.strip_prefix(word)
        .filter(|rest| rest.starts_with(char::is_whitespace))
}

/// Passes over white space, and over the marks of a comment where a line ends.
fn next_word(text: &str) -> &str {
    let mut lines = text.splitn(2, '\n');
    let (line, next) = (lines.next().unwrap_or_default(), lines.next());
    match next {
        Some(next) if line.trim().is_empty() => {
            next.trim_start_matches(|letter: char| letter.is_whitespace() || "/!#".contains(letter))
        }
        _ => text.trim_start(),
    }
}

/// The clauses that a citation names, and those between the ends of its ranges.
fn covered(specs: &Specs, citation: &Citation) -> BTreeSet<Clause> {
    let known = specs.get(&citation.file).into_iter().flatten();
    let between = |clause: &&Clause| {
        let mut ranges = citation.ranges.iter();
        ranges.any(|(from, to)| from <= *clause && *clause <= to)
    };
    let ranges = known.filter(between).cloned();
    citation.clauses.iter().cloned().chain(ranges).collect()
}

/// Clauses that should be cited by code and are not. One with clauses below it is cited by those.
fn uncited(specs: &Specs, by_code: &Specs) -> Vec<String> {
    let nothing = BTreeSet::new();
    let mut found = Vec::new();
    for file in COVERED {
        let known = specs.get(file).unwrap_or(&nothing);
        let cited = by_code.get(file).unwrap_or(&nothing);
        let has_parts = |clause: &Clause| {
            known
                .iter()
                .any(|other| other != clause && other.0.starts_with(&clause.0))
        };
        found.extend(
            known
                .iter()
                .filter(|clause| !cited.contains(clause) && !has_parts(clause))
                .map(|clause| format!("{SPECS}{file}, {clause} is cited by no code")),
        );
    }
    found
}

/// What is wrong with a citation.
fn faults(specs: &Specs, citation: &Citation) -> Vec<String> {
    let file = format!("{SPECS}{}", citation.file);
    let Some(known) = specs.get(&citation.file) else {
        return vec![format!("there is no {file}")];
    };
    let missing = citation
        .clauses
        .iter()
        .filter(|clause| !known.contains(clause))
        .map(|clause| format!("{file} has no clause {clause}"));
    let reversed = citation
        .ranges
        .iter()
        .filter(|(from, to)| from >= to)
        .map(|(from, to)| format!("{file}: from {from} to {to} is no range"));
    missing.chain(reversed).collect()
}

/// The texts of the workspace, by their paths from its root; hidden folders and build outputs are
/// passed over.
fn texts(root: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut open = vec![String::new()];
    while let Some(folder) = open.pop() {
        let entries = fs::read_dir(root.join(&folder))
            .with_context(|| format!("could not read the folder {folder}"))?;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else {
                continue;
            };
            let path = format!("{folder}{name}");
            let kind = entry.file_type()?;
            if kind.is_dir() && name != "target" {
                open.push(format!("{path}/"));
            } else if kind.is_file() && CITING.iter().any(|end| name.ends_with(end)) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::{Citation, Clause, SPECS, Specs, cited, clauses, faults};

    fn clause(text: &str) -> Clause {
        let (clause, rest) = Clause::read(text).unwrap();
        assert_eq!(rest, "");
        clause
    }

    /// The citations in `text`, where `@` stands for the folder of the specs: written out they
    /// would be citations of this file.
    fn citations(text: &str) -> Vec<Citation> {
        cited(&text.replace('@', SPECS))
    }

    /// The only citation in `text`, as "file: clauses".
    fn citation(text: &str) -> String {
        let [one] = citations(text).try_into().unwrap();
        let clauses: Vec<_> = one.clauses.iter().map(Clause::to_string).collect();
        format!("{}: {}", one.file, clauses.join(" "))
    }

    fn specs() -> Specs {
        let text = "# S\n## 1. One\n**1.1** a\n**1.2** b\n### 1.10 Ten\n## 2 Two\n";
        Specs::from([("s.md".into(), clauses(text).unwrap())])
    }

    fn faults_of(text: &str) -> Vec<String> {
        citations(text)
            .iter()
            .flat_map(|citation| faults(&specs(), citation))
            .map(|fault| fault.replace(SPECS, "@"))
            .collect()
    }

    #[test]
    fn headings_and_bold_numbers_are_clauses() {
        let text = "# 9 Title\n## 1. One\n### 1.1 a\n**1.2** b\n## 2 Two\n**2.1**: c\n";
        let expected = ["1", "1.1", "1.2", "2", "2.1"].map(clause);
        assert_eq!(clauses(text).unwrap(), expected.into());
    }

    #[test]
    fn other_numbers_are_no_clauses() {
        let text = "1. item\n1.2 text\n- **1** is one\n**12 coins** each\n##3 x\n## 3rd\n\
                    ```text\n## 4. in a fence\n```\n";
        assert_eq!(clauses(text).unwrap(), [].into());
    }

    #[test]
    fn a_clause_stands_once() {
        let error = clauses("**1.1** a\n### 1.1 b\n").unwrap_err();
        assert_eq!(error.to_string(), "clause 1.1 stands twice");
    }

    #[test]
    fn numbers_are_read() {
        assert_eq!(citation("(@s.md, 1.10)."), "s.md: 1.10");
        assert_eq!(citation("as in @s.md, 1.2."), "s.md: 1.2");
        assert_eq!(citation("@s.md, 1.1, that it breaks"), "s.md: 1.1");
        assert_eq!(citation("@s.md, 1.1, 1.2 and 2"), "s.md: 1.1 1.2 2");
        assert_eq!(citation("@s.md, 2.3 and more"), "s.md: 2.3");
        assert_eq!(citation("@s.md, 5.2 to 5.5)"), "s.md: 5.2 5.5");
    }

    #[test]
    fn lines_may_end_anywhere() {
        assert_eq!(
            citation("/// (@s.md, 3\n    /// and\n    /// 4)"),
            "s.md: 3 4"
        );
        assert_eq!(citation("//! @s.md,\n//! 7.1"), "s.md: 7.1");
        assert_eq!(citation("# (@s.md,\n# 7)"), "s.md: 7");
        let lines: Vec<_> = citations("a\n@s.md, 1\n\nb @t.md")
            .iter()
            .map(|citation| citation.line)
            .collect();
        assert_eq!(lines, [2, 4]);
    }

    #[test]
    fn a_file_alone_is_a_citation() {
        assert_eq!(citation("include_str!(\"../@s.md\")"), "s.md: ");
        assert_eq!(citation("see @s.md, which"), "s.md: ");
        assert_eq!(citations("@vectors/s.json and @*.md and @"), []);
    }

    #[test]
    fn what_is_not_there_is_named() {
        assert_eq!(
            faults_of("@s.md, 1.1 and @s.md, 1.2 to 1.10, @s.md"),
            [""; 0]
        );
        assert_eq!(faults_of("@t.md, 1"), ["there is no @t.md"]);
        assert_eq!(faults_of("@s.md, 1.1 and 1.3"), ["@s.md has no clause 1.3"]);
        assert_eq!(
            faults_of("@s.md, 2 to 1"),
            ["@s.md: from 2 to 1 is no range"]
        );
    }
}
