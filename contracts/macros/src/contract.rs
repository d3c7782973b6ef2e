//! `#[contract]`: the fields of a struct are the storage, each under its number, and the policies among
//! them stand in the policy section.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Error, Fields, Ident, ItemStruct, LitInt, Result, Token, Type, parse_quote};

use crate::item::{docs, not_generic};
use crate::spec::Line;

/// What the contract is offered with, unless whoever creates it says something else.
#[derive(Default)]
pub(crate) struct Arguments {
    /// Blocks for which a close does not pay out.
    hold: Option<u64>,
    /// Hundredths of the contract's coins that its creator has if the channel closes.
    fallback: Option<u8>,
}

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut arguments = Self::default();
        while !input.is_empty() {
            let name: Ident = input.parse()?;
            input.parse::<Token![=]>()?;
            let value: LitInt = input.parse()?;
            if name == "hold" {
                arguments.hold = Some(value.base10_parse()?);
            } else if name == "fallback" {
                let percent: u8 = value.base10_parse()?;
                if percent > 100 {
                    return Err(Error::new_spanned(
                        value,
                        "the fallback is the creator's share in percent, 0 to 100; the other side has the rest",
                    ));
                }
                arguments.fallback = Some(percent);
            } else {
                return Err(Error::new_spanned(
                    name,
                    "a contract is offered with `hold = BLOCKS` and `fallback = PERCENT`, nothing else",
                ));
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(arguments)
    }
}

pub(crate) fn contract(arguments: &Arguments, item: &ItemStruct) -> Result<TokenStream> {
    not_generic(&item.generics, "a contract")?;
    let fields: Vec<_> = match &item.fields {
        Fields::Named(fields) => fields.named.iter().collect(),
        Fields::Unit => Vec::new(),
        Fields::Unnamed(fields) => {
            return Err(Error::new_spanned(
                fields,
                "the fields of a contract have names, which whoever looks into its storage reads",
            ));
        }
    };
    let name = &item.ident;
    let mut line = Line::new("contract", &name.to_string(), &docs(&item.attrs));
    if let Some(hold) = arguments.hold {
        line.field("hold");
        line.text(&hold.to_string());
    }
    if let Some(fallback) = arguments.fallback {
        line.field("fallback");
        line.text(&fallback.to_string());
    }
    line.field("storage");
    line.list(fields.iter(), |line, field| {
        let name = field.ident.as_ref().map(ToString::to_string);
        line.text("{");
        line.string("name");
        line.text(":");
        line.string(&name.unwrap_or_default());
        line.field("type");
        line.storage(&field.ty);
        line.field("docs");
        line.string(&docs(&field.attrs));
        line.field("first");
        line.kind(&first_of(&field.ty));
        line.text("}");
    });
    let line = line.end();
    let names: Vec<_> = fields.iter().map(|field| &field.ident).collect();
    let kinds: Vec<_> = fields.iter().map(|field| &field.ty).collect();
    let slots = 0..u32::try_from(kinds.len()).unwrap_or(u32::MAX);
    let places = 0..kinds.len();
    let count = kinds.len();
    let (first, values) = kinds.iter().zip(&names).rev().fold(
        (quote!(()), quote!(())),
        |(rest, values), (kind, name)| {
            let first = first_of(kind);
            (quote!((#first, #rest)), quote!((#name, #values)))
        },
    );
    let outset =
        kinds
            .iter()
            .filter(|kind| !begins_empty(kind))
            .rev()
            .fold(quote!(()), |rest, kind| {
                let first = first_of(kind);
                quote!((#first, #rest))
            });
    let (hold, fallback) = (
        arguments.hold.unwrap_or_default(),
        arguments.fallback.unwrap_or(100),
    );
    Ok(quote! {
        #item

        const _: () = {
            const POLICIES: [::core::option::Option<::twinroot_sdk::Policy>; #count] =
                ::twinroot_sdk::expansion::in_their_slots([#(<#kinds as ::twinroot_sdk::Field>::POLICY),*]);

            #[cfg_attr(target_arch = "wasm32", unsafe(link_section = "twinroot.policy"))]
            static SECTION: [u8; ::twinroot_sdk::expansion::section_size(&POLICIES)] =
                ::twinroot_sdk::expansion::section(&POLICIES);
            let _ = &SECTION;

            impl ::twinroot_sdk::expansion::Contract for #name {
                const HOLD: u64 = #hold;
                const FALLBACK: u8 = #fallback;
                type First = #first;
                type Outset = #outset;

                fn begin(&mut self, #values: Self::First) {
                    #(::twinroot_sdk::Field::begin(&mut self.#names, #names);)*
                }

                fn storage() -> Self {
                    Self {
                        #(#names: <#kinds as ::twinroot_sdk::Field>::at(::twinroot_sdk::Place {
                            slot: #slots,
                            policy: const { ::twinroot_sdk::expansion::policies_before(&POLICIES, #places) },
                        }),)*
                    }
                }
            }
        };
        #line
    })
}

/// Whether a field begins with nothing, as far as its name tells.
fn begins_empty(kind: &Type) -> bool {
    let Type::Path(path) = kind else { return false };
    let last = path.path.segments.last();
    last.is_some_and(|last| last.ident == "Map" || last.ident == "List")
}

/// What a field begins with.
fn first_of(kind: &Type) -> Type {
    parse_quote!(<#kind as ::twinroot_sdk::Field>::First)
}
