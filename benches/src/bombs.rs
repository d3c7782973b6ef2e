//! Modules that are made to take long, or much stack, in a compiler. The gate refuses them, or they are
//! compiled within a time that `twinroot bench` prints.

/// A module that is made to take long, or much stack, in a compiler.
#[derive(Debug)]
pub struct Bomb {
    /// What it is.
    pub name: String,
    text: String,
    /// Whether the gate refuses it.
    pub is_refused: bool,
}

impl Bomb {
    /// The module.
    ///
    /// # Panics
    /// Never: the texts are modules.
    #[must_use]
    pub fn wasm(&self) -> Vec<u8> {
        wat::parse_str(&self.text).expect("a module")
    }
}

fn bomb(name: impl Into<String>, is_refused: bool, text: impl Into<String>) -> Bomb {
    Bomb {
        name: name.into(),
        text: text.into(),
        is_refused,
    }
}

/// A function with that body, and whatever else the module has.
fn function(more: &str, body: &str) -> String {
    format!(r#"(module {more} (func (export "go") (local i32 i64) {body}))"#)
}

/// One instruction sequence, again and again.
fn again(count: usize, what: &str) -> String {
    what.repeat(count)
}

/// Locals (docs/spec/vm.md, 6.2): all of them alive at the same time, again and again.
fn locals(count: usize, rounds: usize) -> Bomb {
    let mut body = String::new();
    for round in 0..rounds {
        for local in 0..count {
            let other = (local * 7 + round + 1) % count;
            body.push_str(&format!(
                "(local.set {local} (i64.add (local.get {local}) (local.get {other})))"
            ));
        }
    }
    let text = format!(
        r#"(module (func (export "go") (local {}) {body}))"#,
        again(count, "i64 ")
    );
    bomb(
        format!("{count} locals, each set {rounds} times"),
        count > 256,
        text,
    )
}

/// Calls of a function with very many parameters.
fn parameters(count: usize, calls: usize) -> Bomb {
    let call = format!("{} call $f ", again(count, "local.get 1 "));
    let more = format!("(func $f (param {}))", again(count, "i64 "));
    let name = format!("{calls} calls of {count} parameters");
    bomb(name, count > 32, function(&more, &again(calls, &call)))
}

/// The same through a table, where types are compared too.
fn parameters_through_a_table(count: usize, calls: usize) -> Bomb {
    let kind = format!(
        "(type $t (func (param {}) (result i64)))",
        again(count, "i64 ")
    );
    let more = format!(
        "{kind} (table 1 funcref) (elem (i32.const 0) $f) (func $f (type $t) (i64.const 1))"
    );
    let call = format!(
        "{} local.get 0 call_indirect (type $t) local.set 1 ",
        again(count, "local.get 1 ")
    );
    let name = format!("{calls} indirect calls of {count} parameters");
    bomb(name, count > 32, function(&more, &again(calls, &call)))
}

fn nesting(depth: usize, kind: &str) -> Bomb {
    let (open, close) = match kind {
        "if" => ("(if (local.get 0) (then ", "))"),
        "block" => ("(block (br_if 0 (local.get 0)) ", ")"),
        _ => ("(loop (br_if 0 (local.get 0)) ", ")"),
    };
    let body = format!("{}{}", again(depth, open), again(depth, close));
    bomb(
        format!("{depth} nested `{kind}`"),
        depth > 128,
        function("", &body),
    )
}

/// Tables of branches, as many as a body holds.
fn tables(targets: usize, count: usize, depth: usize) -> Bomb {
    let mut labels = String::new();
    for target in 0..=targets {
        labels.push_str(&format!("{} ", target % depth));
    }
    let table = format!("(block (br_table {labels} (local.get 0)))");
    let body = format!(
        "{}{}{}",
        again(depth, "(block "),
        again(count, &table),
        again(depth, ")")
    );
    let name = format!("{count} `br_table` of {targets} in {depth} blocks");
    bomb(name, targets > 256, function("", &body))
}

/// Bodies as long as they may be.
fn giants() -> Vec<Bomb> {
    let ifs =
        "(if (local.get 0) (then (local.set 1 (i64.const 3))) (else (local.set 0 (i32.const 4))))";
    let nests = format!(
        "{}{}",
        again(120, "(if (local.get 0) (then "),
        again(120, "))")
    );
    vec![
        // Each value is wanted at the very end, so all are alive at once: the frame is too deep.
        bomb(
            "a body of values on the stack",
            true,
            function(
                "",
                &format!(
                    "{}{}",
                    again(20_000, "local.get 1 "),
                    again(20_000, "drop ")
                ),
            ),
        ),
        bomb(
            "a body of adds",
            false,
            function(
                "",
                &format!("local.get 1 {} drop", again(21_000, "local.get 1 i64.add ")),
            ),
        ),
        bomb(
            "a body of adds, longer than bodies are",
            true,
            function(
                "",
                &format!("local.get 1 {} drop", again(22_000, "local.get 1 i64.add ")),
            ),
        ),
        bomb(
            "a body of calls",
            false,
            function("(func $f)", &again(30_000, "call $f ")),
        ),
        bomb("a body of ifs", false, function("", &again(3_600, ifs))),
        bomb(
            "a body of nests of ifs",
            false,
            function("", &again(80, &nests)),
        ),
        bomb(
            "a body of 9,000 loops",
            true,
            function("", &again(9_000, "(loop (br_if 0 (local.get 0)))")),
        ),
        bomb(
            "a body of divisions",
            false,
            function(
                "",
                &format!(
                    "local.get 0 {} drop",
                    again(21_000, "local.get 0 i32.div_s ")
                ),
            ),
        ),
        bomb(
            "a body of stores",
            false,
            function(
                r#"(memory (export "memory") 1)"#,
                &again(7_000, "(i64.store offset=9 (local.get 0) (local.get 1)) "),
            ),
        ),
        bomb(
            "a body of grows",
            false,
            function(
                r#"(memory (export "memory") 1)"#,
                &again(8_000, "(local.set 0 (memory.grow (local.get 0))) "),
            ),
        ),
        bomb(
            "a body of selects",
            false,
            function(
                "",
                &again(
                    7_000,
                    "(local.set 1 (select (local.get 1) (local.get 1) (local.get 0))) ",
                ),
            ),
        ),
    ]
}

/// Very many functions, and modules as long as they may be (docs/spec/vm.md, 6.1).
fn masses() -> Vec<Bomb> {
    let module = |count: usize, body: &str| {
        let functions = again(count, &format!("(func (local i32 i64) {body})"));
        format!(r#"(module (func (export "go")) {functions})"#)
    };
    let chain: String = (0..4_095)
        .map(|next| format!("(func (call {}))", next + 1))
        .collect();
    let cycle: String = (0..4_095)
        .map(|next| format!("(func (call {}) (call 0))", next + 1))
        .collect();
    let web = format!("{} {}", "(func $f (type $t) (i32.const 0))", {
        let through = "(call_indirect (type $t) (local.get 0) (local.get 0)) drop ";
        again(
            1_000,
            &format!("(func (type $t) {} (i32.const 0))", again(5, through)),
        )
    });
    let listed = again(1_000, "1 ");
    vec![
        bomb(
            "4,096 functions",
            false,
            module(4_095, "(local.set 1 (i64.const 5))"),
        ),
        bomb("4,097 functions", true, module(4_096, "")),
        bomb(
            "250 KiB of loops, 256 a body",
            false,
            module(130, &again(256, "(loop (br_if 0 (local.get 0)))")),
        ),
        bomb(
            "a chain of 4,096 calls",
            true,
            format!("(module {chain} (func (export \"go\")))"),
        ),
        bomb(
            "a cycle of 4,096 calls",
            true,
            format!("(module {cycle} (func (export \"go\")))"),
        ),
        bomb(
            "1,000 functions that call each other through a table",
            false,
            format!(
                "(module (type $t (func (param i32) (result i32))) (table 1024 funcref)
                    (elem (i32.const 0) {listed}) {web})"
            ),
        ),
        bomb(
            "256 KiB of adds in 100 functions",
            false,
            module(
                100,
                &again(370, "(local.set 1 (i64.add (local.get 1) (i64.const 9)))"),
            ),
        ),
        bomb(
            "256 KiB of locals",
            false,
            format!(
                "(module {})",
                again(4_096, &format!("(func (local {}))", again(13, "i32 i64 ")))
            ),
        ),
        bomb(
            "more than 256 KiB",
            true,
            module(
                100,
                &again(400, "(local.set 1 (i64.add (local.get 1) (i64.const 9)))"),
            ),
        ),
    ]
}

/// All of them.
#[must_use]
pub fn bombs() -> Vec<Bomb> {
    let mut all = vec![
        locals(256, 30),
        locals(257, 1),
        locals(50_000, 0),
        parameters(32, 900),
        parameters(33, 1),
        parameters(61, 500),
        parameters(1_000, 30),
        parameters_through_a_table(32, 850),
        parameters_through_a_table(61, 500),
    ];
    for kind in ["block", "loop", "if"] {
        all.extend([
            nesting(128, kind),
            nesting(129, kind),
            nesting(10_000, kind),
        ]);
    }
    all.extend([
        tables(256, 200, 1),
        tables(256, 200, 120),
        tables(257, 1, 1),
        tables(10_000, 1, 1),
    ]);
    all.extend(giants());
    all.extend(masses());
    all
}
