//! `#[events]`: what the contract tells those who read its receipts. An event is the number of its
//! variant, one byte, and the fields.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, Field, Fields, ItemEnum, Result};

use crate::data::{Layout, describe};
use crate::item::{docs, not_generic};
use crate::spec::Line;

pub(crate) fn events(item: &ItemEnum) -> Result<TokenStream> {
    not_generic(&item.generics, "an enum of events")?;
    let name = &item.ident;
    let mut line = Line::new("events", &name.to_string(), &docs(&item.attrs));
    line.field("variants");
    line.text("[");
    let mut write = Vec::new();
    let mut read = Vec::new();
    for (number, variant) in item.variants.iter().enumerate() {
        if variant.discriminant.is_some() {
            return Err(Error::new_spanned(
                variant,
                "events are numbered from 0 in their order",
            ));
        }
        let number = u8::try_from(number)
            .map_err(|_| Error::new_spanned(variant, "there are more than 256 events"))?;
        let fields: Vec<&Field> = match &variant.fields {
            Fields::Named(fields) => fields.named.iter().collect(),
            Fields::Unit => Vec::new(),
            Fields::Unnamed(fields) => {
                return Err(Error::new_spanned(
                    fields,
                    "the fields of an event have names, which whoever reads it sees",
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
    Ok(quote! {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #item

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
