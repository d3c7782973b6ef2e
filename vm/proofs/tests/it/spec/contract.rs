//! A contract that asserts by itself what a script asserts of its module.

use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ElementSection, Elements, ExportKind, ExportSection,
    Function, FunctionSection, GlobalSection, GlobalType, InstructionSink, MemorySection, Module,
    TableSection, TypeSection, ValType,
};

use super::carved::{Body, Carved, encoded};

/// A number of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Number {
    I32(i32),
    I64(i64),
}

/// A call of a function of the module.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) function: u32,
    pub(crate) args: Vec<Number>,
    /// How many values it gives.
    pub(crate) results: usize,
}

/// What a script asserts.
#[derive(Clone, Debug)]
pub(crate) enum Claim {
    /// The call returns that, or it may be anything.
    Returns(Call, Option<Number>),
    /// The global is that.
    Holds(u32, Number),
    /// The call traps.
    Traps(Call),
    /// The call nests too deeply.
    Exhausts(Call),
    /// Something of this function, with values that no contract has.
    Beyond(u32),
}

impl Claim {
    /// The function that it calls.
    pub(crate) const fn function(&self) -> Option<u32> {
        match self {
            Self::Returns(call, _) | Self::Traps(call) | Self::Exhausts(call) => {
                Some(call.function)
            }
            Self::Beyond(function) => Some(*function),
            Self::Holds(..) => None,
        }
    }
}

/// An assertion and the line of the script where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Deed {
    pub(crate) line: usize,
    pub(crate) claim: Claim,
    /// Whether something may be different from what the script expects, because an earlier deed that
    /// changes things is left out, or because it trapped: every entry begins with a fresh instance.
    pub(crate) after_change: bool,
}

impl Deed {
    /// Whether the call comes back, so that others can follow in the same instance.
    pub(crate) const fn comes_back(&self) -> bool {
        matches!(self.claim, Claim::Returns(..) | Claim::Holds(..))
    }
}

/// The entry that holds all that comes back.
pub(crate) const ALL: &str = "all";

/// The entry of the deed at that place, one that does not come back. It does all that comes back first.
pub(crate) fn entry(place: usize) -> String {
    format!("t{place}")
}

/// Deeds in one function, at most, so that no body is too long (docs/spec/vm.md, 6.2).
const PART: usize = 500;

/// The module with a function for each run of deeds that come back, and an entry for each that does not.
pub(crate) fn written(carved: &Carved, deeds: &[Deed]) -> Vec<u8> {
    let mut module = Module::new();
    let mut types = TypeSection::new();
    for kind in &carved.kinds {
        let [params, results] = kind.as_ref().and_then(encoded).unwrap_or_default();
        types.ty().function(params, results);
    }
    let entry_kind = types.len();
    types.ty().function([], []);
    module.section(&types);

    let lost = carved.functions.len() as u32;
    let parts = Parts::of(deeds, carved.start, lost);
    let mut functions = FunctionSection::new();
    for function in &carved.functions {
        functions.function(function.kind);
    }
    for _ in 0..=parts.bodies.len() {
        functions.function(entry_kind);
    }
    module.section(&functions);
    sections_before_exports(carved, &mut module);

    let mut exports = ExportSection::new();
    if !carved.memories.is_empty() {
        exports.export("memory", ExportKind::Memory, 0);
    }
    for (name, function) in &parts.entries {
        exports.export(name, ExportKind::Func, *function);
    }
    module.section(&exports);

    let mut elements = ElementSection::new();
    for (offset, functions) in &carved.elements {
        elements.active(None, offset, Elements::Functions(functions.into()));
    }
    if !elements.is_empty() {
        module.section(&elements);
    }
    let mut code = CodeSection::new();
    for function in &carved.functions {
        match &function.body {
            Body::Kept(body) => code.raw(body),
            Body::Nothing => code.function(&body(|_| {})),
            Body::Lost => code.function(&body(|sink| {
                sink.call(lost).unreachable();
            })),
        };
    }
    code.function(&body(|sink| {
        sink.call(lost);
    }));
    for body in &parts.bodies {
        code.function(body);
    }
    module.section(&code);
    let mut data = DataSection::new();
    for (offset, bytes) in &carved.data {
        data.active(0, offset, bytes.iter().copied());
    }
    if !data.is_empty() {
        module.section(&data);
    }
    module.finish()
}

