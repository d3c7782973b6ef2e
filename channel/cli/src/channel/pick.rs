//! Which channel and which contract is meant.

use twinroot_client::Client;
use twinroot_client::api::{Contract, Id, Shown, Stage, Summary};

use crate::author::{Fault, output};
use crate::node::client_fault;
use crate::node::codes::WHICH;

/// The channel whose name begins so; without a name, the only one that is not closed.
pub(super) async fn channel(node: &Client, name: Option<&str>) -> Result<Id, Fault> {
    let all = node.list().await.map_err(client_fault)?;
    one_of(&all, name).map(|summary| summary.channel)
}

fn one_of<'a>(all: &'a [Summary], name: Option<&str>) -> Result<&'a Summary, Fault> {
    let mut fitting = all.iter().filter(|summary| match name {
        Some(name) => begins(summary.channel, name),
        None => summary.stage != Stage::Closed,
    });
    match (fitting.next(), fitting.next(), name) {
        (Some(one), None, _) => Ok(one),
        (Some(_), Some(_), Some(name)) => Err(Fault::new(
            WHICH,
            format!(
                "several channels begin with {}: give more digits",
                output::quoted(name)
            ),
        )),
        (Some(_), Some(_), None) => Err(Fault::new(
            WHICH,
            format!("there are several channels, name one of: {}", listed(all)),
        )),
        (None, _, Some(name)) => {
            let known = if all.is_empty() {
                "there is none".to_owned()
            } else {
                format!("there are: {}", listed(all))
            };
            Err(Fault::new(
                WHICH,
                format!("no channel begins with {}; {known}", output::quoted(name)),
            ))
        }
        (None, _, None) => Err(Fault::new(
            WHICH,
            "there is no channel that is not closed; `twinroot channel open` offers one",
        )),
    }
}

fn listed(all: &[Summary]) -> String {
    let names: Vec<String> = all.iter().map(|summary| short(summary.channel)).collect();
    names.join(", ")
}

/// The contract whose name, or the name of whose id, begins so; without a name, the only one.
pub(super) fn contract<'a>(shown: &'a Shown, name: Option<&str>) -> Result<&'a Contract, Fault> {
    let is_it = |contract: &&Contract| match name {
        Some(name) => {
            begins(contract.contract, name)
                || contract
                    .name
                    .as_deref()
                    .is_some_and(|known| known.eq_ignore_ascii_case(name))
        }
        None => true,
    };
    let mut fitting = shown.contracts.iter().filter(is_it);
    let known = || {
        let names = shown.contracts.iter().map(|contract| {
            let name = output::quoted(
                contract
                    .name
                    .as_deref()
                    .unwrap_or("a contract without a spec"),
            );
            format!("{} ({name})", short(contract.contract))
        });
        names.collect::<Vec<_>>().join(", ")
    };
    match (fitting.next(), fitting.next()) {
        (Some(one), None) => Ok(one),
        (Some(_), Some(_)) => Err(Fault::new(
            WHICH,
            format!("it may be several contracts, name one of: {}", known()),
        )),
        (None, _) if shown.contracts.is_empty() => Err(Fault::new(
            WHICH,
            "the channel has no contract; `twinroot channel create` makes one",
        )),
        (None, _) => {
            let name = output::quoted(name.unwrap_or_default());
            Err(Fault::new(
                WHICH,
                format!(
                    "no contract of the channel is called {name}; there are: {}",
                    known()
                ),
            ))
        }
    }
}

fn begins(id: Id, name: &str) -> bool {
    !name.is_empty() && id.to_string().starts_with(&name.to_ascii_lowercase())
}

/// The first digits of a name, for people.
pub(super) fn short(id: Id) -> String {
    id.to_string().chars().take(8).collect()
}

#[cfg(test)]
mod tests {
    use twinroot_abi::Amount;
    use twinroot_client::api::{Coins, Id, Stage, Summary};

    use super::one_of;

    fn summary(first: u8, last: u8, stage: Stage) -> Summary {
        let mut id = [first; 32];
        id[31] = last;
        Summary {
            channel: Id(id),
            peer: Id([0; 32]),
            connected: true,
            side: String::new(),
            status: String::new(),
            stage,
            round: 0,
            forced: 0,
            balances: [Coins(Amount(0)); 2],
        }
    }

    #[test]
    fn a_channel_is_named_by_as_many_digits_as_it_takes() {
        let all = [
            summary(0xab, 1, Stage::Open),
            summary(0xab, 2, Stage::Closed),
            summary(0xcd, 3, Stage::Closed),
        ];
        assert_eq!(one_of(&all, Some("CD")).unwrap().channel, all[2].channel);
        assert_eq!(one_of(&all, None).unwrap().channel, all[0].channel);
        for wrong in ["ab", "ef", "", "channel"] {
            assert_eq!(
                one_of(&all, Some(wrong)).unwrap_err().code(),
                "TR0906",
                "{wrong}"
            );
        }
        assert!(
            one_of(&[], None)
                .unwrap_err()
                .to_string()
                .contains("channel open")
        );
        assert!(
            one_of(
                &[summary(1, 1, Stage::Open), summary(2, 2, Stage::Open)],
                None
            )
            .unwrap_err()
            .to_string()
            .contains("01010101")
        );
    }
}
