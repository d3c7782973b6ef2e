//! `twinroot explain`: what a code means and what to do about it.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Result;
use twinroot_abi::REVERT_JUDGE;
use twinroot_feed::FeedError;

use super::codes::{NO_CODE, all, revert};
use super::{EXIT_CODES, Fault, output};
use crate::oracle::advice;

/// Explain a code: of an error, of an exit, or of a call that was called off.
#[derive(clap::Args)]
#[command(
    long_about = "Explain a code and say what to do: that of an error message (TR0101), of an exit (EXIT3), or of a call that a \
        contract called off (3, 0x10001, 0x200cb). Without a code, list those of errors and exits.",
    after_help = EXIT_CODES,
    after_long_help = format!("Examples:\n  twinroot explain\n  twinroot explain TR0101\n  twinroot explain EXIT3\n  \
        twinroot explain 0x10003\n  twinroot explain 131275\n\n{EXIT_CODES}")
)]
pub(crate) struct Arguments {
    /// The code, as it was printed.
    code: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut out = anstream::stdout().lock();
    let Some(code) = &arguments.code else {
        for entry in all() {
            writeln!(out, "{}  {}", entry.code, entry.title)?;
        }
        return Ok(ExitCode::SUCCESS);
    };
    if let Some(entry) = all().find(|entry| entry.code.eq_ignore_ascii_case(code)) {
        writeln!(out, "{}: {}\n\n{}", entry.code, entry.title, entry.text)?;
        if let Some(exit) = entry.exit {
            writeln!(out, "\nThe program then ends with exit code {exit}.")?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    if called_off(code, &mut out)? {
        return Ok(ExitCode::SUCCESS);
    }
    let code = output::quoted(code);
    let message = format!("`{code}` is no code; `twinroot explain` lists all of them");
    Err(Fault::new(NO_CODE, message).into())
}

/// Explains the code of a call that was called off, if it is one.
fn called_off(code: &str, out: &mut dyn Write) -> io::Result<bool> {
    let number = match code.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => code.parse(),
    };
    let Some((number, (title, text))) = number
        .ok()
        .and_then(|number| Some((number, revert(number)?)))
    else {
        return Ok(false);
    };
    writeln!(out, "revert {number} ({number:#x}): {title}\n\n{text}")?;
    let rule = number
        .checked_sub(REVERT_JUDGE)
        .and_then(|rule| FeedError::from_code(u16::try_from(rule).ok()?));
    if let Some(rule) = rule {
        writeln!(out, "\nRule {}: {rule}. {}", rule.code(), advice(rule))?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::called_off;

    fn explained(code: &str) -> String {
        let mut out = Vec::new();
        called_off(code, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn codes_of_contracts_are_explained_in_both_ways_of_writing() {
        assert!(explained("3").contains("the contract's own"));
        assert!(explained("0x10003").contains("too few coins"));
        assert_eq!(explained("65539"), explained("0x10003"));
        // docs/spec/oracles.md, 6: 203 is TooFewMessages.
        assert!(explained("0x200cb").contains("fewer messages than the policy asks for"));
    }

    #[test]
    fn what_is_no_code_is_not_explained() {
        for code in ["0", "0x1ffff", "many", ""] {
            assert_eq!(explained(code), "", "{code}");
        }
    }
}
