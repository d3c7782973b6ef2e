//! `#[contract]`: the fields of a struct are the storage, each under its number, and the policies among
//! them stand in the policy section.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Error, Expr, Field, Fields, Ident, ItemStruct, Result, Token, Type};

use crate::item::{cross_the_border, docs, item_of, no_fault, not_generic, number, standing_at};
use crate::spec::Line;

/// What the contract is offered with, unless whoever creates it says something else.
#[derive(Default)]
pub(crate) struct Arguments {
    /// Blocks for which a close does not pay out.
    hold: Option<u64>,
    /// Hundredths of the contract's coins that its creator has if the channel closes.
    fallback: Option<u64>,
}

const HOLD: &str =
    "the hold is a number of blocks, for which a close does not pay out: `hold = 20_000`";
const FALLBACK: &str = "the fallback is the creator's share in percent, 0 to 100; the other side has the rest: \
                        `fallback = 50`";

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut arguments = Self::default();
        while !input.is_empty() {
            let name: Ident = input.parse()?;
            let (place, what) = if name == "hold" {
                (&mut arguments.hold, HOLD)
            } else if name == "fallback" {
                (&mut arguments.fallback, FALLBACK)
            } else {
                return Err(Error::new_spanned(
                    name,
                    "a contract is offered with `hold = BLOCKS` and `fallback = PERCENT`, nothing else",
                ));
            };
            input.parse::<Token![=]>()?;
            let value: Expr = input.parse()?;
            let number = number(&value).filter(|number| name == "hold" || *number <= 100);
            let number = number.ok_or_else(|| Error::new_spanned(&value, what))?;
            if place.replace(number).is_some() {
                return Err(Error::new_spanned(
                    &name,
                    format!("`{name}` stands there twice: leave one out"),
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
                "the fields of a contract have names, which whoever looks into its storage reads: write \
                 `struct NAME { .. }`",
            ));
        }
    };
    cross_the_border(fields.iter().map(|field| &field.ty))?;
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
        line.name(&name.unwrap_or_default());
        line.field("type");
        line.storage(&field.ty);
        line.field("docs");
        line.string(&docs(&field.attrs));
        line.field("first");
        line.first(&field.ty);
        line.text("}");
    });
    let line = line.end();
    let fields: Vec<_> = fields.into_iter().map(Glue::of).collect();
    let count = fields.len();
    let (firsts, values) = fields.iter().rev().fold(
        (quote!(()), quote!(())),
        |(firsts, values), Glue { first, value, .. }| {
            (quote!((#first, #firsts)), quote!((#value, #values)))
        },
    );
    let outset = fields
        .iter()
        .rev()
        .filter(|field| !field.begins_empty)
        .fold(
            quote!(()),
            |rest, Glue { first, .. }| quote!((#first, #rest)),
        );
    let hold = Literal::u64_unsuffixed(arguments.hold.unwrap_or_default());
    let fallback = Literal::u64_unsuffixed(arguments.fallback.unwrap_or(100));
    let places = fields.iter().zip(0_u32..).map(|(field, slot)| {
        let Glue { name, at, .. } = field;
        quote! {
            #name: #at(::twinroot_sdk::Place {
                slot: #slot,
                policy: const { ::twinroot_sdk::expansion::policies_before(&POLICIES, #slot as usize) },
            })
        }
    });
    let faults = fields.iter().map(|field| &field.fault);
    let policies = fields.iter().map(|field| &field.policy);
    let told = fields.iter().map(|field| &field.told);
    let begin = fields.iter().map(|field| &field.begin);
    Ok(quote_spanned! {standing_at(name)=>
        #(#faults)*

        const _: () = {
            const POLICIES: [::core::option::Option<::twinroot_sdk::Policy>; #count] =
                ::twinroot_sdk::expansion::in_their_slots([#(#policies),*]);

            #[cfg_attr(target_arch = "wasm32", unsafe(link_section = "twinroot.policy"))]
            static SECTION: [u8; ::twinroot_sdk::expansion::section_size(&POLICIES)] =
                ::twinroot_sdk::expansion::section(&POLICIES);
            let _ = &SECTION;

            impl ::twinroot_sdk::expansion::Contract for #name {
                const HOLD: u64 = #hold;
                const FALLBACK: u8 = #fallback;
                const FIELDS: &'static [(&'static str, ::core::option::Option<&'static str>)] = &[#(#told),*];
                type First = #firsts;
                type Outset = #outset;

                fn begin(&mut self, #values: Self::First) {
                    #(#begin;)*
                }

                fn storage() -> Self {
                    Self { #(#places),* }
                }
            }
        };
        #line
    })
}

/// What is wrong with the contract, and one that does nothing in its place, so that its entries are no errors
/// as well.
pub(crate) fn broken(error: &Error, item: &ItemStruct) -> TokenStream {
    let error = error.to_compile_error();
    let name = &item.ident;
    let (parameters, arguments, bounds) = item.generics.split_for_impl();
    quote! {
        #error

        impl #parameters ::twinroot_sdk::expansion::Contract for #name #arguments #bounds {
            const HOLD: u64 = 0;
            const FALLBACK: u8 = 0;
            const FIELDS: &'static [(&'static str, ::core::option::Option<&'static str>)] = &[];
            type First = ();
            type Outset = ();

            fn begin(&mut self, (): ()) {}

            fn storage() -> Self {
                loop {}
            }
        }
    }
}

/// What the attribute writes for a field. All of it stands where the type of the field does, so that a type that
/// is no storage is one error, and there.
struct Glue<'a> {
    name: &'a Option<Ident>,
    /// Stops the compiler where something is wrong with the numbers or sizes of the type.
    fault: TokenStream,
    /// The policy that it is, if it is one.
    policy: TokenStream,
    /// Its name and, where it is a policy, what is wrong if nobody tells it its parameters.
    told: TokenStream,
    /// The function that gives it, at a place.
    at: TokenStream,
    /// What it begins with: the type, the value and the call that sets it.
    first: TokenStream,
    value: Ident,
    begin: TokenStream,
    /// Whether that is nothing, as far as the name of the type tells.
    begins_empty: bool,
}

impl<'a> Glue<'a> {
    fn of(field: &'a Field) -> Self {
        let Field { ident, ty, .. } = field;
        let span = ty.span();
        let name = ident.as_ref().map(ToString::to_string).unwrap_or_default();
        let value = format_ident!("first_{}", name.trim_start_matches("r#"), span = span);
        let [policy, fault, at, begin] =
            ["POLICY", "FAULT", "at", "begin"].map(|item| in_field(ty, item));
        let untold = format!(
            "`init` leaves the policy `{name}` without its parameters, who is believed and about what, so it never \
             gives a verdict: call `self.{name}.watch(..)` there or in another method of this `impl`, or leave `init` \
             out, which then takes what the fields begin with"
        );
        Self {
            name: ident,
            fault: no_fault(ty, &fault),
            told: quote_spanned! {span=>
                (
                    #name,
                    match #policy {
                        ::core::option::Option::Some(_) => ::core::option::Option::Some(#untold),
                        ::core::option::Option::None => ::core::option::Option::None,
                    },
                )
            },
            policy,
            at,
            first: in_field(ty, "First"),
            begin: quote_spanned!(span=> #begin(&mut self.#ident, #value)),
            value,
            begins_empty: begins_empty(ty),
        }
    }
}

fn begins_empty(kind: &Type) -> bool {
    let Type::Path(path) = kind else { return false };
    let last = path.path.segments.last();
    last.is_some_and(|last| last.ident == "Map" || last.ident == "List")
}

/// Something that the type has as a field.
pub(crate) fn in_field(kind: &Type, item: &str) -> TokenStream {
    item_of(kind, &quote!(::twinroot_sdk::Field), item)
}