fn sections_before_exports(carved: &Carved, module: &mut Module) {
    let mut tables = TableSection::new();
    for kind in &carved.tables {
        tables.table(*kind);
    }
    if !tables.is_empty() {
        module.section(&tables);
    }
    let mut memories = MemorySection::new();
    for kind in &carved.memories {
        memories.memory(*kind);
    }
    if !memories.is_empty() {
        module.section(&memories);
    }
    let mut globals = GlobalSection::new();
    for global in &carved.globals {
        let kind = GlobalType {
            val_type: ValType::I32,
            mutable: true,
            shared: false,
        };
        let none = (kind, ConstExpr::i32_const(0));
        let (kind, init) = global.as_ref().unwrap_or(&none);
        globals.global(*kind, init);
    }
    if !globals.is_empty() {
        module.section(&globals);
    }
}

fn body(write: impl FnOnce(&mut InstructionSink<'_>)) -> Function {
    let mut function = Function::new([]);
    write(&mut function.instructions());
    function.instructions().end();
    function
}

/// Functions that assert.
struct Parts {
    bodies: Vec<Function>,
    entries: Vec<(String, u32)>,
}

impl Parts {
    /// The function at `lost` is followed by these.
    fn of(deeds: &[Deed], start: Option<u32>, lost: u32) -> Self {
        let first = lost + 1;
        let mut bodies = Vec::new();
        // How many parts stand before each deed that does not come back.
        let mut after = Vec::new();
        let mut open: Vec<&Deed> = Vec::new();
        for (place, deed) in deeds.iter().enumerate() {
            if deed.comes_back() {
                open.push(deed);
            }
            if !open.is_empty() && (open.len() == PART || !deed.comes_back()) {
                bodies.push(part(&open));
                open.clear();
            }
            if !deed.comes_back() {
                after.push((place, bodies.len() as u32));
            }
        }
        if !open.is_empty() {
            bodies.push(part(&open));
        }
        let begin = |sink: &mut InstructionSink<'_>, parts: u32| {
            for function in start.into_iter().chain(first..first + parts) {
                sink.call(function);
            }
        };
        let parts = bodies.len() as u32;
        let mut entries = vec![(ALL.to_owned(), first + parts)];
        bodies.push(body(|sink| begin(sink, parts)));
        for (place, parts) in after {
            entries.push((entry(place), first + bodies.len() as u32));
            bodies.push(body(|sink| {
                begin(sink, parts);
                if let Claim::Traps(call) | Claim::Exhausts(call) = &deeds[place].claim {
                    called(sink, call);
                    forgotten(sink, call.results);
                }
            }));
        }
        Self { bodies, entries }
    }
}

fn part(deeds: &[&Deed]) -> Function {
    body(|sink| {
        for deed in deeds {
            match &deed.claim {
                Claim::Returns(call, Some(result)) => {
                    called(sink, call);
                    equal(sink, *result);
                }
                Claim::Returns(call, None) => {
                    called(sink, call);
                    forgotten(sink, call.results);
                }
                Claim::Holds(global, value) => {
                    sink.global_get(*global);
                    equal(sink, *value);
                }
                Claim::Traps(_) | Claim::Exhausts(_) | Claim::Beyond(_) => {}
            }
        }
    })
}

fn called(sink: &mut InstructionSink<'_>, call: &Call) {
    call.args.iter().for_each(|arg| constant(sink, *arg));
    sink.call(call.function);
}

fn forgotten(sink: &mut InstructionSink<'_>, results: usize) {
    for _ in 0..results {
        sink.drop();
    }
}

fn constant(sink: &mut InstructionSink<'_>, number: Number) {
    match number {
        Number::I32(number) => sink.i32_const(number),
        Number::I64(number) => sink.i64_const(number),
    };
}

fn equal(sink: &mut InstructionSink<'_>, number: Number) {
    constant(sink, number);
    match number {
        Number::I32(_) => sink.i32_ne(),
        Number::I64(_) => sink.i64_ne(),
    };
    sink.if_(wasm_encoder::BlockType::Empty).unreachable().end();
}
