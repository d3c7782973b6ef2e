//! Lines of the spec, put together from what the source says and what the compiler knows.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Type;

use crate::contract::in_field;
use crate::item::in_codec;

/// A line of JSON that is being written.
#[derive(Default)]
pub(crate) struct Line {
    parts: Vec<Part>,
}

enum Part {
    Text(String),
    Type(TokenStream),
}

impl Line {
    /// Begins an object with what it is, its name and what its doc comment says.
    pub(crate) fn new(kind: &str, name: &str, docs: &str) -> Self {
        let mut line = Self::default();
        line.text("{");
        line.key(kind);
        line.name(name);
        line.field("docs");
        line.string(docs);
        line
    }

    /// JSON as it is.
    pub(crate) fn text(&mut self, text: &str) {
        if let Some(Part::Text(last)) = self.parts.last_mut() {
            last.push_str(text);
        } else {
            self.parts.push(Part::Text(text.to_owned()));
        }
    }

    pub(crate) fn string(&mut self, text: &str) {
        self.text(&serde_json::Value::from(text).to_string());
    }

    /// A name of the source, as those who do not read Rust write it: `type`, not `r#type`.
    pub(crate) fn name(&mut self, name: &str) {
        self.string(name.strip_prefix("r#").unwrap_or(name));
    }

    fn key(&mut self, name: &str) {
        self.string(name);
        self.text(":");
    }

    /// One more field of the object; its value follows.
    pub(crate) fn field(&mut self, name: &str) {
        self.text(",");
        self.key(name);
    }

    /// A type, as a string.
    pub(crate) fn kind(&mut self, kind: &Type) {
        self.parts.push(Part::Type(in_codec(kind, "TYPE")));
    }

    /// What a field of a contract is, as a string.
    pub(crate) fn storage(&mut self, kind: &Type) {
        self.parts.push(Part::Type(in_field(kind, "TYPE")));
    }

    /// What a field of a contract begins with, as a string.
    pub(crate) fn first(&mut self, kind: &Type) {
        let first = in_field(kind, "First");
        self.parts
            .push(Part::Type(quote!(<#first as ::twinroot_sdk::Fixed>::TYPE)));
    }

    /// A list, each item of which `write` writes.
    pub(crate) fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) {
        self.text("[");
        for (place, item) in items.into_iter().enumerate() {
            if place > 0 {
                self.text(",");
            }
            write(self, item);
        }
        self.text("]");
    }

    /// Begins an object that is a variant: its number under `key`, its name and what its doc comment says.
    pub(crate) fn variant(&mut self, key: &str, number: u16, name: &str, docs: &str) {
        self.text("{");
        self.key(key);
        self.text(&number.to_string());
        self.field("name");
        self.name(name);
        self.field("docs");
        self.string(docs);
    }

    /// Something with a name and a type.
    pub(crate) fn named(&mut self, name: &str, docs: &str, kind: &Type) {
        self.text("{");
        self.key("name");
        self.name(name);
        self.field("type");
        self.kind(kind);
        if !docs.is_empty() {
            self.field("docs");
            self.string(docs);
        }
        self.text("}");
    }

    /// Ends the object and gives what puts it into the module. Outside wasm it is only looked at.
    pub(crate) fn end(mut self) -> TokenStream {
        self.text("}");
        let parts = self.parts.iter().map(|part| match part {
            Part::Text(text) => quote!(::twinroot_sdk::expansion::Part::Text(#text)),
            Part::Type(kind) => quote!(::twinroot_sdk::expansion::Part::Type(#kind)),
        });
        quote! {
            const _: () = {
                const PARTS: &[::twinroot_sdk::expansion::Part] = &[#(#parts),*];
                #[cfg_attr(target_arch = "wasm32", unsafe(link_section = "twinroot.spec"))]
                static LINE: [u8; ::twinroot_sdk::expansion::line_size(PARTS)] =
                    ::twinroot_sdk::expansion::line(PARTS);
                let _ = &LINE;
            };
        }
    }
}
