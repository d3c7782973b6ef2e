//! What came of a step, as a person reads it.

use std::io::{self, Write};

use twinroot_client::api::{Done, Receipt};

use super::coins;
use super::question::compact;
use crate::author::output::{self, Report};

impl Report for Done {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        let steps = if self.forced > 0 {
            format!(", step {} of the ledger", self.forced)
        } else {
            String::new()
        };
        writeln!(out, "round    {}{steps}", self.round)?;
        writeln!(out, "root     {}", self.root)?;
        for receipt in &self.receipts {
            tell_receipt(receipt, out)?;
        }
        if let Some(fee) = self.force_fee {
            write!(out, "forcing  costs {} coins", coins(fee))?;
            match self.force_bytes {
                Some(bytes) => writeln!(out, " for {bytes} bytes")?,
                None => writeln!(out)?,
            }
        }
        Ok(())
    }
}

fn tell_receipt(receipt: &Receipt, out: &mut dyn Write) -> io::Result<()> {
    let gas = indicatif::HumanCount(receipt.gas.0.0);
    writeln!(
        out,
        "call     {}, gas {gas}",
        output::quoted(&receipt.outcome)
    )?;
    if let Some(value) = receipt.value.as_ref().filter(|value| !value.is_null()) {
        writeln!(out, "returns  {}", compact(value))?;
    }
    for event in &receipt.events {
        writeln!(
            out,
            "tells    {} {}",
            compact(&event["event"]),
            compact(&event["value"])
        )?;
    }
    Ok(())
}
