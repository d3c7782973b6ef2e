//! Channels that leave the node in a file, and come from one.

use std::collections::BTreeSet;

use twinroot_abi::ChannelId;
use twinroot_client::Failure;
use twinroot_client::api::{Bytes, ChannelFile as Answer, Opened};
use twinroot_party::{Party, Record, Source};
use twinroot_wire::Package;

use super::line::Line;
use super::operations::headers;
use super::seat::{Seat, Stage};
use super::{Core, codes};
use crate::channel_file::{CHANNEL_FILE_BYTES, ChannelFile};
use crate::desk::{Order, View};

/// A channel out of a file, of which the ledger is asked.
pub(crate) struct Coming {
    file: ChannelFile,
    seat: Seat,
    salt: u32,
    reply: tokio::sync::oneshot::Sender<Result<Opened, Failure>>,
}

impl Core {
    /// What both signed last, as another node goes on from it.
    pub(super) fn export(&self, id: ChannelId) -> Result<Answer, Failure> {
        let party = self.party(id)?;
        let seat = self.seat(id)?;
        let file = ChannelFile {
            terms: seat.terms.clone(),
            side: seat.side,
            checkpoint: party.all_signed(),
            codes: packages(id, party),
        };
        let bytes = file.encode();
        if bytes.len() > CHANNEL_FILE_BYTES {
            return Err(Failure {
                code: codes::TOO_LARGE,
                message: format!(
                    "the channel takes {} bytes, and a file of one may have {CHANNEL_FILE_BYTES}",
                    bytes.len()
                ),
                todo: "`twinroot node backup` takes the whole node, of any size".into(),
            });
        }
        Ok(Answer { file: Bytes(bytes) })
    }

    /// A channel out of a file. Whether it is open, and since which block, only the ledger knows.
    pub(super) fn import(
        &mut self,
        bytes: &[u8],
        salt: u32,
        reply: tokio::sync::oneshot::Sender<Result<Opened, Failure>>,
    ) {
        match self.coming(bytes) {
            Ok((file, seat)) => {
                let id = file.terms.channel();
                let coming = Coming {
                    file,
                    seat,
                    salt,
                    reply,
                };
                self.coming.insert(id, coming);
                self.order(Order::Look(id));
            }
            Err(failure) => {
                let _ = reply.send(Err(failure));
            }
        }
    }

    fn coming(&self, bytes: &[u8]) -> Result<(ChannelFile, Seat), Failure> {
        self.check_running()?;
        if !self.caught_up {
            return Err(Failure {
                code: codes::NOT_NOW,
                message: "the node has begun, and does not know the ledger yet".into(),
                todo: "wait a moment, and try again".into(),
            });
        }
        let not_one = |error: crate::ChannelFileError| Failure {
            code: codes::ARGUMENTS,
            message: error.to_string(),
            todo: "`twinroot channel export` writes such files".into(),
        };
        let file = ChannelFile::decode(bytes).map_err(not_one)?;
        let side = file.side_of(self.key, self.parts.chain).map_err(not_one)?;
        let id = file.terms.channel();
        if self.seats.contains_key(&id) {
            return Err(Failure {
                code: codes::KNOWN,
                message: format!(
                    "this node has the channel {id}, and knows it at least as well as the file"
                ),
                todo: "`twinroot channel show` says how it stands".into(),
            });
        }
        let seat = Seat::new(file.terms.clone(), side, None, Stage::Over);
        Ok((file, seat))
    }

    /// The ledger was asked of a channel out of a file. Its party goes on like one from a backup: it signs nothing before
    /// it has heard of its peer.
    pub(super) fn came(&mut self, id: ChannelId, coming: Coming, view: Option<Box<View>>) {
        let Coming {
            file,
            mut seat,
            salt,
            reply,
        } = coming;
        let result = match view {
            Some(view) => self
                .take_in(id, &file, &mut seat, salt, &view)
                .map(|checkpoint| (seat, checkpoint, view)),
            None => Err(Failure {
                code: codes::NO_CHANNEL,
                message: format!(
                    "the ledger has no channel {id}: it was never opened, or has paid out"
                ),
                todo: String::new(),
            }),
        };
        let (seat, checkpoint, view) = match result {
            Ok(all) => all,
            Err(failure) => {
                let _ = reply.send(Err(failure));
                return;
            }
        };
        let first = Line::Channel {
            terms: Box::new(seat.terms.clone()),
            side: seat.side,
            offered: None,
            key: String::new(),
        };
        self.seats.insert(id, seat);
        self.line(id, &first);
        self.line(id, &Line::Record(Box::new(checkpoint)));
        self.begun(id, *view);
        self.order(Order::Watch(id));
        self.after_write(move || {
            let _ = reply.send(Ok(Opened { channel: id.into() }));
        });
    }

    fn take_in(
        &mut self,
        id: ChannelId,
        file: &ChannelFile,
        seat: &mut Seat,
        salt: u32,
        view: &View,
    ) -> Result<Record, Failure> {
        for package in &file.codes {
            if let Ok(code) = self.parts.execute.admit(&package.wasm) {
                self.keep_code(code.hash, code.bytes, package.spec.clone());
            }
        }
        let record = Record::Checkpoint(Box::new(file.checkpoint_for(seat.side)));
        let source = Source::Backup { salt };
        self.reopen(seat, view.opened, source, vec![record.clone()])
            .map_err(|why| Failure {
                code: codes::ARGUMENTS,
                message: format!("the state in the file is not that of channel {id}: {why}"),
                todo: String::new(),
            })?;
        Ok(record)
    }
}

/// The codes of its contracts.
fn packages(id: ChannelId, party: &Party) -> Vec<Package> {
    let used: BTreeSet<_> = headers(id, party).map(|(_, header)| header.code).collect();
    used.into_iter()
        .filter_map(|code| party.package(code))
        .collect()
}
