//! The codes of these verbs, and what to do about each.

use crate::author::codes::{Entry, error};

/// A folder that is no device, or a damaged one.
pub(crate) const DEVICE: &str = "TR0601";
/// A device that does not know which epochs it was in.
pub(crate) const LOST: &str = "TR0602";
/// A device or a log that another program uses.
pub(crate) const IN_USE: &str = "TR0603";
/// A descriptor that breaks a rule.
pub(crate) const DESCRIPTOR: &str = "TR0604";
/// A message that breaks a rule.
pub(crate) const MESSAGE: &str = "TR0605";
/// A device that does not sign.
pub(crate) const NOT_SIGNED: &str = "TR0606";
/// A file that is no log of the feed.
pub(crate) const LOG: &str = "TR0607";
/// A disk without room.
pub(crate) const FULL: &str = "TR0608";
/// Words that are no policy.
pub(crate) const POLICY: &str = "TR0609";
/// Messages that are not enough.
pub(crate) const SHORTFALL: &str = "TR0610";
/// Messages without a conflict.
pub(crate) const NO_CONFLICT: &str = "TR0611";
/// A table of readings that cannot be read.
pub(crate) const SERIES: &str = "TR0612";
/// A value that the feed cannot say.
pub(crate) const VALUE: &str = "TR0613";
/// No feed was named, or not one.
pub(crate) const WHICH_FEED: &str = "TR0614";
/// An address that is none.
pub(crate) const ADDRESS: &str = "TR0615";
/// A port that cannot be had.
pub(crate) const PORT: &str = "TR0616";
/// A feed that measures something else.
pub(crate) const MEASURE: &str = "TR0617";

/// The table.
pub(crate) const TABLE: &[Entry] = &[
    error(
        DEVICE,
        1,
        "the folder is no device, or a damaged one",
        "A device is a folder with the files key, descriptor and epoch, as `twinroot oracle device new` makes it. Nobody but you \
         may read its key: `chmod 600 FOLDER/key`. A key that is lost or damaged cannot be had again; make another device, and \
         have the parties agree to its feed.",
    ),
    error(
        LOST,
        1,
        "the device does not know which epochs it was in",
        "What it signed last and the number of its epoch are both lost. If it went on, it could sign a second message of a \
         place that it signed before, which is proof of fraud (docs/spec/oracles.md, 8.5). Put the file `epoch` back, with a \
         number that is at least that of any message that it signed; if nobody has its messages, make another device.",
    ),
    error(
        IN_USE,
        3,
        "another program uses it",
        "One program at a time signs for a device or writes a log: two would sign different messages of one place. Wait until \
         the other one is done.",
    ),
    error(
        DESCRIPTOR,
        1,
        "the descriptor breaks a rule",
        "The message has the number and the name of the rule (docs/spec/oracles.md, 6) and says what to do. Names are printable \
         ASCII, of 1 to 128 bytes for the URN, 1 to 32 for the quantity, up to 16 for the unit.",
    ),
    error(
        MESSAGE,
        1,
        "a message breaks a rule",
        "The message of the feed cannot be taken as it is. `twinroot oracle check` says of each message which rule it breaks, \
         and what to do.",
    ),
    error(
        NOT_SIGNED,
        1,
        "the device does not sign that",
        "Nobody would take such a message, so nothing was signed, and the place of the device is as before. A time must lie in \
         the validity of the descriptor and must not be before that of the last message: set the clock, or wait.",
    ),
    error(
        LOG,
        1,
        "the file is no log of this feed",
        "A log has the evidence of one feed, and begins with its descriptor. The file belongs to another feed, to a later \
         version of this program, or is something else; it was left as it is. Name another file.",
    ),
    error(
        FULL,
        3,
        "the disk has no room",
        "What was to be written was not, and the log is as it was. Make room and do it again.",
    ),
    error(
        POLICY,
        2,
        "these words are no policy",
        "A policy is written as its kind and what it asks for: `run-length:n=12,low=2000,high=8000`, `k-of-n:k=2,subject=HEX`, \
         `median`, `duration:for=30min,low=2000,high=8000,hysteresis=0,gap=1h`, `max-gap:over=1h`, `fresh:age=5min`, `any`. Where it \
         is that of a contract, `--contract WASM` has its kind and count, and the policy is its number: \
         `0:low=2000,high=8000`. Limits are integers at the scale of the feed, as a contract has them.",
    ),
    error(
        SHORTFALL,
        1,
        "the messages are not enough",
        "No bundle of these messages satisfies the policy. `twinroot oracle check` with the same policy says of each message why it \
         does not count. Ask the relay, or whoever else kept the log, for what is missing.",
    ),
    error(
        NO_CONFLICT,
        1,
        "there is no conflict",
        "An honest device can have signed all of these messages (docs/spec/oracles.md, 8.6), so they prove nothing against it.",
    ),
    error(
        SERIES,
        1,
        "the readings cannot be read",
        "The file is to be a table with a line of names, times in RFC 3339 and decimals; gzip is fine. The message names the line. \
         A value must have no more decimals than the scale of the feed.",
    ),
    error(
        VALUE,
        2,
        "the feed cannot say that value",
        "Values are decimals in the unit of the feed, such as 4.929, with no more places than its scale has: what a device signs is \
         an integer, and nothing is rounded.",
    ),
    error(
        WHICH_FEED,
        2,
        "it is not said which feed",
        "Name the descriptor with `--feed`: the file, or the folder of the device. Policies of several feeds take it several times.",
    ),
    error(
        ADDRESS,
        2,
        "the address is none",
        "A feed on a broker is mqtt://HOST:PORT/FEED, on a server http://HOST:PORT/v1/feeds/FEED. FEED is the id of the feed in hex, \
         which `twinroot oracle device show` prints; a device that publishes need not say it.",
    ),
    error(
        PORT,
        3,
        "the address to serve at cannot be had",
        "Another program may serve there already, or you may not use that port. Name another one with `--http`.",
    ),
    error(
        MEASURE,
        1,
        "the feed measures something else",
        "The truck's insurance counts thousandths of a degree Celsius, and readings in a row. Make a device with `--unit Cel --scale -3` \
         that counts its messages, and listen to that.",
    ),
];
