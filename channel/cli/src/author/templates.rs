//! What a new contract begins with: the folders of contracts/templates.

use std::fs;
use std::io;
use std::path::Path;

use include_dir::{Dir, DirEntry, include_dir};

static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../contracts/templates");

/// Names of the templates.
pub(crate) fn names() -> Vec<&'static str> {
    let mut names: Vec<_> = TEMPLATES
        .dirs()
        .filter_map(|folder| folder.path().to_str())
        .collect();
    names.sort_unstable();
    names
}

/// Writes the files of a template into a folder, `values` in the places of their names, and gives their
/// paths in it.
pub(crate) fn write(
    template: &str,
    folder: &Path,
    values: &[(&str, &str)],
) -> io::Result<Vec<String>> {
    let mut written = Vec::new();
    if let Some(template) = TEMPLATES.get_dir(template) {
        write_all(template, template.path(), folder, values, &mut written)?;
    }
    written.sort_unstable();
    Ok(written)
}

fn write_all(
    from: &Dir<'_>,
    root: &Path,
    folder: &Path,
    values: &[(&str, &str)],
    written: &mut Vec<String>,
) -> io::Result<()> {
    for entry in from.entries() {
        let place = entry.path().strip_prefix(root).unwrap_or(entry.path());
        let path = folder.join(place);
        match entry {
            DirEntry::Dir(inner) => {
                fs::create_dir_all(&path)?;
                write_all(inner, root, folder, values, written)?;
            }
            DirEntry::File(file) => {
                let text = String::from_utf8_lossy(file.contents()).into_owned();
                fs::write(&path, fill(text, values))?;
                written.push(place.display().to_string());
            }
        }
    }
    Ok(())
}

fn fill(text: String, values: &[(&str, &str)]) -> String {
    values.iter().fold(text, |text, (name, value)| {
        text.replace(&format!("{{{{{name}}}}}"), value)
    })
}

#[cfg(test)]
mod tests {
    use super::{TEMPLATES, fill, names};

    #[test]
    fn a_name_in_braces_is_a_place() {
        let text = String::from("{{NAME}} is NAME, twice {{NAME}}");
        assert_eq!(fill(text, &[("NAME", "tv")]), "tv is NAME, twice tv");
    }

    #[test]
    fn each_template_has_what_a_contract_needs() {
        assert!(names().contains(&"escrow") && names().contains(&"empty"));
        for name in names() {
            for file in [
                "Cargo.toml",
                "src/lib.rs",
                "tests/twin.rs",
                "README.md",
                ".gitignore",
            ] {
                assert!(
                    TEMPLATES.get_file(format!("{name}/{file}")).is_some(),
                    "{name} has no {file}"
                );
            }
        }
    }
}
