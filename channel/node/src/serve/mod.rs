//! The API's server: what comes in as JSON-RPC goes to whoever implements [`Api`].

pub mod codes;
mod fault;
mod keyed;
mod metrics;
mod token;

use std::path::Path;

use futures_util::StreamExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use twinroot_client::methods::{self, Method};
use twinroot_client::{Api, Endpoint, Failure};
use twinroot_rpc::{Access, Limits, Methods, Server, StartError};

pub use metrics::{Metrics, MetricsError};
pub use token::{TokenError, token};

use fault::fault;
use keyed::check;

/// The API, served on this machine's socket and, if wanted, on a TCP address.
#[must_use = "the servers end when this is dropped"]
pub struct Serving {
    local: Server,
    tcp: Option<Server>,
}

/// Why the API is not served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The token.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// An address.
    #[error(transparent)]
    Start(#[from] StartError),
}

impl Serving {
    /// Serves at the socket `api.sock` of the folder, which is open to its owner, and at `tcp` to who shows the token in the
    /// folder's file `token`. That is made where it is missing.
    ///
    /// # Errors
    /// [`ServeError`] where the token cannot be read or an address not be had.
    pub async fn start<A: Api>(
        api: &A,
        folder: &Path,
        tcp: Option<&Endpoint>,
        limits: Limits,
    ) -> Result<Self, ServeError> {
        let token = token(folder)?;
        let socket = Endpoint::Unix(folder.join(SOCKET));
        let local = Server::start(&socket, methods(api), Access::Anyone, limits).await?;
        let tcp = match tcp {
            Some(address) => {
                Some(Server::start(address, methods(api), Access::Token(token), limits).await?)
            }
            None => None,
        };
        Ok(Self { local, tcp })
    }

    /// Where it listens on this machine.
    #[must_use]
    pub const fn local(&self) -> &Endpoint {
        self.local.endpoint()
    }

    /// Where it listens for others that have the token.
    #[must_use]
    pub fn tcp(&self) -> Option<&Endpoint> {
        self.tcp.as_ref().map(Server::endpoint)
    }

    /// Takes nothing new, answers what was asked, and ends.
    pub async fn shutdown(self) {
        self.local.shutdown().await;
        if let Some(tcp) = self.tcp {
            tcp.shutdown().await;
        }
    }
}

/// Name of the socket in the node's folder.
pub const SOCKET: &str = "api.sock";

/// All methods of the API, carried out by `api`.
pub fn methods<A: Api>(api: &A) -> Methods {
    let all = Methods::new();
    let all = add(all, api, &methods::STATUS, |api, _| async move {
        api.status().await
    });
    let all = add(all, api, &methods::ADD_PEER, |api, peer| async move {
        api.add_peer(peer).await
    });
    let all = add(all, api, &methods::APP, |api, record| async move {
        api.app(record.name).await
    });
    let all = add(all, api, &methods::OPEN, |api, terms| async move {
        check(&terms.key)?;
        api.open(terms).await
    });
    let all = add(all, api, &methods::APPROVE, |api, answer| async move {
        api.approve(answer).await
    });
    let all = add(all, api, &methods::DECLINE, |api, answer| async move {
        api.decline(answer).await
    });
    let all = add(all, api, &methods::LIST, |api, _| async move {
        api.list().await
    });
    let all = add(all, api, &methods::SHOW, |api, which| async move {
        api.show(which).await
    });
    let all = add(all, api, &methods::BALANCES, |api, which| async move {
        api.balances(which).await
    });
    let all = add(all, api, &methods::CALL, |api, step| async move {
        check(&step.key)?;
        api.call(step).await
    });
    let all = add(all, api, &methods::FORCE, |api, step| async move {
        check(&step.key)?;
        api.force(step).await
    });
    let all = add(all, api, &methods::READ, |api, step| async move {
        api.read(step).await
    });
    let all = add(all, api, &methods::ESTIMATE, |api, step| async move {
        api.estimate(step).await
    });
    let all = add(all, api, &methods::MESSAGE, |api, say| async move {
        api.message(say).await
    });
    let all = add(all, api, &methods::CANCEL, |api, which| async move {
        api.cancel(which).await
    });
    let all = add(all, api, &methods::CLOSE, |api, close| async move {
        api.close(close).await
    });
    let all = add(all, api, &methods::SETTLE, |api, which| async move {
        api.settle(which).await
    });
    let all = add(all, api, &methods::SLASH, |api, which| async move {
        api.slash(which).await
    });
    let all = add(all, api, &methods::SNAPSHOT, |api, which| async move {
        api.snapshot(which).await
    });
    let all = add(all, api, &methods::EXPORT, |api, which| async move {
        api.export(which).await
    });
    let all = add(all, api, &methods::IMPORT, |api, file| async move {
        api.import(file).await
    });
    let all = add(all, api, &methods::EVENTS, |api, which| async move {
        api.events(which).await
    });
    let all = add(all, api, &methods::ACK, |api, ack| async move {
        api.ack(ack).await
    });
    let api = api.clone();
    all.subscription(methods::FOLLOW.name(), move |which| {
        let events = api.follow(which).map(Ok);
        async move { Ok(events) }
    })
}

fn add<A, P, R, F, W>(all: Methods, api: &A, method: &Method<P, R>, carry_out: F) -> Methods
where
    A: Api,
    P: DeserializeOwned,
    R: Serialize,
    F: Fn(A, P) -> W + Send + Sync + 'static,
    W: Future<Output = Result<R, Failure>> + Send + 'static,
{
    let api = api.clone();
    all.method(method.name(), move |params| {
        let answer = carry_out(api.clone(), params);
        async move { answer.await.map_err(fault) }
    })
}
