//! What a server can be asked.

use core::future::Future;
use std::collections::BTreeMap;

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, Stream, StreamExt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::Fault;

/// What a server can be asked, by name. Parameters and results are any types of serde; `serde_json::Value` is one.
#[derive(Default)]
pub struct Methods {
    entries: BTreeMap<String, Entry>,
}

/// The items of a subscription. A fault ends it.
pub(crate) type Items = BoxStream<'static, Result<Value, Fault>>;

enum Entry {
    Call(Box<dyn Fn(Value) -> BoxFuture<'static, Result<Value, Fault>> + Send + Sync>),
    Subscription(Box<dyn Fn(Value) -> BoxFuture<'static, Result<Items, Fault>> + Send + Sync>),
}

/// What became of a request.
pub(crate) enum Outcome {
    Answer(Result<Value, Fault>),
    Begun(Items),
}

impl Methods {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a method. A later one takes the place of an earlier one of its name.
    #[must_use]
    pub fn method<P, R, F, W>(mut self, name: &str, handle: F) -> Self
    where
        P: DeserializeOwned,
        R: Serialize,
        F: Fn(P) -> W + Send + Sync + 'static,
        W: Future<Output = Result<R, Fault>> + Send + 'static,
    {
        let call = move |params| match params_of::<P>(params) {
            Ok(params) => handle(params).map(|result| json_of(&result?)).boxed(),
            Err(fault) => core::future::ready(Err(fault)).boxed(),
        };
        self.entries
            .insert(name.into(), Entry::Call(Box::new(call)));
        self
    }

    /// Adds a subscription. What it yields is pulled as fast as the subscriber reads: a source that cannot wait has to say for
    /// itself what it leaves out, or to end with a fault.
    #[must_use]
    pub fn subscription<P, T, S, F, W>(mut self, name: &str, handle: F) -> Self
    where
        P: DeserializeOwned,
        T: Serialize,
        S: Stream<Item = Result<T, Fault>> + Send + 'static,
        F: Fn(P) -> W + Send + Sync + 'static,
        W: Future<Output = Result<S, Fault>> + Send + 'static,
    {
        let begin = move |params| match params_of::<P>(params) {
            Ok(params) => {
                let items = |items: S| items.map(|item| json_of(&item?)).boxed();
                handle(params).map(move |begun| begun.map(items)).boxed()
            }
            Err(fault) => core::future::ready(Err(fault)).boxed(),
        };
        self.entries
            .insert(name.into(), Entry::Subscription(Box::new(begin)));
        self
    }

    /// The names of all, methods and subscriptions.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    pub(crate) async fn carry_out(&self, method: &str, params: Value) -> Outcome {
        match self.entries.get(method) {
            None => Outcome::Answer(Err(Fault::method_not_found(method))),
            Some(Entry::Call(call)) => Outcome::Answer(call(params).await),
            Some(Entry::Subscription(begin)) => match begin(params).await {
                Ok(items) => Outcome::Begun(items),
                Err(fault) => Outcome::Answer(Err(fault)),
            },
        }
    }
}

/// Parameters that were not given are those of a method without any, or an object without any.
fn params_of<P: DeserializeOwned>(params: Value) -> Result<P, Fault> {
    if params.is_null() {
        let without = serde_json::from_value(Value::Null);
        return without
            .or_else(|_| serde_json::from_value(json!({})))
            .map_err(Fault::invalid_params);
    }
    serde_json::from_value(params).map_err(Fault::invalid_params)
}

fn json_of(value: &impl Serialize) -> Result<Value, Fault> {
    serde_json::to_value(value)
        .map_err(|error| Fault::internal(format!("the answer cannot be written: {error}")))
}
