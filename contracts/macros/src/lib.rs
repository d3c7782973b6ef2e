//! The attributes that contracts are written with. `twinroot-sdk` gives them on, with examples.
//!
//! Each leaves the item as it is written and sets glue beside it: what a reader or an editor sees is
//! plain Rust.

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
use syn::{DeriveInput, ItemEnum, ItemFn, ItemImpl, ItemStruct, ItemTrait, parse_macro_input};

/// Gives a struct or an enum of the contract a fixed layout.
#[proc_macro_derive(Data)]
pub fn data(item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as DeriveInput);
    expand(data::data(&item))
}

/// Makes a struct the storage of a contract.
#[proc_macro_attribute]
pub fn contract(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let arguments = parse_macro_input!(arguments as contract::Arguments);
    let item = parse_macro_input!(item as ItemStruct);
    expand(contract::contract(&arguments, &item))
}

/// Makes the public methods of the contract its entries.
#[proc_macro_attribute]
pub fn entries(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as ItemImpl);
    expand(item::no_arguments(&arguments.into()).and_then(|()| entries::entries(item)))
}

/// Makes an enum the reasons for which the contract calls an entry off.
#[proc_macro_attribute]
pub fn errors(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as ItemEnum);
    expand(item::no_arguments(&arguments.into()).and_then(|()| errors::errors(&item)))
}

/// Makes an enum what the contract tells those who read its receipts.
#[proc_macro_attribute]
pub fn events(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as ItemEnum);
    expand(item::no_arguments(&arguments.into()).and_then(|()| events::events(&item)))
}

/// Makes a trait the way to call another contract.
#[proc_macro_attribute]
pub fn client(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as ItemTrait);
    expand(item::no_arguments(&arguments.into()).and_then(|()| client::client(&item)))
}

/// Makes a function that takes a stage a test that plays on both paths. `twinroot-testkit` gives it on.
#[proc_macro_attribute]
pub fn twin_test(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as ItemFn);
    expand(item::no_arguments(&arguments.into()).and_then(|()| twin_test::twin_test(&item)))
}

fn expand(result: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    result
        .unwrap_or_else(|error| error.into_compile_error())
        .into()
}
