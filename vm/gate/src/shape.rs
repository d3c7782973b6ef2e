//! How large the parts of a module may be (docs/spec/vm.md, 6).

/// The caps on the shape of a module. The cap on its whole length is
/// [`twinroot_types::Limits::code_bytes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Parameters of a function type. Higher: calls with many parameters compile slowly (a "parameter bomb").
    pub params: usize,
    /// Declared locals of a function. Higher: register allocation takes longer than linear time.
    pub locals: usize,
    /// Bytes of a function body, locals included. Higher: one function takes longer to compile.
    pub body_bytes: usize,
    /// Blocks open at once in a body. Higher: engines that recurse over blocks need more native stack.
    pub nesting: usize,
    /// Loops of a body. Higher: register allocation splits what lives across them, in quadratic time.
    pub loops: usize,
    /// Targets of a `br_table`, the default not counted. Higher: quadratic work in some compilers.
    pub br_table: usize,
    /// Function types. Higher: more to intern when the module is loaded.
    pub types: usize,
    /// Defined functions. Higher: more to compile and to link when the module is loaded.
    pub functions: usize,
    /// Defined globals. Higher: an instance takes more memory and longer to start.
    pub globals: usize,
    /// Entries of the table, and functions of all element segments together. Higher: an instance starts more slowly.
    pub table_entries: usize,
    /// Pages of 64 KiB that the memory starts with and may grow to. Higher: an instance takes more memory.
    pub memory_pages: u32,
    /// Data segments, and element segments. Higher: an instance starts more slowly.
    pub segments: usize,
    /// Bytes of all data segments. Higher: an instance starts more slowly.
    pub data_bytes: usize,
}

impl Shape {
    /// The caps of protocol version 1.
    pub const V1: Self = Self {
        params: 32,
        locals: 256,
        body_bytes: 64 * 1024,
        nesting: 128,
        loops: 256,
        br_table: 256,
        types: 1024,
        functions: 4096,
        globals: 1024,
        table_entries: 1024,
        memory_pages: 64,
        segments: 1024,
        data_bytes: 256 * 1024,
    };
}
