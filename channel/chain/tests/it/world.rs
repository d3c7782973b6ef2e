//! Ledgers, keys, transactions.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use twinroot_abi::{Amount, Hash, Height, PublicKey, TimeMs};
use twinroot_arbiter::Genesis;
use twinroot_chain::{
    Answer, ChainBackend, ChainError, Embedded, FileError, Mode, News, Query, Remote,
};
use twinroot_exec::{Call, Code, CodeSource, Codes, Execute, Halt, Receipt, Scene};
use twinroot_rpc::Endpoint;
use twinroot_state::Overlay;
use twinroot_types::{SecretKey, Tag, hash};
use twinroot_wire::{Action, Transaction, VERSION};

pub(crate) const COINS: u64 = 10_000_000;
/// Longer than anything here takes on a slow machine; whoever waits longer waits in vain.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Takes any bytes for code, and runs none.
pub(crate) struct Nothing;

impl Execute for Nothing {
    fn admit(&self, wasm: &[u8]) -> Result<Code, Halt> {
        Ok(Code {
            hash: twinroot_abi::CodeHash(hash(Tag::CODE, &[wasm])),
            bytes: wasm.to_vec(),
        })
    }

    fn execute(
        &self,
        _: CodeSource<'_>,
        _: &Codes,
        _: &mut Overlay,
        _: Scene,
        _: &Call,
    ) -> Result<Receipt, Halt> {
        Err(Halt::Machine("nothing is run here".to_owned()))
    }
}

pub(crate) fn secret(who: u8) -> SecretKey {
    SecretKey::from_seed(&[who; 32])
}

pub(crate) fn key(who: u8) -> PublicKey {
    secret(who).public()
}

pub(crate) fn genesis() -> Genesis {
    Genesis {
        name: "tries".into(),
        time: TimeMs(1_000_000),
        accounts: [1, 2, 3].map(|who| (key(who), Amount(COINS))).to_vec(),
    }
}

pub(crate) fn in_memory() -> Embedded {
    Embedded::in_memory(genesis(), Mode::Manual, Arc::new(Nothing)).expect("a ledger begins")
}

pub(crate) fn open(path: &std::path::Path) -> Result<Embedded, FileError> {
    Embedded::open(path, genesis, Mode::Manual, Arc::new(Nothing), &mut |_| {})
}

/// Serves a ledger at any port until the end of the test.
pub(crate) async fn served(ledger: &Embedded) -> Remote {
    let anywhere: Endpoint = "ws://127.0.0.1:0".parse().expect("an address");
    let served = ledger.clone().serve(&anywhere).await.expect("it listens");
    let remote = Remote::new(served.endpoint().clone());
    tokio::spawn(served.until(std::future::pending()));
    remote
}

/// A transaction of the sender's next number.
pub(crate) async fn signed(chain: &dyn ChainBackend, who: u8, action: Action) -> Vec<u8> {
    let status = chain.status().await.expect("a ledger");
    let Ok(Answer::Account(account)) = chain.query(Query::Account(key(who))).await else {
        panic!("no account")
    };
    let expiry = Height(status.block.height.0 + 50);
    let (chain, sender, nonce) = (status.chain, key(who), account.nonce);
    Transaction {
        chain,
        version: VERSION,
        sender,
        nonce,
        expiry,
        action,
    }
    .sign(&secret(who))
    .encode()
}

pub(crate) fn pay(to: u8, coins: u64) -> Action {
    Action::Transfer {
        to: key(to),
        amount: Amount(coins),
    }
}

pub(crate) async fn submit(
    chain: &dyn ChainBackend,
    who: u8,
    action: Action,
) -> Result<Hash, ChainError> {
    let transaction = signed(chain, who, action).await;
    chain.submit(transaction).await
}

pub(crate) async fn coins(chain: &dyn ChainBackend, key: PublicKey) -> u64 {
    match chain.query(Query::Account(key)).await {
        Ok(Answer::Account(account)) => account.coins.0,
        other => panic!("no account: {other:?}"),
    }
}

pub(crate) type Blocks = futures_util::stream::BoxStream<'static, Result<News, ChainError>>;

/// The next block, whatever outages come before it.
pub(crate) async fn next(blocks: &mut Blocks) -> News {
    let wait = async {
        loop {
            match blocks.next().await {
                Some(Ok(news)) => return news,
                Some(Err(ChainError::Unreachable(_))) => {}
                other => panic!("no block: {other:?}"),
            }
        }
    };
    tokio::time::timeout(PATIENCE, wait)
        .await
        .expect("the block never comes")
}
