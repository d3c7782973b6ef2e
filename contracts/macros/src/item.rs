//! What all attributes ask of the item that they stand on.

use std::fmt::Display;
use std::str::FromStr;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::visit::Visit;
use syn::{Attribute, Error, Expr, Generics, Lit, Meta, Path, Result, Type};

pub(crate) fn no_arguments(attribute: &str, arguments: &TokenStream) -> Result<()> {
    if arguments.is_empty() {
        Ok(())
    } else {
        Err(Error::new_spanned(
            arguments,
            format!("`#[{attribute}]` takes no arguments: leave them out"),
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
            format!(
                "{what} has no parameters, since its layout is part of the contract: write the types out"
            ),
        ))
    }
}

/// An enum without variants has no value that could be kept or told.
pub(crate) fn not_empty(name: &Ident, count: usize) -> Result<()> {
    if count > 0 {
        Ok(())
    } else {
        Err(Error::new_spanned(
            name,
            format!("there is nothing in `{name}`: give it something, or leave it out"),
        ))
    }
}

/// `<KIND as OF>::ITEM`. All of it stands where the type does: what the compiler says about it, it says there, and
/// once.
pub(crate) fn item_of(kind: &Type, of: &TokenStream, item: &str) -> TokenStream {
    let (first, last) = ends(kind.to_token_stream());
    let item = Ident::new(item, last);
    quote_spanned!(first=> <#kind as #of>::#item)
}

/// Something that the type has in the guest codec.
pub(crate) fn in_codec(kind: &Type, item: &str) -> TokenStream {
    item_of(kind, &quote!(::twinroot_sdk::Fixed), item)
}

/// The number that is written there, if it is one.
pub(crate) fn number<N: FromStr<Err: Display>>(value: &Expr) -> Option<N> {
    match value {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) => number.base10_parse().ok(),
            _ => None,
        },
        _ => None,
    }
}

/// What stops the compiler at `culprit` where `fault`, an `Option<&str>`, says that something is wrong.
pub(crate) fn no_fault(culprit: &impl ToTokens, fault: &TokenStream) -> TokenStream {
    let (first, last) = ends(culprit.to_token_stream());
    let function = quote_spanned!(first=> ::twinroot_sdk::expansion::no_fault);
    let call = quote_spanned!(last=> (#fault));
    quote_spanned!(first=> const _: () = #function #call;)
}

/// For glue that no single type is to blame for: it stands where the item does that it is for, but stays glue, so
/// that lints leave it alone.
pub(crate) fn standing_at(item: &impl ToTokens) -> Span {
    let (first, _) = ends(item.to_token_stream());
    Span::call_site().located_at(first)
}

/// Where the tokens begin and where they end, which the compiler joins to one place.
fn ends(tokens: TokenStream) -> (Span, Span) {
    let mut spans = tokens.into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    (first, spans.last().unwrap_or(first))
}

/// Whether values of the types can cross the border at all. What only the compiler can tell, it does.
pub(crate) fn cross_the_border<'a>(kinds: impl IntoIterator<Item = &'a Type>) -> Result<()> {
    let mut found = Forbidden { errors: Vec::new() };
    for kind in kinds {
        found.visit_type(kind);
    }
    let all = found.errors.into_iter().reduce(|mut all, error| {
        all.combine(error);
        all
    });
    all.map_or(Ok(()), Err)
}

struct Forbidden {
    errors: Vec<Error>,
}

impl Forbidden {
    fn refuse(&mut self, what: &impl ToTokens, why: &str) {
        self.errors.push(Error::new_spanned(what, why));
    }
}

impl<'a> Visit<'a> for Forbidden {
    fn visit_type(&mut self, kind: &'a Type) {
        match kind {
            Type::Reference(_) | Type::Ptr(_) => {
                self.refuse(kind, "a borrow ends with the call: take and give values");
            }
            Type::ImplTrait(_) => self.refuse(
                kind,
                "whoever calls has to know the type: write one, not `impl`",
            ),
            _ => syn::visit::visit_type(self, kind),
        }
    }

    fn visit_path(&mut self, path: &'a Path) {
        let last = path
            .segments
            .last()
            .map(|segment| segment.ident.to_string());
        match last.as_deref() {
            Some("f32" | "f64") => self.refuse(
                path,
                "a contract has no floats, because machines round differently: use an integer at a scale, such as \
                 thousandths of a degree in an `i64`",
            ),
            Some("usize" | "isize") => self.refuse(
                path,
                "the size of this type depends on the machine: use `u32` or `u64`, or `i64` below zero",
            ),
            Some("i8" | "i16" | "i32") => {
                self.refuse(path, "of the integers with a sign there is one: use `i64`");
            }
            Some("u128" | "i128") => {
                self.refuse(path, "integers have 64 bits at most: use `u64` or `i64`");
            }
            Some("String" | "str") => self.refuse(
                path,
                "every value has one size, and text has none: use its hash, or an array such as `[u8; 32]`",
            ),
            Some("Vec") => self.refuse(
                path,
                "every value has one size, and a `Vec` has none: use an array such as `[u64; 8]`; what a contract keeps \
                 can be a field of its own, a `List<T>` or a `Map<K, V>`",
            ),
            _ => syn::visit::visit_path(self, path),
        }
    }
}
