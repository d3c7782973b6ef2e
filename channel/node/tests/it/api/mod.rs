//! The API's server and client.

mod bad_input;
mod broken;
mod schema;
mod toy;

use tempfile::TempDir;
use twinroot_client::{Client, Endpoint};
use twinroot_node::serve::Serving;
use twinroot_rpc::Limits;

use toy::Toy;

/// A node that is none, its folder, and a client of it.
struct Served {
    toy: Toy,
    folder: TempDir,
    serving: Serving,
}

impl Served {
    async fn start() -> Self {
        let (toy, folder) = (Toy::default(), tempfile::tempdir().unwrap());
        let any: Endpoint = "ws://127.0.0.1:0".parse().unwrap();
        let serving = Serving::start(&toy, folder.path(), Some(&any), Limits::default())
            .await
            .unwrap();
        Self {
            toy,
            folder,
            serving,
        }
    }

    async fn client(&self) -> Client {
        Client::connect(self.serving.local().clone(), None)
            .await
            .unwrap()
    }

    /// The connection below the client: it says whatever it is told to.
    async fn raw(&self) -> twinroot_rpc::Client {
        twinroot_rpc::Client::connect(self.serving.local(), None)
            .await
            .unwrap()
    }
}
