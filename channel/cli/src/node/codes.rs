//! The codes of nodes, of their API and of the verbs that talk to them, and what to do about each.

use crate::author::codes::{Entry, error};

/// A passphrase that is missing or another one.
pub(crate) const PASSPHRASE: &str = "TR0903";
/// A file that is no key file, or cannot be read.
pub(crate) const KEY_FILE: &str = "TR0904";
/// It is not said which node, or not understood.
pub(crate) const WHICH_NODE: &str = "TR0905";
/// It is not said which channel or contract, or not understood.
pub(crate) const WHICH: &str = "TR0906";
/// A node that does not start.
pub(crate) const START: &str = "TR0907";
/// A node says something whose code this program does not know.
pub(crate) const FAILED: &str = "TR0908";
/// The log of a node.
pub(crate) const LOG: &str = "TR0909";
/// A backup that cannot be written, read or opened.
pub(crate) const BACKUP: &str = "TR0910";
/// What was waited for did not come.
pub(crate) const NOT_SO: &str = "TR0911";
/// A signer that does not start, is not there, or has another key.
pub(crate) const SIGNER: &str = "TR0912";

/// The table.
pub(crate) const TABLE: &[Entry] = &[
    error(
        "TR0701",
        2,
        "the request does not fit",
        "A request is one JSON-RPC object whose params are those of docs/spec/api.schema.json: no field is missing and none is unknown; \
         coins are decimal strings, ids 64 hex digits. The message names the field.",
    ),
    error(
        "TR0702",
        2,
        "there is no such method",
        "docs/spec/api.schema.json lists all methods. Program and node may be of different versions.",
    ),
    error(
        "TR0703",
        3,
        "the token is missing or wrong",
        "Whoever talks to a node over TCP shows the token in the file `token` of its folder: `--token-file FILE` or TWINROOT_TOKEN. On the \
         node's own machine, `--node FOLDER` needs none.",
    ),
    error(
        "TR0704",
        3,
        "too much is asked at a time",
        "Nothing of the request was done. Wait for answers before asking more.",
    ),
    error(
        "TR0705",
        3,
        "the subscriber is too slow",
        "It did not read what it asked for. Subscribe again, behind the last event that was read.",
    ),
    error(
        "TR0706",
        3,
        "nobody listens there",
        "The node or the ledger is not running, or at another address. `twinroot node run` starts a node, `twinroot chain dev` a ledger for \
         development; `--node` or TWINROOT_NODE say which node is meant.",
    ),
    error(
        "TR0707",
        3,
        "the connection was lost",
        "It is not known whether what was asked for was done. Look, and ask again if it was not; what has the same key is done once.",
    ),
    error(
        "TR0708",
        3,
        "the other side does not speak this protocol",
        "Look whether the address is that of a node, and of the same version.",
    ),
    error(
        "TR0709",
        2,
        "the address is none",
        "Write ws://HOST:PORT, or unix:PATH for a socket on this machine.",
    ),
    error(
        "TR0710",
        3,
        "the server itself failed",
        "The message says how. Its log says more; please report it.",
    ),
    error(
        "TR0901",
        2,
        "the call has no key",
        "Each call has a key of 1 to 128 bytes, so that asking twice does it once. `twinroot channel` makes keys up; `--key` sets one.",
    ),
    error(
        "TR0902",
        3,
        "the token of the API cannot be read or written",
        "The file `token` in the node's folder is made at the first start and only its owner may read it. Remove a damaged one: another is made.",
    ),
    error(
        PASSPHRASE,
        2,
        "the passphrase is missing or wrong",
        "It comes from `--passphrase-file`, from TWINROOT_PASSPHRASE, or is asked for on a terminal. A passphrase that is lost cannot be had again.",
    ),
    error(
        KEY_FILE,
        2,
        "the key file cannot be used",
        "The message says whether it is missing, there already, damaged or of another kind. `twinroot key new` makes one, and never overwrites one.",
    ),
    error(
        WHICH_NODE,
        2,
        "it is not clear which node",
        "`--node` or TWINROOT_NODE name the folder of a node, or ws://HOST:PORT of its API; else it is ~/.twinroot.",
    ),
    error(
        WHICH,
        2,
        "it is not clear which channel or contract",
        "Where there are several, name one by as many of its first digits as it takes; contracts also by their name. `twinroot channel list` and \
         `twinroot channel show` list them.",
    ),
    error(
        START,
        3,
        "the node does not start",
        "The message says what is missing: the ledger, the log, an address. Nothing was done. `twinroot node check` looks at the log, and \
         `node.toml` in the node's folder says where everything is.",
    ),
    error(
        FAILED,
        1,
        "the node says no",
        "This program does not know the code: it may be older than the node. The message says what is wrong.",
    ),
    error(
        LOG,
        3,
        "the log is damaged, of another version, or in use",
        "`twinroot node check` says what is broken and where. One program at a time uses a log: stop the node first. `twinroot node upgrade` \
         migrates the log of an older version. Restoring a backup is safe at any age.",
    ),
    error(
        BACKUP,
        3,
        "the backup cannot be written or opened",
        "A backup opens with the key of the node that made it, and only whole: the message says what is wrong with it. Take another one of the folder.",
    ),
    error(
        NOT_SO,
        1,
        "it did not happen",
        "What was waited for cannot come any more; the message says what came instead.",
    ),
    error(
        SIGNER,
        3,
        "the signer cannot be had",
        "`twinroot key serve` signs for a node in a process of its own, and `signer` in node.toml names its socket. The message says whether it \
         is not running, has another key, or cannot start: its socket or its list of rounds is in use, or that list is damaged. Nothing is \
         signed without the list; never replace it by an older one while channels are open.",
    ),
];
