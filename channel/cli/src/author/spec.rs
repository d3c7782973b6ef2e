//! What a contract says of itself, as a person reads it.

use std::io::{self, Write};

use twinroot_spec::{Entry, Named, Shape, Spec, SpecError, Type};

use super::Fault;

/// The spec of a module, if it has one. One that is not of the module is a fault.
pub(crate) fn read(wasm: &[u8]) -> Result<Option<Spec>, Fault> {
    match Spec::of_module(wasm) {
        Ok(spec) => Ok(Some(spec)),
        Err(SpecError::Missing) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Tells all of it: what the contract keeps, takes, calls off and tells.
pub(crate) fn tell(spec: &Spec, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", spec.name)?;
    tell_docs(&spec.docs, "", out)?;
    if let Some(hold) = spec.hold {
        writeln!(out, "offered with a hold of {hold} blocks")?;
    }
    if let Some(percent) = spec.fallback {
        writeln!(
            out,
            "offered with a fallback that gives its creator {percent} percent"
        )?;
    }
    tell_entries(&spec.entries, out)?;
    if !spec.storage.is_empty() {
        writeln!(out, "\nstorage")?;
        for field in &spec.storage {
            tell_line(&format!("{}: {}", field.name, field.kind), &field.docs, out)?;
        }
    }
    tell_types(spec, out)?;
    if !spec.errors.is_empty() {
        writeln!(out, "\nerrors")?;
        for error in &spec.errors {
            tell_line(&format!("{} {}", error.code, error.name), &error.docs, out)?;
        }
    }
    if !spec.events.is_empty() {
        writeln!(out, "\nevents")?;
        for event in &spec.events {
            let fields = named(&event.fields);
            tell_line(&format!("{}({fields})", event.name), &event.docs, out)?;
            tell_named(&event.fields, out)?;
        }
    }
    Ok(())
}

fn tell_entries(entries: &[Entry], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\nentries")?;
    for entry in entries {
        let mut line = format!("{}({})", entry.name, named(&entry.args));
        if entry.returns != Type::UNIT {
            line.push_str(&format!(" -> {}", entry.returns));
        }
        for (is_so, mark) in [(entry.payable, "payable"), (entry.reads, "read-only")] {
            if is_so {
                line.push_str(&format!("  [{mark}]"));
            }
        }
        tell_line(&line, &entry.docs, out)?;
        tell_named(&entry.args, out)?;
    }
    Ok(())
}

fn tell_types(spec: &Spec, out: &mut dyn Write) -> io::Result<()> {
    if spec.types.is_empty() {
        return Ok(());
    }
    writeln!(out, "\ntypes")?;
    for data in &spec.types {
        let bytes = if data.size == 1 { "byte" } else { "bytes" };
        tell_line(
            &format!("{}, {} {bytes}", data.name, data.size),
            &data.docs,
            out,
        )?;
        match &data.shape {
            Shape::Fields(fields) => {
                for field in fields {
                    let line = format!("{}: {}", field.name, field.kind);
                    tell_part(&line, &field.docs, out)?;
                }
            }
            Shape::Variants(variants) => {
                for variant in variants {
                    let line = format!("{} {}", variant.value, variant.name);
                    tell_part(&line, &variant.docs, out)?;
                }
            }
            Shape::Cases(cases) => {
                for case in cases {
                    let line = format!("{} {}({})", case.value, case.name, named(&case.fields));
                    tell_part(&line, &case.docs, out)?;
                }
            }
        }
    }
    Ok(())
}

/// `side: Side, amount: Amount`.
fn named(fields: &[Named]) -> String {
    let fields: Vec<_> = fields
        .iter()
        .map(|field| format!("{}: {}", field.name, field.kind))
        .collect();
    fields.join(", ")
}

/// What is said of those of the fields that have a text.
fn tell_named(fields: &[Named], out: &mut dyn Write) -> io::Result<()> {
    for field in fields.iter().filter(|field| !field.docs.is_empty()) {
        tell_part(&field.name, &field.docs, out)?;
    }
    Ok(())
}

fn tell_line(line: &str, docs: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  {line}")?;
    tell_docs(docs, "      ", out)
}

/// A part of what stands above: a field, a variant, an argument.
fn tell_part(line: &str, docs: &str, out: &mut dyn Write) -> io::Result<()> {
    let docs = docs.replace('\n', " ");
    let parting = if docs.is_empty() { "" } else { "  " };
    writeln!(out, "        {line}{parting}{docs}")
}

fn tell_docs(docs: &str, indent: &str, out: &mut dyn Write) -> io::Result<()> {
    docs.lines()
        .try_for_each(|line| writeln!(out, "{indent}{line}"))
}
