//! `#[events]`: what the contract tells those who read its receipts. An event is the number of its
//! variant, one byte, and the fields.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, Field, Fields, ItemEnum, Result, parse_quote};

use crate::data::{Layout, describe};
use crate::item::{docs, not_empty, not_generic};
use crate::spec::Line;

pub(crate) fn events(item: &mut ItemEnum) -> Result<TokenStream> {
    not_generic(&item.generics, "an enum of events")?;
    not_empty(&item.ident, item.variants.len())?;
    let name = &item.ident;
    let mut line = Line::new("events", &name.to_string(), &docs(&item.attrs));
    line.field("variants");
    line.text("[");
    let mut write = Vec::new();
    let mut read = Vec::new();
    for (number, variant) in item.variants.iter().enumerate() {
        if let Some((_, number)) = &variant.discriminant {
            return Err(Error::new_spanned(
                number,
                "events are numbered from 0 in their order: leave the number out",
            ));
        }
        let number = u8::try_from(number)
            .map_err(|_| Error::new_spanned(variant, "there are more than 256 events, and the number of one is a byte: make one of several"))?;
        let fields: Vec<&Field> = match &variant.fields {
            Fields::Named(fields) => fields.named.iter().collect(),
            Fields::Unit => Vec::new(),
            Fields::Unnamed(fields) => {
                return Err(Error::new_spanned(
                    fields,
                    "the fields of an event have names, which whoever reads it sees: write `NAME { .. }`",
                ));
            }
        };
        if number > 0 {
            line.text(",");
        }
        let ident = &variant.ident;
        line.variant(
            "value",
            number.into(),
            &ident.to_string(),
            &docs(&variant.attrs),
        );
        line.field("fields");
        line.list(fields.iter().copied(), describe);
        line.text("}");

        let layout = Layout::of(&fields, &quote!(Self::#ident))?;
        let Layout { names, size, .. } = &layout;
        let (write_fields, read_fields) = (&layout.write, &layout.read);
        write.push(quote! {
            Self::#ident { #(#names),* } => ::twinroot_sdk::expansion::emit_parts::<{ 1 + #size }>(#number, |rest| {
                #write_fields
            }),
        });
        read.push(quote!(#number => { #read_fields }));
    }
    line.text("]");
    let line = line.end();
    item.attrs.insert(
        0,
        parse_quote!(#[derive(Clone, Copy, Debug, PartialEq, Eq)]),
    );
    let name = &item.ident;
    Ok(quote! {
        impl #name {
            /// Adds the event to the receipt of the call.
            pub fn emit(&self) {
                match self {
                    #(#write)*
                }
            }

            /// The event in the bytes of a receipt, if they are one of this contract.
            #[must_use]
            pub fn from_bytes(bytes: &[u8]) -> ::core::option::Option<Self> {
                let (number, rest) = bytes.split_first()?;
                match *number {
                    #(#read)*
                    _ => ::core::option::Option::None,
                }
            }
        }
        #line
    })
}
