//! docs/spec/api.schema.json says what the types say. `TWINROOT_BLESS=1 cargo test` writes it anew.

use std::fs;
use std::path::Path;

use twinroot_client::schema;

#[test]
fn the_schema_is_that_of_the_types() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/spec/api.schema.json");
    let mut text = serde_json::to_string_pretty(&schema()).unwrap();
    text.push('\n');
    if std::env::var_os("TWINROOT_BLESS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap();
    assert!(
        written == text,
        "docs/spec/api.schema.json is of other types; TWINROOT_BLESS=1 writes it anew"
    );
}
