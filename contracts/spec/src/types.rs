//! From names to types: what the names in a spec stand for, and that each is a type at all.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use twinroot_types::Limits;

use crate::SpecError;
use crate::kind::{DataType, Extent, Named, Shape, Type};
use crate::line::{DataLine, Item};
use crate::sdk;
use crate::storage::{Rule, Storage};
use crate::text::quoted;
use crate::written::{DEPTH, Written, is_name, too_deep};

/// Bytes of a value, and values in it, that no more of would go into a call.
const LARGEST: usize = Limits::V1.argument_bytes;
/// Items of a tuple that the codec knows (docs/spec/encoding.md, 4.1).
const TUPLE: usize = 8;

/// The types with names of their own, each made when it is first asked for.
pub(crate) struct Types {
    lines: BTreeMap<String, DataLine>,
    /// Those that are being made: to meet one again is to have gone round.
    open: BTreeSet<String>,
    made: BTreeMap<String, Arc<DataType>>,
}

impl Types {
    pub(crate) fn of(lines: Vec<(String, DataLine)>) -> Result<Self, SpecError> {
        let mut types = Self {
            lines: BTreeMap::new(),
            open: BTreeSet::new(),
            made: BTreeMap::new(),
        };
        for (name, line) in lines {
            check_name("a type", &name)?;
            if Type::named(&name).is_some() || sdk::has(&name) {
                return Err(SpecError::Taken { name });
            }
            if types.lines.contains_key(&name) {
                return Err(twice("the type", &name));
            }
            types.lines.insert(name, line);
        }
        Ok(types)
    }

    /// All of them, those of the contract that nothing uses included, by name.
    pub(crate) fn all(mut self) -> Result<Vec<Arc<DataType>>, SpecError> {
        while let Some(name) = self.lines.keys().next().cloned() {
            self.value(&format!("`{name}`"), &name)?;
        }
        Ok(self.made.into_values().collect())
    }

    /// The type of a field of the contract.
    pub(crate) fn storage(&mut self, field: &str, text: &str) -> Result<Storage, SpecError> {
        let site = Site {
            place: &format!("the field `{field}`"),
            text,
        };
        let written = site.parse()?;
        let (name, items) = match &written {
            Written::Of(name, items) => (&**name, &**items),
            Written::Name(name) if Rule::BARE.contains(&&**name) => (&**name, [].as_slice()),
            _ => return Err(site.fault("a field is a `Value`, a `Map`, a `List` or a policy")),
        };
        let mut kind = |item| self.resolve(site, item, 1);
        match (name, items) {
            ("Value", [item]) => Ok(Storage::Value(kind(item)?)),
            ("List", [item]) => Ok(Storage::List(kind(item)?)),
            ("Map", [key, value]) => Ok(Storage::Map(site.key(kind(key)?)?, kind(value)?)),
            _ => {
                let rule = numbers(items).and_then(|numbers| Rule::named(name, &numbers));
                let rule = rule.ok_or_else(|| {
                    site.fault("there is no such kind of field; it may be of a newer SDK")
                })?;
                let rule = rule.map_err(|fault| site.fault(fault))?;
                for kind in [rule.params(), rule.verdict()] {
                    if let Type::Data(data) = kind {
                        self.keep(&data);
                    }
                }
                Ok(Storage::Policy(rule))
            }
        }
    }

    /// The type of a value that stands at `place`.
    pub(crate) fn value(&mut self, place: &str, text: &str) -> Result<Type, SpecError> {
        let site = Site { place, text };
        let written = site.parse()?;
        self.resolve(site, &written, 0)
    }

    /// Things with names and types, such as the fields of `whose`.
    pub(crate) fn named(&mut self, whose: &str, items: Vec<Item>) -> Result<Vec<Named>, SpecError> {
        self.named_at(whose, items, 0)
    }

    fn named_at(
        &mut self,
        whose: &str,
        items: Vec<Item>,
        depth: usize,
    ) -> Result<Vec<Named>, SpecError> {
        let mut names = BTreeSet::new();
        let mut all = Vec::with_capacity(items.len());
        for Item { name, kind, docs } in items {
            check_name("a field or an argument", &name)?;
            let place = format!("`{name}` of {whose}");
            let site = Site {
                place: &place,
                text: &kind,
            };
            let kind = self.resolve(site, &site.parse()?, depth)?;
            if !names.insert(name.clone()) {
                return Err(SpecError::Twice { what: place });
            }
            all.push(Named { name, docs, kind });
        }
        Ok(all)
    }

    fn resolve(
        &mut self,
        site: Site<'_>,
        written: &Written,
        depth: usize,
    ) -> Result<Type, SpecError> {
        if depth > DEPTH {
            return Err(site.fault(too_deep()));
        }
        let kind = match written {
            Written::Name(name) => match Type::named(name) {
                Some(kind) => kind,
                None => Type::Data(self.data(site, name, depth)?),
            },
            Written::Of(name, items) => Type::Data(self.of_feeds(site, name, items)?),
            Written::Array(item, count) => {
                let item = self.resolve(site, item, depth + 1)?;
                let count = site.count(*count)?;
                if count == 0 || item.size() == 0 {
                    return Err(site.fault("an array has at least one item, of at least one byte"));
                }
                Type::Array(Arc::new(item), count)
            }
            Written::Tuple(items) if items.len() > TUPLE => {
                return Err(site.fault(format!("a tuple has {TUPLE} items at most")));
            }
            Written::Tuple(items) => {
                let items = items.iter().map(|item| self.resolve(site, item, depth + 1));
                Type::Tuple(items.collect::<Result<_, _>>()?)
            }
            Written::Number(_) => return Err(site.fault("a number is no type")),
        };
        site.bounded(kind.extent())?;
        Ok(kind)
    }

