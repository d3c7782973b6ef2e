//! The methods of the API: names, params, answers. Client, server and schema all take them from here.

use std::marker::PhantomData;

use crate::api::{
    Ack, Answer, AppRecord, Balances, ChannelFile, Close, Done, Event, Events, Name, NodeStatus,
    Nothing, Open, Opened, Peer, Say, Shown, Step, Summary, Which,
};

/// A method: what it is called over the wire, what it takes, what it answers.
#[derive(Debug)]
pub struct Method<P, R> {
    name: &'static str,
    about: &'static str,
    shape: PhantomData<fn(P) -> R>,
}

impl<P, R> Method<P, R> {
    const fn new(name: &'static str, about: &'static str) -> Self {
        Self {
            name,
            about,
            shape: PhantomData,
        }
    }

    /// What it is called over the wire.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What it does.
    #[must_use]
    pub const fn about(&self) -> &'static str {
        self.about
    }
}

/// What the node is and how it is doing.
pub const STATUS: Method<Nothing, NodeStatus> =
    Method::new("node.status", "What the node is and how it is doing.");
/// Says where a peer listens.
pub const ADD_PEER: Method<Peer, ()> =
    Method::new("peer.add", "Says where a peer listens, and connects to it.");
/// A record that the application wrote.
pub const APP: Method<Name, AppRecord> =
    Method::new("app.get", "A record that the application wrote.");

/// Offers a channel.
pub const OPEN: Method<Open, Opened> = Method::new("channel.open", "Offers a channel to a peer.");
/// Agrees to what the user was asked.
pub const APPROVE: Method<Answer, ()> = Method::new(
    "channel.approve",
    "Agrees to what the user was asked: an offer, a step, a close.",
);
/// Refuses what the user was asked.
pub const DECLINE: Method<Answer, ()> =
    Method::new("channel.decline", "Refuses what the user was asked.");
/// All channels.
pub const LIST: Method<Nothing, Vec<Summary>> = Method::new("channel.list", "All channels.");
/// All of one channel.
pub const SHOW: Method<Which, Shown> = Method::new("channel.show", "All of one channel.");
/// How its coins stand.
pub const BALANCES: Method<Which, Balances> = Method::new(
    "channel.balances",
    "How the coins of a channel stand for this node.",
);

/// A step that both sign.
pub const CALL: Method<Step, Done> = Method::new(
    "channel.call",
    "A step that both sign; answered once both have.",
);
/// A step that the ledger carries out.
pub const FORCE: Method<Step, Done> = Method::new(
    "channel.force",
    "A step that the ledger carries out; answered once it has.",
);
/// What a step would return.
pub const READ: Method<Step, Done> = Method::new(
    "channel.read",
    "What a step would return; it is carried out here and thrown away.",
);
/// What a step would cost.
pub const ESTIMATE: Method<Step, Done> = Method::new(
    "channel.estimate",
    "What a step would return, and what forcing it would cost.",
);
/// Text or bytes for the peer.
pub const MESSAGE: Method<Say, ()> = Method::new("channel.message", "Text or bytes for the peer.");
/// Takes back the step that waits for the peer.
pub const CANCEL: Method<Which, ()> = Method::new(
    "channel.cancel",
    "Takes back the step that waits for the peer, where that can still be.",
);

/// Ends a channel.
pub const CLOSE: Method<Close, ()> = Method::new(
    "channel.close",
    "Ends a channel, with the peer or by the ledger alone.",
);
/// Has the ledger pay out.
pub const SETTLE: Method<Which, ()> = Method::new(
    "channel.settle",
    "Has the ledger pay out a close whose time has come.",
);
/// Answers a close at an old state.
pub const SLASH: Method<Which, ()> = Method::new(
    "channel.slash",
    "Answers a close at an old state with the newest.",
);
/// Tells the ledger the newest co-signed state.
pub const SNAPSHOT: Method<Which, ()> = Method::new(
    "channel.snapshot",
    "Tells the ledger the newest co-signed state.",
);
/// A channel in a file.
pub const EXPORT: Method<Which, ChannelFile> = Method::new(
    "channel.export",
    "What both signed last, with the whole state, as a node with one of the keys goes on from it.",
);
/// Goes on with a channel out of a file.
pub const IMPORT: Method<ChannelFile, Opened> = Method::new(
    "channel.import",
    "Goes on with a channel out of a file that the node does not have; it signs nothing before it has heard of the peer.",
);

/// Events that were not acknowledged.
pub const EVENTS: Method<Events, Vec<Event>> = Method::new(
    "events.list",
    "Events that were not acknowledged, oldest first.",
);
/// Events as they come.
pub const FOLLOW: Method<Events, Event> = Method::new(
    "events.follow",
    "A subscription: the events that were not acknowledged, then each new one as it is written down.",
);
/// Forgets events.
pub const ACK: Method<Ack, ()> = Method::new(
    "events.ack",
    "Forgets the events up to a number: they were taken.",
);
