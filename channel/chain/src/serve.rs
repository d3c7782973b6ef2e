//! A ledger that other processes ask.

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::select;
use twinroot_abi::Height;
use twinroot_rpc::{Access, Endpoint, Fault, Limits, Methods, Server, StartError};

use crate::methods::{
    self, Ask, At, Blocks, Exported, Fund, Mine, Nothing, Rollback, Snapshot, Submit, Submitted,
    Warp,
};
use crate::{ChainBackend, ChainError, Embedded};

/// A ledger that other processes ask, until this is dropped.
#[must_use = "the ledger is served until this is dropped"]
pub struct Served {
    server: Server,
    ledger: Embedded,
}

impl Embedded {
    /// Serves the ledger. Whoever reaches the address may do with it what whoever runs it may.
    ///
    /// # Errors
    /// [`StartError`] where it cannot listen.
    pub async fn serve(self, endpoint: &Endpoint) -> Result<Served, StartError> {
        let server =
            Server::start(endpoint, methods(&self), Access::Anyone, Limits::default()).await?;
        Ok(Served {
            server,
            ledger: self,
        })
    }
}

impl Served {
    /// Where it listens.
    #[must_use]
    pub const fn endpoint(&self) -> &Endpoint {
        self.server.endpoint()
    }

    /// Serves until `end`, and makes blocks as time passes. What is being carried out then is still answered.
    ///
    /// # Errors
    /// [`ChainError::Unreachable`], at once, where a block cannot be written.
    pub async fn until(self, end: impl Future<Output = ()>) -> Result<(), ChainError> {
        let done = select! {
            () = end => Ok(()),
            error = self.ledger.keep_time() => Err(error),
        };
        self.server.shutdown().await;
        done
    }
}

fn methods(ledger: &Embedded) -> Methods {
    let blocks = ledger.clone();
    let methods =
        Methods::new().subscription(methods::BLOCKS, move |Blocks { from, known }: Blocks| {
            let ledger = blocks.clone();
            async move {
                let known: Vec<_> = known.into_iter().map(|known| known.0).collect();
                // Where none of them is left, there is nothing to go on from but the lowest.
                let lowest = known.iter().map(|env| env.height).min();
                let next = ledger
                    .newest_of(&known)
                    .map(|height| Height(height.0.saturating_add(1)));
                let blocks = ledger.blocks(next.or(lowest).unwrap_or(from));
                Ok(blocks.map(|news| news.map_err(Fault::from)))
            }
        });
    let methods = add(
        methods,
        methods::SUBMIT,
        ledger,
        |ledger, Submit { transaction }: Submit| {
            ledger
                .include(transaction)
                .map(|transaction| Submitted { transaction })
        },
    );
    let methods = add(
        methods,
        methods::QUERY,
        ledger,
        |ledger, Ask { query }: Ask| ledger.answer(query),
    );
    let methods = add(
        methods,
        methods::STATUS,
        ledger,
        |ledger, Nothing {}: Nothing| ledger.stands(),
    );
    let methods = add(
        methods,
        methods::MINE,
        ledger,
        |ledger, Mine { blocks }: Mine| ledger.mine(blocks).map(at),
    );
    let methods = add(
        methods,
        methods::WARP,
        ledger,
        |ledger, Warp { height }: Warp| ledger.warp(height).map(at),
    );
    let methods = add(
        methods,
        methods::SNAPSHOT,
        ledger,
        |ledger, Snapshot { name }: Snapshot| ledger.snapshot(&name).map(at),
    );
    let methods = add(
        methods,
        methods::ROLLBACK,
        ledger,
        |ledger, Rollback { to }: Rollback| ledger.rollback(&to).map(at),
    );
    let methods = add(
        methods,
        methods::FUND,
        ledger,
        |ledger, Fund { key, amount }: Fund| {
            ledger
                .fund(key, amount)
                .map(|transaction| Submitted { transaction })
        },
    );
    add(
        methods,
        methods::EXPORT,
        ledger,
        |ledger, Nothing {}: Nothing| ledger.export().map(|ledger| Exported { ledger }),
    )
}

const fn at(block: twinroot_exec::Env) -> At {
    At { block }
}

/// Adds a method that may wait for the disk.
fn add<P, R>(
    methods: Methods,
    name: &str,
    ledger: &Embedded,
    run: impl Fn(&Embedded, P) -> Result<R, ChainError> + Copy + Send + Sync + 'static,
) -> Methods
where
    P: DeserializeOwned + Send + 'static,
    R: Serialize + Send + 'static,
{
    let ledger = ledger.clone();
    methods.method(name, move |params: P| {
        let done: BoxFuture<'static, _> = ledger.beside(move |ledger| run(ledger, params));
        async move { done.await.map_err(Fault::from) }
    })
}
