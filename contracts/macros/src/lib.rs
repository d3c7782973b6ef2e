//! The attributes that contracts are written with. `twinroot-sdk` gives them on, with examples.
//!
//! Each leaves the item as it is written and sets glue beside it: what a reader or an editor sees is
//! plain Rust. It stays where something is wrong with it too, so that whatever names it is no error as well.

mod client;
mod contract;
mod data;
mod entries;
mod errors;
mod events;
mod item;
mod spec;
mod twin_test;

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::ToTokens;
use syn::parse::Parse;
use syn::{DeriveInput, Error, ItemEnum, ItemFn, ItemImpl, ItemStruct, ItemTrait, Result};

use crate::item::no_arguments;

/// Gives a struct or an enum of the contract a fixed layout.
#[proc_macro_derive(Data)]
pub fn data(item: TokenStream) -> TokenStream {
    let expanded = syn::parse(item).and_then(|item: DeriveInput| data::data(&item));
    expanded.unwrap_or_else(Error::into_compile_error).into()
}

/// Makes a struct the storage of a contract.
#[proc_macro_attribute]
pub fn contract(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let on = "`#[contract]` stands on a `struct`, whose fields are the storage";
    expand(item, on, |item: &mut ItemStruct| {
        let expanded =
            syn::parse(arguments).and_then(|arguments| contract::contract(&arguments, item));
        Ok(expanded.unwrap_or_else(|error| contract::broken(&error, item)))
    })
}

/// Makes the public methods of the contract its entries.
#[proc_macro_attribute]
pub fn entries(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let on =
        "`#[entries]` stands on the `impl` of a contract, whose public methods are the entries";
    expand(item, on, |item: &mut ItemImpl| {
        no_arguments("entries", &arguments.into()).and_then(|()| entries::entries(item))
    })
}

/// Makes an enum the reasons for which the contract calls an entry off.
#[proc_macro_attribute]
pub fn errors(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let on = "`#[errors]` stands on an `enum`, whose variants are the errors";
    expand(item, on, |item: &mut ItemEnum| {
        no_arguments("errors", &arguments.into()).and_then(|()| errors::errors(item))
    })
}

/// Makes an enum what the contract tells those who read its receipts.
#[proc_macro_attribute]
pub fn events(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let on = "`#[events]` stands on an `enum`, whose variants are the events";
    expand(item, on, |item: &mut ItemEnum| {
        no_arguments("events", &arguments.into()).and_then(|()| events::events(item))
    })
}

/// Makes a trait the way to call another contract.
#[proc_macro_attribute]
pub fn client(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let on = "`#[client]` stands on a `trait`, whose methods are entries of the other contract";
    expand(item, on, |item: &mut ItemTrait| {
        no_arguments("client", &arguments.into()).and_then(|()| client::client(item))
    })
}

/// Makes a function that takes a stage a test that plays on both paths. `twinroot-testkit` gives it on.
#[proc_macro_attribute]
pub fn twin_test(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let expanded = no_arguments("twin_test", &arguments.into())
        .and_then(|()| syn::parse(item))
        .and_then(|item: ItemFn| twin_test::twin_test(&item));
    expanded.unwrap_or_else(Error::into_compile_error).into()
}

/// What `expand` makes of the item, and the item; or the item and what is wrong. An item of another kind is
/// answered with `on`, what the attribute stands on.
fn expand<I: Parse + ToTokens>(
    item: TokenStream,
    on: &str,
    expand: impl FnOnce(&mut I) -> Result<Tokens>,
) -> TokenStream {
    let mut parsed: I = match syn::parse(item.clone()) {
        Ok(parsed) => parsed,
        Err(error) => return beside(Tokens::from(item), &Error::new(error.span(), on)),
    };
    match expand(&mut parsed) {
        Ok(glue) => {
            let mut both = parsed.into_token_stream();
            both.extend(glue);
            both.into()
        }
        Err(error) => beside(parsed, &error),
    }
}

fn beside(item: impl ToTokens, error: &Error) -> TokenStream {
    let mut both = item.into_token_stream();
    both.extend(error.to_compile_error());
    both.into()
}
