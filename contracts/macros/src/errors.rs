//! `#[errors]`: why the contract calls an entry off. Code and text stand in the spec; only the code is
//! in the module.

use std::collections::BTreeMap;
use std::num::NonZeroU16;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, Ident, ItemEnum, Result, parse_quote};

use crate::data::number_of;
use crate::item::{docs, not_empty, not_generic};
use crate::spec::Line;

pub(crate) fn errors(item: &mut ItemEnum) -> Result<TokenStream> {
    item.attrs.insert(
        0,
        parse_quote!(#[derive(Clone, Copy, Debug, PartialEq, Eq)]),
    );
    not_generic(&item.generics, "an enum of errors")?;
    not_empty(&item.ident, item.variants.len())?;
    let mut seen: BTreeMap<u16, &Ident> = BTreeMap::new();
    let mut variants = Vec::new();
    for variant in &item.variants {
        let docs = docs(&variant.attrs);
        if docs.is_empty() {
            return Err(Error::new_spanned(
                &variant.ident,
                "say in a doc comment what is wrong and what to do: it is what users of the contract read",
            ));
        }
        if !variant.fields.is_empty() {
            return Err(Error::new_spanned(
                &variant.fields,
                "an error carries nothing, since only its code reaches the caller: make an error of each case",
            ));
        }
        let free = (1..=u16::MAX)
            .find(|code| !seen.contains_key(code))
            .unwrap_or_default();
        let code: NonZeroU16 = number_of(variant).map_err(|culprit| {
            Error::new_spanned(
                culprit,
                format!(
                    "give the error its code, 1 to 65535: `{} = {free}`",
                    variant.ident
                ),
            )
        })?;
        if let Some(other) = seen.insert(code.get(), &variant.ident) {
            return Err(Error::new_spanned(
                variant.discriminant.as_ref().map(|(_, value)| value),
                format!(
                    "{code} is the code of `{other}`: give `{}` another, such as {free}",
                    variant.ident
                ),
            ));
        }
        variants.push((&variant.ident, code.get(), docs));
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
