//! `twinroot oracle device show`: what a feed is, in words.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use serde::Serialize;
use twinroot_feed::Feed;

use crate::author::output::{self, Report};
use crate::oracle::feed::{self, Document};
use crate::oracle::{EXIT_CODES, decimal, time};

/// Show what a feed is: id, descriptor in words, and the topics of its messages.
#[derive(clap::Args)]
#[command(
    long_about = "Show what a feed is: its id, which a contract stores; its descriptor in words; and the topics under which a \
        broker has its messages. Look at it before you agree to a feed. The key of a device is not looked at.",
    after_help = format!("Examples:\n  twinroot oracle device show truck-7\n  \
        twinroot oracle device show truck-7/descriptor --qr\n  \
        twinroot oracle device show truck-7 | jq -r .feed\n\n{EXIT_CODES}")
)]
pub(super) struct Arguments {
    /// Folder of the device, or its descriptor: the file in bytes, hex, base64 or JSON.
    #[arg(value_name = "DEVICE")]
    device: PathBuf,
    /// Draws the descriptor as a QR code, for a sticker on the device.
    #[arg(long)]
    qr: bool,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let feed = feed::read(&arguments.device)?;
    let code = if arguments.qr { Some(qr(&feed)?) } else { None };
    output::print(&Shown::of(&feed, None, code), arguments.json)?;
    Ok(ExitCode::SUCCESS)
}

/// In capitals a reader takes hex for alphanumeric, which has smaller codes.
fn qr(feed: &Feed) -> Result<String> {
    let code = QrCode::new(hex::encode_upper(feed.encode()))?;
    Ok(code.render::<Dense1x2>().build())
}

/// A feed as it is shown.
#[derive(Serialize)]
pub(super) struct Shown {
    #[serde(flatten)]
    document: Document,
    topics: Topics,
    /// Of a device that was made just now.
    #[serde(skip_serializing_if = "Option::is_none")]
    folder: Option<PathBuf>,
    #[serde(skip)]
    qr: Option<String>,
}

/// Where a broker has the messages of a feed.
#[derive(Serialize)]
struct Topics {
    messages: String,
    latest: String,
    descriptor: String,
}

impl Shown {
    pub(super) fn of(feed: &Feed, folder: Option<PathBuf>, qr: Option<String>) -> Self {
        let topic = |what| format!("oracle/v1/{}/{what}", feed.id());
        Self {
            document: Document::of(feed),
            topics: Topics {
                messages: topic("r"),
                latest: topic("latest"),
                descriptor: topic("desc"),
            },
            folder,
            qr,
        }
    }
}

impl Report for Shown {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self {
            document,
            topics,
            folder,
            qr,
        } = self;
        writeln!(out, "feed      {}", document.feed)?;
        writeln!(out, "device    {}", document.urn)?;
        let form = match document.envelope.as_str() {
            "cose" => "COSE_Sign1 around SenML",
            _ => "native",
        };
        let place = match document.mode.as_str() {
            "slot" => "placed by the time, one a period",
            _ => "counted",
        };
        writeln!(out, "messages  {form}, {place}")?;
        let step = decimal::show(1, document.scale);
        writeln!(
            out,
            "measures  {}, in steps of {}",
            document.quantity,
            if document.unit.is_empty() {
                step
            } else {
                format!("{step} {}", document.unit)
            }
        )?;
        match document.period_ms {
            0 => writeln!(
                out,
                "plan      none: a message whenever there is something to say"
            )?,
            ms => writeln!(
                out,
                "plan      a message each {}",
                time::show_span(ms.into())
            )?,
        }
        writeln!(out, "valid     from {}", document.valid_from)?;
        match &document.valid_to {
            Some(end) => writeln!(out, "          to {end}")?,
            None => writeln!(out, "          without end")?,
        }
        writeln!(out, "key       {} (public)", document.key)?;
        writeln!(out, "topics    {}", topics.messages)?;
        writeln!(out, "          {}", topics.latest)?;
        writeln!(out, "          {}", topics.descriptor)?;
        if let Some(folder) = folder {
            let folder = folder.display();
            writeln!(
                out,
                "\nmade {folder}: keep {folder}/key to yourself, give {folder}/descriptor away"
            )?;
        }
        if let Some(qr) = qr {
            writeln!(out, "\n{qr}")?;
        }
        Ok(())
    }
}
