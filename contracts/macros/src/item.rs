//! What all attributes ask of the item that they stand on.

use proc_macro2::TokenStream;
use syn::visit::Visit;
use syn::{Attribute, Error, Expr, Generics, Lit, Meta, Path, Result, Type};

pub(crate) fn no_arguments(arguments: &TokenStream) -> Result<()> {
    if arguments.is_empty() {
        Ok(())
    } else {
        Err(Error::new_spanned(
            arguments,
            "this attribute takes no arguments",
        ))
    }
}

/// What the doc comments of an item say.
pub(crate) fn docs(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| {
        let Meta::NameValue(pair) = &attribute.meta else {
            return None;
        };
        let Expr::Lit(literal) = &pair.value else {
            return None;
        };
        match &literal.lit {
            Lit::Str(text) if pair.path.is_ident("doc") => Some(text.value().trim().to_owned()),
            _ => None,
        }
    });
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// What is built into a contract has one size, so it has no parameters.
pub(crate) fn not_generic(generics: &Generics, what: &str) -> Result<()> {
    if generics.params.is_empty() {
        Ok(())
    } else {
        Err(Error::new_spanned(
            generics,
            format!("{what} has no type parameters: its layout is part of the contract"),
        ))
    }
}

/// Whether a value of the type can cross the border at all. What only the compiler can tell, it does.
pub(crate) fn crosses_the_border(kind: &Type) -> Result<()> {
    let mut found = Forbidden { errors: Vec::new() };
    found.visit_type(kind);
    let all = found.errors.into_iter().reduce(|mut all, error| {
        all.combine(error);
        all
    });
    all.map_or(Ok(()), Err)
}

struct Forbidden {
    errors: Vec<Error>,
}

impl<'a> Visit<'a> for Forbidden {
    fn visit_type(&mut self, kind: &'a Type) {
        if let Type::Reference(reference) = kind {
            self.errors.push(Error::new_spanned(
                reference,
                "a borrow ends with the call: take and give values",
            ));
        } else {
            syn::visit::visit_type(self, kind);
        }
    }

    fn visit_path(&mut self, path: &'a Path) {
        let last = path
            .segments
            .last()
            .map(|segment| segment.ident.to_string());
        match last.as_deref() {
            Some("f32" | "f64") => self.errors.push(Error::new_spanned(
                path,
                "a contract has no floats, because machines round differently: use an integer at a scale, such as \
                 thousandths of a degree in an `i64`",
            )),
            Some("usize" | "isize") => self.errors.push(Error::new_spanned(
                path,
                "the size of this type depends on the machine: use `u32` or `u64`",
            )),
            _ => syn::visit::visit_path(self, path),
        }
    }
}
