//! `twinroot oracle sign`: one message of a device.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::ValueEnum;
use data_encoding::BASE64;
use twinroot_abi::{Subject, TimeMs};
use twinroot_feed::{Feed, Signed, Value, open};

use super::codes::{MESSAGE, VALUE};
use super::device::Device;
use super::line::Line;
use super::{EXIT_CODES, decimal, time};
use crate::author::Fault;
use crate::author::codes::NO_FILE;
use crate::lines::is_for_programs;

/// Sign one message: a reading or a claim.
#[derive(clap::Args)]
#[command(
    long_about = "Sign one message: a reading in the unit of the feed, or a claim. The device has what it signed on disk before you \
        have the message, so it never signs two messages of one place. If it does not know for sure what it signed last, it \
        begins another epoch.",
    after_help = format!("Examples:\n  twinroot oracle sign --device truck-7 4.929\n  \
        twinroot oracle sign --device truck-7 --time 2026-01-31T12:00:00Z 4.929 --out message.bin\n  \
        twinroot oracle sign --device post --claim 5f..00=1 --format base64\n  \
        twinroot oracle sign --device truck-7 --restarted 4.9     (after its folder was restored from a copy)\n\n{EXIT_CODES}")
)]
pub(super) struct Arguments {
    /// Folder of the device.
    #[arg(long, value_name = "FOLDER")]
    device: PathBuf,
    /// What it reads, a decimal in its unit.
    #[arg(
        value_name = "VALUE",
        required_unless_present = "claim",
        conflicts_with = "claim",
        allow_hyphen_values = true
    )]
    value: Option<String>,
    /// What it claims: a subject, the 32 bytes of a hash in hex, and a code.
    #[arg(long, value_name = "SUBJECT=CODE", value_parser = claim)]
    claim: Option<(Subject, u16)>,
    /// When, RFC 3339; now if not said.
    #[arg(long, value_name = "TIME", value_parser = time::parse)]
    time: Option<TimeMs>,
    /// Begins another epoch: the device is not sure what it signed last.
    #[arg(long)]
    restarted: bool,
    /// Where the message goes, as raw bytes: what a broker carries.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// How it is printed.
    #[arg(long, value_enum, default_value_t = Format::Hex)]
    format: Format,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Hex,
    Base64,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut device = Device::open(&arguments.device, arguments.restarted)?;
    let value = match (&arguments.value, arguments.claim) {
        (Some(text), None) => Value::Fixed(decimal::given(text, device.feed().descriptor().scale)?),
        (_, Some((subject, code))) => Value::Claim { subject, code },
        (None, None) => return Err(Fault::new(VALUE, "neither a value nor a claim").into()),
    };
    let t = arguments.time.unwrap_or_else(time::now);
    let signed = device.sign(t, value)?;
    for message in device.release(vec![signed])? {
        if let Some(path) = &arguments.out {
            fs::write(path, &message).map_err(|error| {
                Fault::new(
                    NO_FILE,
                    format!("{} could not be written: {error}", path.display()),
                )
            })?;
        }
        let opened = open(device.feed(), &message).map_err(|rule| {
            Fault::new(
                MESSAGE,
                format!("the device signed what breaks a rule: {rule}"),
            )
        })?;
        arguments.print(device.feed(), &opened)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn claim(text: &str) -> Result<(Subject, u16), String> {
    let (subject, code) = text
        .split_once('=')
        .ok_or("a claim is SUBJECT=CODE, such as 5f..00=1")?;
    let code = code
        .parse()
        .map_err(|_| "the code of a claim is a number up to 65535")?;
    Ok((self::subject(subject)?, code))
}

/// A subject in hex.
pub(super) fn subject(text: &str) -> Result<Subject, String> {
    let mut subject = [0; 32];
    hex::decode_to_slice(text, &mut subject)
        .map_err(|_| String::from("a subject is the 32 bytes of a hash, 64 digits of hex"))?;
    Ok(Subject(subject))
}

impl Arguments {
    fn print(&self, feed: &Feed, message: &Signed) -> Result<()> {
        let bytes = match self.format {
            Format::Hex => hex::encode(message.bytes()),
            Format::Base64 => BASE64.encode(message.bytes()),
        };
        let mut out = io::stdout().lock();
        if is_for_programs(self.json) {
            let line = Line {
                message: bytes,
                ..Line::of(feed, message)
            };
            serde_json::to_writer(&mut out, &line).map_err(io::Error::from)?;
            writeln!(out)?;
        } else {
            writeln!(out, "{bytes}")?;
        }
        Ok(())
    }
}
