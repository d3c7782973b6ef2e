//! `#[derive(Data)]`: a struct is its fields one after another, an enum one byte.

use std::fmt::Display;
use std::str::FromStr;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Data, DataEnum, DeriveInput, Error, Field, Fields, Ident, Result, Variant};

use crate::item::{cross_the_border, docs, in_codec, not_empty, not_generic, number};
use crate::spec::Line;

pub(crate) fn data(item: &DeriveInput) -> Result<TokenStream> {
    not_generic(&item.generics, "a type of the contract's data")?;
    match &item.data {
        Data::Struct(data) => structure(item, &data.fields),
        Data::Enum(data) => enumeration(item, data),
        Data::Union(data) => Err(Error::new_spanned(
            data.union_token,
            "nobody could tell what lies in a union: use a `struct`",
        )),
    }
}

fn structure(item: &DeriveInput, fields: &Fields) -> Result<TokenStream> {
    let Fields::Named(fields) = fields else {
        return Err(Error::new_spanned(
            &item.ident,
            "the fields of the contract's data have names, which whoever calls the contract reads: write \
             `struct NAME { .. }`",
        ));
    };
    not_empty(&item.ident, fields.named.len())?;
    let fields: Vec<&Field> = fields.named.iter().collect();
    let name = &item.ident;
    let Layout {
        names,
        size,
        write,
        read,
    } = Layout::of(&fields, &quote!(Self))?;
    let mut line = Line::new("data", &name.to_string(), &docs(&item.attrs));
    line.field("fields");
    line.list(fields, describe);
    let line = line.end();
    let named = name.to_string();
    Ok(quote! {
        impl ::twinroot_sdk::Fixed for #name {
            const SIZE: usize = #size;
            const TYPE: ::twinroot_sdk::Type = ::twinroot_sdk::Type::Named(#named);

            fn write(&self, out: &mut [u8]) {
                let Self { #(#names),* } = self;
                let rest = out;
                #write
            }

            fn read(bytes: &[u8]) -> ::core::option::Option<Self> {
                let rest = bytes;
                #read
            }
        }
        #line
    })
}

/// How fields with names follow each other, of a struct or of a variant.
pub(crate) struct Layout<'a> {
    pub(crate) names: Vec<&'a Option<Ident>>,
    /// Bytes of all.
    pub(crate) size: TokenStream,
    /// Writes what is bound to the names into `rest`.
    pub(crate) write: TokenStream,
    /// Reads `rest` to its end, and gives what they make together.
    pub(crate) read: TokenStream,
}

impl<'a> Layout<'a> {
    /// `constructor` is what has the fields.
    pub(crate) fn of(fields: &[&'a Field], constructor: &TokenStream) -> Result<Self> {
        cross_the_border(fields.iter().map(|field| &field.ty))?;
        let names: Vec<_> = fields.iter().map(|field| &field.ident).collect();
        let [sizes, writes, reads] = ["SIZE", "write", "read"].map(|item| {
            let parts = fields.iter().map(|field| in_codec(&field.ty, item));
            parts.collect::<Vec<_>>()
        });
        Ok(Self {
            size: quote!(0 #(+ #sizes)*),
            write: quote! {
                #(
                    let (place, rest) = rest.split_at_mut(#sizes);
                    #writes(#names, place);
                )*
                ::core::debug_assert!(rest.is_empty());
            },
            read: quote! {
                #(
                    let (place, rest) = rest.split_at_checked(#sizes)?;
                    let #names = #reads(place)?;
                )*
                if rest.is_empty() {
                    ::core::option::Option::Some(#constructor { #(#names),* })
                } else {
                    ::core::option::Option::None
                }
            },
            names,
        })
    }
}

pub(crate) fn describe(line: &mut Line, field: &Field) {
    let name = field.ident.as_ref().map(ToString::to_string);
    line.named(&name.unwrap_or_default(), &docs(&field.attrs), &field.ty);
}

fn enumeration(item: &DeriveInput, data: &DataEnum) -> Result<TokenStream> {
    not_empty(&item.ident, data.variants.len())?;
    if let Some(variant) = data
        .variants
        .iter()
        .find(|variant| !variant.fields.is_empty())
    {
        return Err(Error::new_spanned(
            &variant.fields,
            "a variant of the contract's data carries nothing, so that every value takes one byte: put what \
             belongs to it beside the enum, into a struct",
        ));
    }
    let mut variants = Vec::new();
    for variant in &data.variants {
        let taken = |byte: &u8| variants.iter().any(|(_, taken, _)| taken == byte);
        let free = (0..=u8::MAX).find(|byte| !taken(byte)).unwrap_or_default();
        let number: u8 = number_of(variant).map_err(|culprit| {
            Error::new_spanned(
                culprit,
                format!(
                    "give the variant its byte, 0 to 255, since the byte is what is kept: `{} = {free}`",
                    variant.ident
                ),
            )
        })?;
        variants.push((&variant.ident, number, docs(&variant.attrs)));
    }
    let name = &item.ident;
    let named = name.to_string();
    let mut line = Line::new("data", &named, &docs(&item.attrs));
    line.field("variants");
    line.list(&variants, |line, (variant, number, docs)| {
        line.variant("value", (*number).into(), &variant.to_string(), docs);
        line.text("}");
    });
    let line = line.end();
    let idents: Vec<_> = variants.iter().map(|(ident, ..)| ident).collect();
    let numbers: Vec<_> = variants.iter().map(|(_, number, _)| number).collect();
    Ok(quote! {
        impl ::twinroot_sdk::Fixed for #name {
            const SIZE: usize = 1;
            const TYPE: ::twinroot_sdk::Type = ::twinroot_sdk::Type::Named(#named);

            fn write(&self, out: &mut [u8]) {
                let number: u8 = match self {
                    #(Self::#idents => #numbers,)*
                };
                ::twinroot_sdk::Fixed::write(&number, out);
            }

            fn read(bytes: &[u8]) -> ::core::option::Option<Self> {
                match <u8 as ::twinroot_sdk::Fixed>::read(bytes)? {
                    #(#numbers => ::core::option::Option::Some(Self::#idents),)*
                    _ => ::core::option::Option::None,
                }
            }
        }
        #line
    })
}

/// The number that a variant is given, where it is written as one.
///
/// # Errors
/// What stands in its place.
pub(crate) fn number_of<N: FromStr<Err: Display>>(
    variant: &Variant,
) -> std::result::Result<N, &dyn ToTokens> {
    let Some((_, value)) = &variant.discriminant else {
        return Err(&variant.ident);
    };
    number(value).ok_or(value)
}
