//! `#[entries]`: the public methods of a contract are what a call can name.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{
    Attribute, Error, FnArg, GenericArgument, Ident, ImplItem, ItemImpl, Pat, PathArguments,
    ReceiverKind, Result, ReturnType, Safety, Type, Visibility, parse_quote,
};

use crate::item::{cross_the_border, docs, item_of, no_fault, standing_at};
use crate::spec::Line;

/// Arguments that an entry can have: the guest codec's tuples go so far.
const ARGUMENTS: usize = 8;
/// The entry that runs when a contract is created, and only then.
pub(crate) const INIT: &str = "init";

pub(crate) fn entries(item: &mut ItemImpl) -> Result<TokenStream> {
    let payable = take_payable(item)?;
    if let Some((of, _)) = &item.trait_ {
        return Err(Error::new_spanned(
            of,
            "entries are methods of the contract itself: put them into `impl` without a trait",
        ));
    }
    let contract = item.self_ty.clone();
    let mut found = Vec::new();
    let mut names = BTreeSet::new();
    for part in &item.items {
        let ImplItem::Fn(method) = part else { continue };
        let payable = payable.contains(&method.sig.ident);
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
                format!(
                    "two entries are named `{}`, and a call names one: give them different names",
                    entry.name
                ),
            ));
        }
        found.push(entry);
    }
    let init = names.iter().find(|name| *name == INIT);
    let begin = match init {
        Some(init) => watches(init, &contract, item),
        None => begin(&contract),
    };
    let exports = found.iter().map(|entry| entry.export(&contract));
    let lines = found.iter().map(Entry::line);
    let name = name_of(&contract)?;
    let init = found.iter().find(|entry| entry.name == INIT);
    let interface = interface(name, init);
    let callable: Vec<_> = found.iter().filter(|entry| entry.name != INIT).collect();
    let client = client(&Visibility::Public(Default::default()), name, &callable);
    Ok(quote! {
        const _: () = { #begin #(#exports)* };
        #(#lines)*
        #client
        #interface
    })
}

/// The `init` of a contract that has none of its own.
fn begin(contract: &Type) -> TokenStream {
    let [begin, storage] = ["begin", "storage"].map(|item| in_contract(contract, item));
    quote_spanned! {standing_at(contract)=>
        #[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
        #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
        extern "C" fn init() {
            #begin(&mut #storage(), ::twinroot_sdk::expansion::arguments());
        }
    }
}

/// Something that the struct has as a contract.
fn in_contract(contract: &Type, item: &str) -> TokenStream {
    item_of(contract, &quote!(::twinroot_sdk::expansion::Contract), item)
}

/// What stops the compiler at an `init` of the contract's own if a policy is never told its parameters.
fn watches(init: &Ident, contract: &Type, item: &ItemImpl) -> TokenStream {
    let mut watched = BTreeSet::new();
    find_watched(item.to_token_stream(), &mut watched);
    let fields = in_contract(contract, "FIELDS");
    let fault = quote!(::twinroot_sdk::expansion::unwatched(#fields, &[#(#watched),*]));
    no_fault(init, &fault)
}

/// Names on which the tokens call `watch`.
fn find_watched(tokens: TokenStream, watched: &mut BTreeSet<String>) {
    let tokens: Vec<_> = tokens.into_iter().collect();
    for token in &tokens {
        if let TokenTree::Group(group) = token {
            find_watched(group.stream(), watched);
        }
    }
    for called in tokens.windows(3) {
        if let [
            TokenTree::Ident(name),
            TokenTree::Punct(dot),
            TokenTree::Ident(method),
        ] = called
            && dot.as_char() == '.'
            && method == "watch"
        {
            watched.insert(name.to_string());
        }
    }
}

/// Takes `#[payable]` away, which only the attribute knows, and gives the methods that had it.
fn take_payable(item: &mut ItemImpl) -> Result<BTreeSet<Ident>> {
    let mut found = BTreeSet::new();
    let mut fault = None;
    for part in &mut item.items {
        let ImplItem::Fn(method) = part else { continue };
        method.attrs.retain(|attribute| {
            let is_payable = attribute.path().is_ident("payable");
            if is_payable {
                found.insert(method.sig.ident.clone());
                if attribute.meta.require_path_only().is_err() {
                    fault = Some(Error::new_spanned(
                        attribute,
                        "write `#[payable]` alone: the coins of a call are `env::value()`",
                    ));
                }
            }
            !is_payable
        });
    }
    fault.map_or(Ok(found), Err)
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
    quote_spanned! {standing_at(contract)=>
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
        let text = name.unraw().to_string();
        quote_spanned! {standing_at(name)=>
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
                "an entry has no parameters of this kind, since a caller could not name them: write the types out",
            ));
        }
        if let Some(asyncness) = signature.asyncness {
            return Err(Error::new_spanned(
                asyncness,
                "an entry runs to its end at once: it cannot be async",
            ));
        }
        if let Safety::Unsafe(unsafety) = &signature.safety {
            return Err(Error::new_spanned(
                unsafety,
                "anyone can call an entry, and nobody reads a warning first: it cannot be unsafe",
            ));
        }
        if payable && signature.ident == INIT {
            return Err(Error::new_spanned(
                &signature.ident,
                "a contract is created without coins, so `init` is not payable: take them in an entry of their own",
            ));
        }
        let receiver = signature.receiver().ok_or_else(|| {
            Error::new_spanned(
                &signature.ident,
                if signature.ident == INIT {
                    "the contract is there when `init` runs: take `&mut self` and set what the fields begin with"
                } else {
                    "an entry takes `&mut self`, or `&self` where it only reads; a function that takes neither is none: \
                     leave its `pub` out, or put it outside of this `impl`"
                },
            )
        })?;
        let ReceiverKind::Reference(_, _, mutability) = &receiver.kind else {
            return Err(Error::new_spanned(
                receiver,
                "the contract stays when the call is over: take `&mut self`, or `&self` where the entry only reads",
            ));
        };
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
            arguments.push((name.ident.clone(), (*argument.ty).clone()));
        }
        cross_the_border(arguments.iter().map(|(_, kind)| kind))?;
        if arguments.len() > ARGUMENTS {
            return Err(Error::new_spanned(
                &signature.ident,
                format!(
                    "an entry takes {ARGUMENTS} arguments at most: put some into a struct with `#[derive(Data)]`"
                ),
            ));
        }
        let (given, error) = answer(&signature.output)?;
        cross_the_border(&given)?;
        Ok(Self {
            name: signature.ident.clone(),
            docs: docs(attributes),
            payable,
            reads_only: mutability.is_none(),
            arguments,
            given,
            error,
        })
    }

    /// The type of what it gives, nothing being one as well.
    fn returns(&self) -> Type {
        self.given.clone().unwrap_or_else(|| parse_quote!(()))
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
        let storage = in_contract(contract, "storage");
        let span = standing_at(name);
        let call = quote_spanned! {span=>
            #storage().#name(#(#names),*)
        };
        let called = if let Some(error) = &self.error {
            let error = Ident::new("error", error.span());
            quote!(#call.unwrap_or_else(|#error| ::twinroot_sdk::revert(#error)))
        } else {
            call
        };
        let ends = if let Some(kind) = &self.given {
            quote_spanned! {span=>
                let given: #kind = #called;
                ::twinroot_sdk::expansion::give(&given);
            }
        } else {
            quote!(#called;)
        };
        quote_spanned! {span=>
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
        return Err(Error::new_spanned(
            kind,
            "write both types, `Result<T, Error>`, with an enum that has `#[errors]`",
        ));
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
