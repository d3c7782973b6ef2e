//! Modules that do much: loops, tables of branches, bulk memory, calls of each other. wasm-smith
//! seldom gets that far before it traps.

use arbitrary::Unstructured;
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, DataSection, ElementSection, Elements, EntityType,
    ExportKind, ExportSection, Function, FunctionSection, GlobalSection, GlobalType, ImportSection,
    InstructionSink, MemArg, MemArgTarget, MemorySection, MemoryType, Module, RefType,
    TableSection, TableType, TypeSection, ValType,
};

/// The entries of every program.
pub(crate) const ENTRIES: [&str; 2] = ["a", "b"];

/// Types: of entries, of helpers, of host functions.
const ENTRY: u32 = 0;
const HELPER: u32 = 1;
const OTHER: u32 = 2;
const EMIT: u32 = 3;
const TAKE: u32 = 4;
/// Functions: imports, two entries, then helpers of both types by turns.
const IMPORTS: u32 = 3;
const HELPERS: u32 = IMPORTS + 2;
/// Locals of every function: its parameter or parameters first, then 32 bits, then 64.
const LOCALS: [(u32, ValType); 2] = [(3, ValType::I32), (1, ValType::I64)];
/// How deep statements and expressions nest.
const NESTING: u32 = 5;

/// The module that `seed` says.
pub(crate) fn program(seed: &[u8]) -> Vec<u8> {
    let mut seed = Unstructured::new(seed);
    let helpers = seed.int_in_range(1..=5).unwrap_or(1);
    let mut module = Module::new();
    module.section(&types());
    let mut imports = ImportSection::new();
    for (name, kind) in [("emit", EMIT), ("input_read", TAKE), ("revert", TAKE)] {
        imports.import("twinroot", name, EntityType::Function(kind));
    }
    module.section(&imports);
    let mut functions = FunctionSection::new();
    let kinds: Vec<u32> = [ENTRY, ENTRY]
        .into_iter()
        .chain((0..helpers).map(|helper| [HELPER, OTHER][helper as usize % 2]))
        .collect();
    for kind in &kinds {
        functions.function(*kind);
    }
    module.section(&functions);
    module.section(TableSection::new().table(TableType {
        element_type: RefType::FUNCREF,
        table64: false,
        minimum: 8,
        maximum: Some(8),
        shared: false,
    }));
    module.section(MemorySection::new().memory(MemoryType {
        minimum: 1,
        maximum: Some(3),
        memory64: false,
        shared: false,
        page_size_log2: None,
    }));
    let mut globals = GlobalSection::new();
    for (val_type, init) in [
        (ValType::I32, ConstExpr::i32_const(3)),
        (ValType::I64, ConstExpr::i64_const(-4)),
    ] {
        let kind = GlobalType {
            val_type,
            mutable: true,
            shared: false,
        };
        globals.global(kind, &init);
    }
    module.section(&globals);
    let mut exports = ExportSection::new();
    for (name, entry) in ENTRIES.into_iter().zip(IMPORTS..) {
        exports.export(name, ExportKind::Func, entry);
    }
    exports.export("memory", ExportKind::Memory, 0);
    module.section(&exports);
    let listed: Vec<u32> = (0..helpers)
        .filter(|_| seed.arbitrary().unwrap_or(true))
        .map(|helper| HELPERS + helper)
        .collect();
    module.section(ElementSection::new().active(
        None,
        &ConstExpr::i32_const(1),
        Elements::Functions(listed.into()),
    ));
    let mut code = CodeSection::new();
    for kind in kinds {
        let mut function = Function::new(LOCALS);
        Writer {
            seed: &mut seed,
            code: function.instructions(),
            helpers,
            kind,
            labels: vec![kind != ENTRY],
        }
        .body();
        code.function(&function);
    }
    module.section(&code);
    module.section(DataSection::new().active(0, &ConstExpr::i32_const(8), *b"twin roots agree"));
    module.finish()
}

fn types() -> TypeSection {
    use ValType::{I32, I64};
    let mut types = TypeSection::new();
    types.ty().function([], []);
    types.ty().function([I32], [I32]);
    types.ty().function([I32, I64], [I32]);
    types.ty().function([I32, I32], []);
    types.ty().function([I32], []);
    types
}

struct Writer<'s, 'd, 'f> {
    seed: &'s mut Unstructured<'d>,
    code: InstructionSink<'f>,
    helpers: u32,
    kind: u32,
    /// Blocks that are open, the body first: whether a branch to each takes a result.
    labels: Vec<bool>,
}

