//! `#[errors]`: why the contract calls an entry off. Code and text stand in the spec; only the code is
//! in the module.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, ItemEnum, Result};

use crate::data::number_of;
use crate::item::{docs, not_generic};
use crate::spec::Line;

pub(crate) fn errors(item: &ItemEnum) -> Result<TokenStream> {
    not_generic(&item.generics, "an enum of errors")?;
    let mut seen = BTreeSet::new();
    let mut variants = Vec::new();
    for variant in &item.variants {
        let docs = docs(&variant.attrs);
        if docs.is_empty() {
            return Err(Error::new_spanned(
                variant,
                "say in a doc comment what is wrong and what to do: it is what users of the contract read",
            ));
        }
        if !variant.fields.is_empty() {
            return Err(Error::new_spanned(
                &variant.fields,
                "an error carries nothing: only its code reaches the caller",
            ));
        }
        let code = variant.discriminant.as_ref().map(|(_, value)| value);
        let code: u16 = number_of(code).filter(|code| *code != 0).ok_or_else(|| {
            Error::new_spanned(
                variant,
                format!(
                    "give the error its code, 1 to 65535: `{} = 1`",
                    variant.ident
                ),
            )
        })?;
        if !seen.insert(code) {
            return Err(Error::new_spanned(
                variant,
                format!("two errors have the code {code}"),
            ));
        }
        variants.push((&variant.ident, code, docs));
    }
    let name = &item.ident;
    let mut line = Line::new("errors", &name.to_string(), &docs(&item.attrs));
    line.field("codes");
    line.list(&variants, |line, (variant, code, docs)| {
        line.variant("code", *code, &variant.to_string(), docs);
        line.text("}");
    });
    let line = line.end();
    let codes = variants.iter().map(|(_, code, _)| code);
    let idents = variants.iter().map(|(ident, ..)| ident);
    Ok(quote! {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #item

        impl ::core::convert::From<#name> for u32 {
            fn from(error: #name) -> Self {
                error as Self
            }
        }

        impl #name {
            /// The error with that code, if there is one.
            #[must_use]
            pub const fn from_code(code: u32) -> ::core::option::Option<Self> {
                match code as u16 {
                    _ if code > 65_535 => ::core::option::Option::None,
                    #(#codes => ::core::option::Option::Some(Self::#idents),)*
                    _ => ::core::option::Option::None,
                }
            }
        }
        #line
    })
}
