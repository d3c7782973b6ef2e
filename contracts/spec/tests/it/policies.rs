//! The policies here and those of the SDK are one (docs/spec/oracles.md, 5).

use serde_json::{Value, json};
use twinroot_sdk::{
    Contradicted, Each, Fixed, KOfNEqual, MiddleOf, OfOracle, OutFor, Rule, Run, SilentFor,
    Type as Written, YoungerThan,
};
use twinroot_spec::{Spec, Type};

use crate::codec::written;
use crate::module::{module, spec};

/// A contract whose second field is that policy, as the SDK writes it.
fn contract<R: Rule>() -> Spec {
    let (kind, first) = (written(R::TYPE), written(R::Watched::TYPE));
    let line = format!(
        r#"{{"contract":"C","docs":"","storage":[{{"name":"a","type":"List<u8>","docs":"","first":"()"}},{{"name":"b","type":"{kind}","docs":"","first":"{first}"}}]}}"#
    );
    Spec::of_module(&module(&["init"], &[R::POLICY.at(1)], &line)).unwrap()
}

fn agrees<R: Rule>() {
    let is = |kind: &Type, name: Written, size| {
        assert_eq!((kind.to_string(), kind.size()), (written(name), size));
    };
    let spec = contract::<R>();
    let policy = &spec.policies[0];
    assert_eq!(policy.rule.to_string(), written(R::TYPE));
    assert_eq!(policy.policy(), R::POLICY.at(1));
    is(&policy.params, R::Watched::TYPE, R::Watched::SIZE);
    is(&policy.verdict, R::Verdict::TYPE, R::Verdict::SIZE);
    assert_eq!(spec.entry("init").unwrap().args[0].kind, policy.params);
}

#[test]
fn each_policy_is_that_of_the_sdk() {
    agrees::<KOfNEqual<2, 3>>();
    agrees::<KOfNEqual<16, 16>>();
    agrees::<Run<1>>();
    agrees::<Run<256>>();
    agrees::<MiddleOf<3>>();
    agrees::<MiddleOf<15>>();
    agrees::<OutFor<1>>();
    agrees::<OutFor<{ u64::MAX }>>();
    agrees::<SilentFor<1>>();
    agrees::<SilentFor<{ u64::MAX }>>();
    agrees::<YoungerThan<1>>();
    agrees::<YoungerThan<{ u64::MAX }>>();
    agrees::<Each>();
    agrees::<Contradicted>();
    agrees::<OfOracle>();
}

#[test]
fn the_document_has_the_types_that_a_policy_speaks_in() {
    let document = serde_json::to_value(contract::<Each>().document()).unwrap();
    let types = document["types"].as_array().unwrap();
    let names: Vec<_> = types.iter().map(|kind| &kind["name"]).collect();
    assert_eq!(names, ["Mark", "Message", "Said", "Source"]);
    let said = &types[2];
    assert_eq!(said["size"], 35);
    let case = |number: usize| {
        let case = &said["cases"][number];
        let fields = case["fields"].as_array().unwrap();
        let fields: Value = fields.iter().map(|field| field["type"].clone()).collect();
        json!([case["value"], case["name"], fields])
    };
    assert_eq!(case(0), json!([0, "Reading", ["i64"]]));
    assert_eq!(case(1), json!([1, "Claim", ["Subject", "u16"]]));
}

#[test]
fn what_a_feed_says_has_one_form() {
    let line = r#"{"entry":"tell","docs":"","args":[{"name":"said","type":"Said"}]}"#;
    let spec = spec(line).unwrap();
    let read = |bytes: &[u8]| spec.decode_args("tell", bytes).map_err(|it| it.to_string());
    let mut bytes = [0; 35];
    bytes[1] = 5;
    assert_eq!(read(&bytes), Ok(json!({"said": {"Reading": {"value": 5}}})));
    bytes[34] = 1;
    let padded = "the arguments of `tell`: the byte 0x01 stands for no Said";
    assert_eq!(read(&bytes), Err(padded.to_owned()));
    bytes[0] = 2;
    let unknown = "the arguments of `tell`: the byte 0x02 stands for no Said";
    assert_eq!(read(&bytes), Err(unknown.to_owned()));

    let word = r#"said={"Reading":{"value":5}}"#;
    let written = spec.encode_words("tell", [word]).unwrap();
    assert_eq!((written[1], written.len()), (5, 35));
    let wants = "wants Said, an object with the fields of one of Reading, Claim";
    for (value, message) in [
        (json!("Reading"), format!("`said`: {wants}, got \"Reading\"")),
        (json!({}), format!("`said`: {wants}, got an object")),
        (
            json!({"Reading": {"value": 5}, "Claim": {}}),
            format!("`said`: {wants}, got an object"),
        ),
        (
            json!({"Reading": {"code": 5}}),
            "`said.Reading.value`: is missing: give i64, a number from -9223372036854775808 to 9223372036854775807".to_owned(),
        ),
    ] {
        let refused = spec.encode_args("tell", &json!({"said": value}));
        let told = refused.unwrap_err().to_string();
        assert!(told.ends_with(&message), "{told}");
    }
}

#[test]
fn what_an_oracle_answers_has_one_form() {
    let line = r#"{"entry":"tell","docs":"","args":[{"name":"answer","type":"Answer"}]}"#;
    let spec = spec(line).unwrap();
    let mut bytes = [0; 267];
    let read = |bytes: &[u8]| spec.decode_args("tell", bytes).map_err(|it| it.to_string());
    assert_eq!(read(&bytes), Ok(json!({"answer": {"None": {}}})));
    bytes[1] = 5;
    let padded = "the arguments of `tell`: the byte 0x05 stands for no Answer";
    assert_eq!(read(&bytes), Err(padded.to_owned()));
    bytes[0] = 1;
    assert_eq!(read(&bytes).unwrap()["answer"]["Given"]["at"], 5);
}