    /// A type of the SDK with a number of feeds, such as `Claims<3>`.
    fn of_feeds(
        &mut self,
        site: Site<'_>,
        name: &str,
        items: &[Written],
    ) -> Result<Arc<DataType>, SpecError> {
        let of_feeds = sdk::of_feeds(name)
            .ok_or_else(|| site.fault(format!("`{}` is no type of a value", quoted(name))))?;
        let [Written::Number(count)] = items else {
            return Err(site.fault(format!(
                "`{name}` has the number of its feeds with it, as in `{name}<3>`"
            )));
        };
        let data = of_feeds(site.count(*count)?);
        Ok(self.keep(&Arc::new(data)))
    }

    /// The type of that name, of the contract or of the SDK.
    fn data(
        &mut self,
        site: Site<'_>,
        name: &str,
        depth: usize,
    ) -> Result<Arc<DataType>, SpecError> {
        if let Some(made) = self.made.get(name) {
            return Ok(Arc::clone(made));
        }
        if self.open.contains(name) {
            return Err(site.fault(format!(
                "`{name}` has itself among its parts, so its values never end"
            )));
        }
        let Some(line) = self.lines.remove(name) else {
            let data = sdk::plain(name).ok_or_else(|| {
                site.fault(format!(
                    "`{}` is no type of the SDK, and the spec has no line `data` about it",
                    quoted(name)
                ))
            })?;
            return Ok(self.keep(&Arc::new(data)));
        };
        self.open.insert(name.to_owned());
        let shape = match (line.fields, line.variants) {
            (Some(fields), None) if !fields.is_empty() => {
                Shape::Fields(self.named_at(&format!("`{name}`"), fields, depth + 1)?)
            }
            (None, Some(variants)) if !variants.is_empty() => {
                let mut names = BTreeSet::new();
                let mut values = BTreeSet::new();
                for variant in &variants {
                    check_name("a variant", &variant.name)?;
                    if !names.insert(&variant.name) {
                        return Err(twice(&format!("the variant of `{name}`"), &variant.name));
                    }
                    if !values.insert(variant.value) {
                        return Err(twice(
                            &format!("the variant of `{name}` with the byte"),
                            &variant.value.to_string(),
                        ));
                    }
                }
                Shape::Variants(variants)
            }
            _ => {
                return Err(SpecError::Shape {
                    name: name.to_owned(),
                });
            }
        };
        self.open.remove(name);
        let data = Arc::new(DataType::of(name.to_owned(), line.docs, shape));
        self.made.insert(name.to_owned(), Arc::clone(&data));
        Ok(data)
    }

    /// Keeps a type of the SDK, and those among its fields.
    fn keep(&mut self, data: &Arc<DataType>) -> Arc<DataType> {
        if let Shape::Fields(fields) = &data.shape {
            for field in fields {
                if let Type::Data(part) = &field.kind {
                    self.keep(part);
                }
            }
        }
        let kept = self.made.entry(data.name.clone());
        Arc::clone(kept.or_insert_with(|| Arc::clone(data)))
    }
}

/// A type in the spec, for messages about it.
#[derive(Clone, Copy)]
struct Site<'a> {
    place: &'a str,
    text: &'a str,
}

impl Site<'_> {
    fn parse(self) -> Result<Written, SpecError> {
        Written::parse(self.text).map_err(|reason| self.fault(reason))
    }

    fn count(self, count: u64) -> Result<usize, SpecError> {
        usize::try_from(count).map_err(|_| self.too_large())
    }

    fn bounded(self, extent: Extent) -> Result<(), SpecError> {
        if extent.depth > DEPTH {
            Err(self.fault(too_deep()))
        } else if extent.bytes > LARGEST || extent.parts > LARGEST {
            Err(self.too_large())
        } else {
            Ok(())
        }
    }

    /// The key of a map, where it fits behind the number of its field (docs/spec/contract.md, 1.2).
    fn key(self, kind: Type) -> Result<Type, SpecError> {
        const ROOM: usize = Limits::V1.key_bytes - size_of::<u32>();
        if kind.size() > ROOM {
            return Err(self.fault(format!(
                "the key of a map takes {ROOM} bytes at most, not {}",
                kind.size()
            )));
        }
        Ok(kind)
    }

    fn too_large(self) -> SpecError {
        self.fault(format!(
            "a value of it has more than {LARGEST} bytes or parts, which no call could carry"
        ))
    }

    fn fault(self, reason: impl Into<String>) -> SpecError {
        SpecError::Type {
            place: self.place.to_owned(),
            kind: quoted(self.text),
            reason: reason.into(),
        }
    }
}

/// What the numbers of a policy are, if it has nothing else with it.
fn numbers(items: &[Written]) -> Option<Vec<u64>> {
    let number = |item: &Written| match item {
        Written::Number(number) => Some(*number),
        _ => None,
    };
    items.iter().map(number).collect()
}

pub(crate) fn check_name(what: &'static str, name: &str) -> Result<(), SpecError> {
    if is_name(name) {
        return Ok(());
    }
    let name = quoted(name);
    Err(SpecError::Name { what, name })
}

pub(crate) fn twice(what: &str, name: &str) -> SpecError {
    SpecError::Twice {
        what: format!("{what} `{name}`"),
    }
}