impl Writer<'_, '_, '_> {
    fn body(mut self) {
        self.statements(NESTING);
        if self.labels[0] {
            self.number(NESTING);
        }
        self.code.end();
    }

    fn pick(&mut self, below: u32) -> u32 {
        self.seed.int_in_range(0..=below - 1).unwrap_or(0)
    }

    fn parameters(&self) -> u32 {
        [0, 1, 2][self.kind as usize]
    }

    /// A local of 32 bits.
    fn local(&mut self) -> u32 {
        let declared = self.parameters() + self.pick(3);
        if self.kind != ENTRY && self.pick(4) == 0 {
            0
        } else {
            declared
        }
    }

    fn wide_local(&self) -> u32 {
        self.parameters() + 3
    }

    fn statements(&mut self, nesting: u32) {
        for _ in 0..self.pick(4) {
            self.statement(nesting);
        }
    }

    fn statement(&mut self, nesting: u32) {
        if nesting == 0 || self.seed.is_empty() {
            self.code.nop();
            return;
        }
        let inner = nesting - 1;
        match self.pick(20) {
            0..=2 => {
                self.number(inner);
                let local = self.local();
                self.code.local_set(local);
            }
            3 => {
                self.number(inner);
                self.code.global_set(0);
            }
            4 => {
                self.wide(inner);
                self.code.global_set(1);
            }
            5..=6 => {
                self.number(inner);
                self.wide(inner);
                self.code.i64_store(far(16));
            }
            7..=8 => self.block(inner, false),
            9..=11 => self.turns(inner),
            12..=13 => self.choice(inner, false),
            14 => {
                let label = self.label();
                self.branch_operand(label, inner);
                self.code.br(label);
            }
            15 => {
                let label = self.label();
                self.branch_operand(label, inner);
                self.number(inner);
                self.code.br_if(label);
                if self.takes(label) {
                    self.code.drop();
                }
            }
            16 => self.branch_table(inner),
            17 => self.bulk(inner),
            18 => self.host(inner),
            _ => {
                self.number(inner);
                match self.pick(8) {
                    0 => self.leave(),
                    1 => drop(self.code.drop().unreachable()),
                    _ => drop(self.code.drop()),
                }
            }
        }
    }

    fn leave(&mut self) {
        if self.labels[0] {
            self.code.return_();
        } else {
            self.code.drop().return_();
        }
    }

    fn block(&mut self, nesting: u32, result: bool) {
        self.code.block(block_type(result));
        self.labels.push(result);
        self.statements(nesting);
        if result {
            self.number(nesting);
        }
        self.labels.pop();
        self.code.end();
    }

    /// A loop that counts a local down, most often.
    fn turns(&mut self, nesting: u32) {
        let (local, turns) = (self.local(), self.pick(40));
        self.code.i32_const(turns as i32).local_set(local);
        self.code.loop_(BlockType::Empty);
        self.labels.push(false);
        self.statements(nesting);
        self.code
            .local_get(local)
            .i32_const(1)
            .i32_sub()
            .local_tee(local);
        self.code.i32_const(0).i32_gt_s().br_if(0);
        self.labels.pop();
        self.code.end();
    }

    fn choice(&mut self, nesting: u32, result: bool) {
        self.number(nesting);
        self.code.if_(block_type(result));
        self.labels.push(result);
        self.statements(nesting);
        if result {
            self.number(nesting);
        }
        if result || self.pick(2) == 0 {
            self.code.else_();
            self.statements(nesting);
            if result {
                self.number(nesting);
            }
        }
        self.labels.pop();
        self.code.end();
    }

    fn label(&mut self) -> u32 {
        self.pick(self.labels.len() as u32)
    }

    fn takes(&self, label: u32) -> bool {
        self.labels[self.labels.len() - 1 - label as usize]
    }

    fn branch_operand(&mut self, label: u32, nesting: u32) {
        if self.takes(label) {
            self.number(nesting);
        }
    }

    fn branch_table(&mut self, nesting: u32) {
        let default = self.label();
        let same =
            (0..self.labels.len() as u32).filter(|label| self.takes(*label) == self.takes(default));
        let same: Vec<u32> = same.collect();
        let count = self.pick(4);
        let targets: Vec<u32> = (0..count)
            .map(|_| same[self.pick(same.len() as u32) as usize])
            .collect();
        self.branch_operand(default, nesting);
        self.number(nesting);
        self.code.br_table(targets, default);
    }

    fn bulk(&mut self, nesting: u32) {
        self.number(nesting);
        self.number(nesting);
        // Seldom more bytes than there are.
        let most = [255, 4095, -1][self.pick(12) as usize / 5];
        self.number(nesting);
        self.code.i32_const(most).i32_and();
        if self.pick(2) == 0 {
            self.code.memory_fill(0);
        } else {
            self.code.memory_copy(0, 0);
        }
    }

    fn host(&mut self, nesting: u32) {
        self.number(nesting);
        match self.pick(12) {
            0..=4 => drop(self.code.call(2)),
            5..=6 => drop(self.code.call(1)),
            _ => drop(self.code.i32_const(60).call(0)),
        }
    }

    /// An expression of 32 bits.
    fn number(&mut self, nesting: u32) {
        if nesting == 0 || self.seed.is_empty() {
            let number = [0, 1, 2, 5, 100, 4096, 65_000, -1][self.pick(8) as usize];
            self.code.i32_const(number);
            return;
        }
        let inner = nesting - 1;
        match self.pick(20) {
            0..=3 => {
                let local = self.local();
                self.code.local_get(local);
            }
            4 => drop(self.code.global_get(0)),
            5 => {
                self.wide(inner);
                self.code.i32_wrap_i64();
            }
            6..=9 => {
                self.number(inner);
                self.number(inner);
                match self.pick(7) {
                    0 => self.code.i32_add(),
                    1 => self.code.i32_sub(),
                    2 => self.code.i32_mul(),
                    3 => self.code.i32_lt_u(),
                    4 => self.code.i32_rem_u(),
                    5 => self.code.i32_shr_s(),
                    _ => self.code.i32_and(),
                };
            }
            10..=11 => {
                self.number(inner);
                self.code.i32_const(0xffff).i32_and().i32_load16_s(far(3));
            }
            12..=13 if self.helpers > 0 => self.call(inner),
            14 => {
                self.number(inner);
                match self.pick(3) {
                    0 => self.code.memory_grow(0),
                    1 => self.code.i32_const(3).i32_and().memory_grow(0),
                    _ => self.code.drop().memory_size(0),
                };
            }
            15 => {
                self.number(inner);
                self.number(inner);
                self.number(inner);
                self.code.select();
            }
            16 => self.block(inner, true),
            17 => self.choice(inner, true),
            18 => {
                self.number(inner);
                let local = self.local();
                self.code.local_tee(local);
            }
            _ => {
                self.number(inner);
                self.code.i32_eqz();
            }
        }
    }

    fn call(&mut self, nesting: u32) {
        let helper = self.pick(self.helpers);
        let other = helper % 2 == 1;
        self.number(nesting);
        if other {
            self.wide(nesting);
        }
        if self.pick(3) > 0 {
            self.code.call(HELPERS + helper);
        } else {
            self.number(nesting);
            self.code.i32_const(7).i32_and();
            self.code
                .call_indirect(0, if other { OTHER } else { HELPER });
        }
    }

    /// An expression of 64 bits.
    fn wide(&mut self, nesting: u32) {
        if nesting == 0 || self.seed.is_empty() {
            self.code.i64_const(-9);
            return;
        }
        let inner = nesting - 1;
        match self.pick(6) {
            0 => drop(self.code.global_get(1)),
            1 => {
                let local = self.wide_local();
                self.code.local_get(local);
            }
            2 => {
                self.wide(inner);
                let local = self.wide_local();
                self.code.local_tee(local);
            }
            3 => {
                self.number(inner);
                self.code.i64_extend_i32_u();
            }
            4 => {
                self.wide(inner);
                self.wide(inner);
                match self.pick(4) {
                    0 => self.code.i64_add(),
                    1 => self.code.i64_div_s(),
                    2 => self.code.i64_rotl(),
                    _ => self.code.i64_xor(),
                };
            }
            _ => {
                self.number(inner);
                self.code.i32_const(0xfff).i32_and().i64_load(far(0));
            }
        }
    }
}

fn block_type(result: bool) -> BlockType {
    if result {
        BlockType::Result(ValType::I32)
    } else {
        BlockType::Empty
    }
}

fn far(offset: u64) -> MemArg {
    MemArg {
        offset,
        align: 0,
        target: MemArgTarget::default(),
        ordering: None,
    }
}
