//! `#[client]`: a trait says which entries another contract has.

use proc_macro2::TokenStream;
use syn::{Error, ItemTrait, Result, TraitItem};

use crate::entries::{Entry, INIT, client as client_struct};
use crate::item::not_generic;

pub(crate) fn client(item: &ItemTrait) -> Result<TokenStream> {
    not_generic(&item.generics, "an interface")?;
    let mut entries = Vec::new();
    for part in &item.items {
        let TraitItem::Fn(method) = part else {
            return Err(Error::new_spanned(
                part,
                "an interface has entries only, methods: put anything else outside of the trait",
            ));
        };
        if method.sig.ident == INIT {
            return Err(Error::new_spanned(
                &method.sig.ident,
                "`init` runs when a contract is created, and nobody can call it: leave it out",
            ));
        }
        entries.push(Entry::of(&method.sig, &method.attrs, false)?);
    }
    let entries: Vec<_> = entries.iter().collect();
    Ok(client_struct(&item.vis, &item.ident, &entries))
}
