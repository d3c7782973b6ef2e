//! Which node a verb talks to.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use twinroot_client::{Client, Endpoint};
use twinroot_node::serve::SOCKET;

use super::codes::WHICH_NODE;
use super::faults::client_fault;
use crate::author::Fault;

/// The variable that names the node where no option does.
const VARIABLE: &str = "TWINROOT_NODE";
/// The variable with the token of a node that is reached over TCP.
const TOKEN_VARIABLE: &str = "TWINROOT_TOKEN";
/// The folder of the node, in the user's home, where nothing names one.
const DEFAULT: &str = ".twinroot";

/// Which node.
#[derive(clap::Args)]
pub(crate) struct At {
    /// Folder of the node, or ws://HOST:PORT of its API; else TWINROOT_NODE, else ~/.twinroot.
    #[arg(long, global = true, value_name = "NODE")]
    node: Option<String>,
    /// A file with the token of an API that is reached over TCP; else TWINROOT_TOKEN.
    #[arg(long, global = true, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

impl At {
    /// The node that the words of a line name.
    pub(crate) fn of(line: &[String]) -> Self {
        let after = |option: &str| {
            let place = line.iter().position(|word| word == option)?;
            line.get(place.saturating_add(1)).cloned()
        };
        Self {
            node: after("--node"),
            token_file: after("--token-file").map(PathBuf::from),
        }
    }

    /// A client of the node.
    pub(crate) async fn client(&self) -> Result<Client, Fault> {
        let named = self.node.clone().or_else(|| env::var(VARIABLE).ok());
        if let Some(address) = named.as_deref().filter(|named| named.contains(':')) {
            let endpoint: Endpoint = address
                .parse()
                .map_err(|error| Fault::new(WHICH_NODE, error))?;
            return Client::connect(endpoint, self.token()?)
                .await
                .map_err(client_fault);
        }
        let folder = named.map_or_else(home, |named| Ok(PathBuf::from(named)))?;
        let socket = folder.join(SOCKET);
        Client::connect(Endpoint::Unix(socket), None)
            .await
            .map_err(|error| {
                let fault = client_fault(error);
                if folder.is_dir() {
                    fault.then("start it: `twinroot node run`")
                } else {
                    fault.then("make a node: `twinroot node init`")
                }
            })
    }

    fn token(&self) -> Result<Option<String>, Fault> {
        let Some(path) = &self.token_file else {
            return Ok(env::var(TOKEN_VARIABLE).ok());
        };
        let text = fs::read_to_string(path)
            .map_err(|error| Fault::new(WHICH_NODE, format!("{}: {error}", path.display())))?;
        Ok(Some(text.trim().to_owned()))
    }
}

/// The folder of a node: the one given, else that of the environment, else the one in the user's home.
pub(crate) fn folder(given: Option<&Path>) -> Result<PathBuf, Fault> {
    match given {
        Some(folder) => Ok(folder.to_owned()),
        None => env::var_os(VARIABLE).map_or_else(home, |folder| Ok(folder.into())),
    }
}

fn home() -> Result<PathBuf, Fault> {
    let home = env::home_dir().ok_or_else(|| {
        Fault::new(
            WHICH_NODE,
            "there is no home folder: name the node with --node",
        )
    })?;
    Ok(home.join(DEFAULT))
}
