//! `#[entries]`: the public methods of a contract are what a call can name.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{
    Attribute, Error, FnArg, GenericArgument, Ident, ImplItem, ItemImpl, Pat, PathArguments,
    Result, ReturnType, Type, Visibility,
};

use crate::item::{crosses_the_border, docs};
use crate::spec::Line;

/// Arguments that an entry can have: the guest codec's tuples go so far.
const ARGUMENTS: usize = 8;
/// The entry that runs when a contract is created, and only then.
const INIT: &str = "init";

pub(crate) fn entries(mut item: ItemImpl) -> Result<TokenStream> {
    if let Some((_, of, _)) = &item.trait_ {
        return Err(Error::new_spanned(
            of,
            "entries are methods of the contract itself: put them into `impl` without a trait",
        ));
    }
    let contract = item.self_ty.clone();
    let mut found = Vec::new();
    let mut names = BTreeSet::new();
    for part in &mut item.items {
        let ImplItem::Fn(method) = part else { continue };
        let payable = take_payable(&mut method.attrs)?;
        if !matches!(method.vis, Visibility::Public(_)) {
            if payable || method.sig.ident == INIT {
                return Err(Error::new_spanned(
                    &method.sig.ident,
                    format!(
                        "an entry is public, since anyone can call it: write `pub fn {}`",
                        method.sig.ident
                    ),
                ));
            }
            continue;
        }
        let entry = Entry::of(&method.sig, &method.attrs, payable)?;
        if !names.insert(entry.name.clone()) {
            return Err(Error::new_spanned(
                &entry.name,
                format!("two entries are named `{}`", entry.name),
            ));
        }
        found.push(entry);
    }
    let begin = (!names.iter().any(|name| name == INIT)).then(|| begin(&contract));
    let exports = found.iter().map(|entry| entry.export(&contract));
    let lines = found.iter().map(Entry::line);
    let name = name_of(&contract)?;
    let init = found.iter().find(|entry| entry.name == INIT);
    let interface = interface(name, init);
    let callable: Vec<_> = found.iter().filter(|entry| entry.name != INIT).collect();
    let client = client(&Visibility::Public(Default::default()), name, &callable);
    Ok(quote! {
        #item
        const _: () = { #begin #(#exports)* };
        #(#lines)*
        #client
        #interface
    })
}

/// The `init` of a contract that has none of its own.
fn begin(contract: &Type) -> TokenStream {
    quote! {
        #[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
        #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
        extern "C" fn init() {
            use ::twinroot_sdk::expansion::Contract as _;
            <#contract>::storage().begin(::twinroot_sdk::expansion::arguments());
        }
    }
}

fn take_payable(attributes: &mut Vec<Attribute>) -> Result<bool> {
    let is_payable = |attribute: &Attribute| attribute.path().is_ident("payable");
    let found = attributes.iter().find(|attribute| is_payable(attribute));
    if let Some(attribute) = found {
        attribute.meta.require_path_only()?;
    }
    let payable = found.is_some();
    attributes.retain(|attribute| !is_payable(attribute));
    Ok(payable)
}

fn name_of(contract: &Type) -> Result<&Ident> {
    let name = match contract {
        Type::Path(path) => path.path.get_ident(),
        _ => None,
    };
    name.ok_or_else(|| Error::new_spanned(contract, "name the contract's struct"))
}

/// What tests and programs know of the contract.
fn interface(contract: &Ident, init: Option<&Entry>) -> TokenStream {
    let client = client_name(contract);
    let first = init.map_or_else(
        || quote!(<#contract as ::twinroot_sdk::expansion::Contract>::Outset),
        |init| {
            let kinds = init.arguments.iter().rev();
            kinds.fold(quote!(()), |rest, (_, kind)| quote!((#kind, #rest)))
        },
    );
    quote! {
        #[cfg(not(target_arch = "wasm32"))]
        impl ::twinroot_sdk::Interface for #contract {
            const PACKAGE: &'static str = env!("CARGO_PKG_NAME");
            const FOLDER: &'static str = env!("CARGO_MANIFEST_DIR");
            const HOLD: u64 = <Self as ::twinroot_sdk::expansion::Contract>::HOLD;
            const FALLBACK: u8 = <Self as ::twinroot_sdk::expansion::Contract>::FALLBACK;
            type First = #first;
            type Client<C: ::twinroot_sdk::Caller> = #client<C>;

            fn client<C: ::twinroot_sdk::Caller>(caller: C) -> #client<C> {
                #client(caller)
            }
        }
    }
}

fn client_name(of: &Ident) -> Ident {
    format_ident!("{of}Client")
}

/// A struct with a method for each entry, which has somebody carry the call out.
pub(crate) fn client(visibility: &Visibility, of: &Ident, entries: &[&Entry]) -> TokenStream {
    let client = client_name(of);
    let about = format!(" Calls entries of [`{of}`], typed, by whatever `C` is.");
    let methods = entries.iter().map(|entry| {
        let Entry {
            name,
            arguments,
            docs,
            ..
        } = entry;
        let returns = entry.returns();
        let docs = format!(" {docs}");
        let names: Vec<_> = arguments.iter().map(|(name, _)| name).collect();
        let kinds: Vec<_> = arguments.iter().map(|(_, kind)| kind).collect();
        let text = name.to_string();
        quote! {
            #[doc = #docs]
            pub fn #name(&mut self, #(#names: #kinds),*) -> C::Answer<#returns> {
                self.0.call(#text, &(#(#names,)*))
            }
        }
    });
    quote! {
        #[doc = #about]
        #visibility struct #client<C>(#[doc = " Who carries the calls out."] pub C);

        #[allow(clippy::too_many_arguments, reason = "an entry takes up to eight")]
        impl<C: ::twinroot_sdk::Caller> #client<C> {
            #(#methods)*
        }
    }
}

/// A public method, as a call sees it.
pub(crate) struct Entry {
    name: Ident,
    docs: String,
    payable: bool,
    reads_only: bool,
    arguments: Vec<(Ident, Type)>,
    /// What it gives where it succeeds, if anything.
    given: Option<Type>,
    /// What it gives where it is called off.
    error: Option<Type>,
}

impl Entry {
    /// # Errors
    /// What an entry cannot be.
    pub(crate) fn of(
        signature: &syn::Signature,
        attributes: &[Attribute],
        payable: bool,
    ) -> Result<Self> {
        if !signature.generics.params.is_empty() {
            return Err(Error::new_spanned(
                &signature.generics,
                "an entry has no type parameters: a caller could not name them",
            ));
        }
        if let Some(asyncness) = signature.asyncness {
            return Err(Error::new_spanned(
                asyncness,
                "an entry runs to its end at once: it cannot be async",
            ));
        }
        let receiver = signature.receiver().ok_or_else(|| {
            Error::new_spanned(
                &signature.ident,
                "an entry takes `&mut self`, or `&self` where it only reads; a function without it is not public",
            )
        })?;
        if receiver.reference.is_none() {
            return Err(Error::new_spanned(
                receiver,
                "an entry takes `&mut self`, or `&self` where it only reads",
            ));
        }
        let mut arguments = Vec::new();
        for argument in &signature.inputs {
            let FnArg::Typed(argument) = argument else {
                continue;
            };
            let Pat::Ident(name) = &*argument.pat else {
                return Err(Error::new_spanned(
                    &argument.pat,
                    "an argument of an entry has a name, which whoever calls it reads",
                ));
            };
            crosses_the_border(&argument.ty)?;
            arguments.push((name.ident.clone(), (*argument.ty).clone()));
        }
        if arguments.len() > ARGUMENTS {
            return Err(Error::new_spanned(
                &signature.ident,
                format!(
                    "an entry takes {ARGUMENTS} arguments at most: put some into a struct with `#[derive(Data)]`"
                ),
            ));
        }
        let (given, error) = answer(&signature.output)?;
        Ok(Self {
            name: signature.ident.clone(),
            docs: docs(attributes),
            payable,
            reads_only: receiver.mutability.is_none(),
            arguments,
            given,
            error,
        })
    }

    /// The type of what it gives, nothing being one as well.
    fn returns(&self) -> TokenStream {
        self.given
            .as_ref()
            .map_or_else(|| quote!(()), |kind| quote!(#kind))
    }

    /// The function that the module exports.
    fn export(&self, contract: &Type) -> TokenStream {
        let Self {
            name, arguments, ..
        } = self;
        let names: Vec<_> = arguments.iter().map(|(name, _)| name).collect();
        let kinds: Vec<_> = arguments.iter().map(|(_, kind)| kind).collect();
        let no_coins =
            (!self.payable && name != INIT).then(|| quote!(::twinroot_sdk::expansion::no_coins();));
        let call = quote! {
            <#contract as ::twinroot_sdk::expansion::Contract>::storage().#name(#(#names),*)
        };
        let called = if self.error.is_some() {
            quote!(#call.unwrap_or_else(|error| ::twinroot_sdk::revert(error)))
        } else {
            call
        };
        let ends = if let Some(kind) = &self.given {
            quote! {
                let given: #kind = #called;
                ::twinroot_sdk::expansion::give(&given);
            }
        } else {
            quote!(#called;)
        };
        quote! {
            #[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
            #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
            extern "C" fn #name() {
                #no_coins
                let (#(#names,)*): (#(#kinds,)*) = ::twinroot_sdk::expansion::arguments();
                #ends
            }
        }
    }

    fn line(&self) -> TokenStream {
        let mut line = Line::new("entry", &self.name.to_string(), &self.docs);
        if self.payable {
            line.field("payable");
            line.text("true");
        }
        if self.reads_only {
            line.field("reads");
            line.text("true");
        }
        line.field("args");
        line.list(&self.arguments, |line, (name, kind)| {
            line.named(&name.to_string(), "", kind);
        });
        if let Some(kind) = &self.given {
            line.field("returns");
            line.kind(kind);
        }
        line.end()
    }
}

/// What an entry gives where it succeeds and where it does not.
fn answer(output: &ReturnType) -> Result<(Option<Type>, Option<Type>)> {
    let ReturnType::Type(_, kind) = output else {
        return Ok((None, None));
    };
    crosses_the_border(kind)?;
    let not_nothing = |kind: &Type| match kind {
        Type::Tuple(tuple) if tuple.elems.is_empty() => None,
        other => Some(other.clone()),
    };
    let Type::Path(path) = &**kind else {
        return Ok((not_nothing(kind), None));
    };
    let Some(last) = path
        .path
        .segments
        .last()
        .filter(|last| last.ident == "Result")
    else {
        return Ok((not_nothing(kind), None));
    };
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return Err(Error::new_spanned(kind, "write `Result<T, Error>`"));
    };
    let mut kinds = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(kind) => Some(kind),
        _ => None,
    });
    match (kinds.next(), kinds.next()) {
        (Some(given), Some(error)) => Ok((not_nothing(given), Some(error.clone()))),
        _ => Err(Error::new_spanned(
            kind,
            "write both types, `Result<T, Error>`, with an enum that has `#[errors]`",
        )),
    }
}
