//! `#[twin_test]`: a test that plays on both paths.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, FnArg, ItemFn, Result};

pub(crate) fn twin_test(item: &ItemFn) -> Result<TokenStream> {
    let ItemFn {
        attrs, sig, block, ..
    } = item;
    let name = &sig.ident;
    let (Some(FnArg::Typed(stage)), 1) = (sig.inputs.first(), sig.inputs.len()) else {
        return Err(Error::new_spanned(
            sig,
            format!("a twin test plays on a stage: write `fn {name}(stage: &mut Stage)`"),
        ));
    };
    if sig.asyncness.is_some() || !sig.generics.params.is_empty() {
        return Err(Error::new_spanned(
            sig,
            "a twin test is a plain function, neither async nor generic",
        ));
    }
    Ok(quote! {
        #[test]
        #(#attrs)*
        fn #name() {
            ::twinroot_testkit::twin_test(
                concat!(env!("CARGO_PKG_NAME"), "::", module_path!(), "::", stringify!(#name)),
                |#stage| #block,
            );
        }
    })
}
