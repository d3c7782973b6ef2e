//! The document is what docs/spec/contract.md shows of it.

use twinroot_spec::Spec;

use crate::module::module;

const LINES: &str = r#"{"contract":"Meter","docs":"Calls of an API, paid in advance.","hold":100,"fallback":50,"storage":[{"name":"plan","type":"Value<Plan>","docs":"What was agreed.","first":"Plan"},{"name":"used","type":"Map<Hash, u64>","docs":"","first":"()"}]}
{"entry":"draw","docs":"Pays for calls.","args":[{"name":"calls","type":"u64"}],"returns":"Amount"}
{"data":"Plan","docs":"A price and who asks it.","fields":[{"name":"price","type":"Amount","docs":"Of a call."},{"name":"tier","type":"Tier"}]}
{"data":"Tier","docs":"","variants":[{"value":0,"name":"Free","docs":""},{"value":1,"name":"Paid","docs":""}]}
{"errors":"Error","docs":"","codes":[{"code":1,"name":"Empty","docs":"Nothing is left: pay in."}]}
{"events":"Event","docs":"","variants":[{"value":0,"name":"Drawn","docs":"Calls were paid.","fields":[{"name":"calls","type":"u64"}]}]}
"#;

#[test]
fn the_example_of_the_spec_is_a_document() {
    let spec = Spec::of_module(&module(&["init", "draw"], &[], LINES)).unwrap();
    let document = serde_json::to_value(spec.document()).unwrap();
    let text = include_str!("../../../../docs/spec/contract.md");
    let (_, example) = text.split_once("```json\n").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let example: serde_json::Value = serde_json::from_str(example).unwrap();
    assert_eq!(
        document,
        example,
        "{}",
        serde_json::to_string_pretty(&spec.document()).unwrap()
    );
}
