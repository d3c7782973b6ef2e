//! What a new contract begins with: one of the contracts in contracts/examples, which are tested here, and what
//! makes a package of it, in contracts/templates.

use std::fs;
use std::io;
use std::path::Path;

use include_dir::{Dir, File, include_dir};

static EXAMPLES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../contracts/examples");
static PACKAGE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../contracts/templates/package");

/// What a template is called, and which example it is.
const TEMPLATES: [(&str, &str); 6] = [
    ("empty", "counter"),
    ("escrow", "tv-escrow"),
    ("game", "rock-paper-scissors"),
    ("insurance", "cold-chain"),
    ("meter", "api-meter"),
    ("stream", "per-second"),
];

/// Names of the templates.
pub(crate) fn names() -> Vec<&'static str> {
    TEMPLATES.iter().map(|(name, _)| *name).collect()
}

/// Writes the files of a template into a folder, as a package of that name, and gives their paths in it.
pub(crate) fn write(
    template: &str,
    folder: &Path,
    name: &str,
    sdk: &Path,
) -> io::Result<Vec<String>> {
    let example = TEMPLATES
        .iter()
        .find(|(template_name, _)| *template_name == template);
    let Some((_, example)) = example else {
        return Err(io::Error::other(format!("there is no template {template}")));
    };
    let text = |path: &str| example_file(example, path);
    let manifest = package_file("Cargo.toml")?
        .replace("{{NAME}}", name)
        .replace("{{SDK}}", &sdk.display().to_string());
    // The tests name the crate; the contract itself does not know what it is called.
    let used = |name: &str| format!("use {}::", name.replace('-', "_"));
    let tests = text("tests/twin.rs")?.replace(&used(example), &used(name));
    let readme = text("README.md")? + &package_file("USAGE.md")?;
    let files = [
        ("Cargo.toml", manifest),
        (".gitignore", package_file(".gitignore")?),
        ("README.md", readme),
        ("src/lib.rs", text("src/lib.rs")?),
        ("tests/twin.rs", tests),
    ];
    for (path, text) in &files {
        let path = folder.join(path);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(path, text)?;
    }
    Ok(files.map(|(path, _)| path.to_owned()).into())
}

fn example_file(example: &str, path: &str) -> io::Result<String> {
    text(EXAMPLES.get_file(format!("{example}/{path}")), path)
}

fn package_file(path: &str) -> io::Result<String> {
    text(PACKAGE.get_file(path), path)
}

fn text(file: Option<&File<'_>>, path: &str) -> io::Result<String> {
    let text = file.and_then(File::contents_utf8);
    text.map(ToOwned::to_owned)
        .ok_or_else(|| io::Error::other(format!("this program was built without {path}")))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{names, write};

    #[test]
    fn each_template_becomes_a_package() {
        for template in names() {
            let folder = tempfile::tempdir().unwrap();
            let files = write(template, folder.path(), "my-own", Path::new("/sdk")).unwrap();
            assert!(files.contains(&String::from("src/lib.rs")), "{files:?}");
            let read = |file: &str| fs::read_to_string(folder.path().join(file)).unwrap();
            assert!(read("Cargo.toml").contains("name = \"my-own\""));
            assert!(read("Cargo.toml").contains("\"/sdk/contracts/sdk\""));
            assert!(read("tests/twin.rs").contains("use my_own::"), "{template}");
            let all = files.iter().map(|file| read(file)).collect::<String>();
            assert!(
                !all.contains("{{"),
                "{template} has a place that is not filled"
            );
        }
    }
}
