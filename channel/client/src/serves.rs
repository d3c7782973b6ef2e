//! What a node can be asked, as its server calls it.

use std::future::Future;

use futures_util::stream::BoxStream;

use crate::Failure;
use crate::api::{
    Ack, Answer, AppRecord, Balances, Bytes, ChannelFile, Close, Done, Event, Events, NodeStatus,
    Open, Opened, Peer, Say, Shown, Step, Summary, Which,
};

/// Whoever answers the API: the core of a node, and in tests something simpler.
///
/// Each method is the one of the same name over the wire; what may be asked when, and what follows from it, stands at the
/// types of [`crate::api`].
pub trait Api: Clone + Send + Sync + 'static {
    /// What the node is and how it is doing.
    fn status(&self) -> impl Future<Output = Result<NodeStatus, Failure>> + Send;
    /// Waits until the node is to be reached at the address.
    fn add_peer(&self, peer: Peer) -> impl Future<Output = Result<(), Failure>> + Send;
    /// A record that the application wrote, if there is one of this name.
    fn app(&self, name: Bytes) -> impl Future<Output = Result<AppRecord, Failure>> + Send;

    /// Offers a channel.
    fn open(&self, terms: Open) -> impl Future<Output = Result<Opened, Failure>> + Send;
    /// Agrees to what the user was asked: an offer, a step, a close.
    fn approve(&self, answer: Answer) -> impl Future<Output = Result<(), Failure>> + Send;
    /// Refuses what the user was asked.
    fn decline(&self, answer: Answer) -> impl Future<Output = Result<(), Failure>> + Send;
    /// All channels.
    fn list(&self) -> impl Future<Output = Result<Vec<Summary>, Failure>> + Send;
    /// All of one channel.
    fn show(&self, channel: Which) -> impl Future<Output = Result<Shown, Failure>> + Send;
    /// How its coins stand.
    fn balances(&self, channel: Which) -> impl Future<Output = Result<Balances, Failure>> + Send;

    /// A step that both sign.
    fn call(&self, step: Step) -> impl Future<Output = Result<Done, Failure>> + Send;
    /// A step that the ledger carries out.
    fn force(&self, step: Step) -> impl Future<Output = Result<Done, Failure>> + Send;
    /// What a step would return; it is thrown away.
    fn read(&self, step: Step) -> impl Future<Output = Result<Done, Failure>> + Send;
    /// The same, and what forcing it would cost.
    fn estimate(&self, step: Step) -> impl Future<Output = Result<Done, Failure>> + Send;
    /// Text or bytes for the peer.
    fn message(&self, say: Say) -> impl Future<Output = Result<(), Failure>> + Send;
    /// Takes back the step that waits for the peer, if that can still be.
    fn cancel(&self, channel: Which) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Ends a channel, with the peer or without.
    fn close(&self, close: Close) -> impl Future<Output = Result<(), Failure>> + Send;
    /// Has the ledger pay out a close whose time has come.
    fn settle(&self, channel: Which) -> impl Future<Output = Result<(), Failure>> + Send;
    /// Answers a close at an old state with the newest.
    fn slash(&self, channel: Which) -> impl Future<Output = Result<(), Failure>> + Send;
    /// Tells the ledger the newest co-signed state.
    fn snapshot(&self, channel: Which) -> impl Future<Output = Result<(), Failure>> + Send;

    /// A channel in a file.
    fn export(&self, channel: Which) -> impl Future<Output = Result<ChannelFile, Failure>> + Send;
    /// Goes on with a channel out of a file.
    fn import(&self, file: ChannelFile) -> impl Future<Output = Result<Opened, Failure>> + Send;

    /// Events that were not acknowledged, oldest first.
    fn events(&self, which: Events) -> impl Future<Output = Result<Vec<Event>, Failure>> + Send;
    /// The same, and then every new one as it is written down, until the stream is dropped.
    fn follow(&self, which: Events) -> BoxStream<'static, Event>;
    /// Forgets events up to a number.
    fn ack(&self, ack: Ack) -> impl Future<Output = Result<(), Failure>> + Send;
}
