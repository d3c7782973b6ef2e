//! A channel that is not open yet: offered, agreed to, posted (docs/spec/channel.md, 1.6).

use twinroot_abi::{ChainId, Hash, Height, PublicKey, Side};
use twinroot_exec::Env;
use twinroot_types::Signature;
use twinroot_wire::{Action, Keys, Message, Parameters, Reason, SignedParameters, VERSION};

use crate::effect::{Effect, Question, Record, Report, ToSign};
use crate::{Illegal, Input, OpenError, Party, Policy};

/// One side of a channel that both are about to open.
#[derive(Clone, Debug)]
pub struct Opening {
    side: Side,
    keys: Keys,
    terms: Parameters,
    policy: Policy,
    now: Height,
    own: Option<Signature>,
    peers: Option<Signature>,
    asked: bool,
    signing: bool,
    /// Whether the peer has answered that it does not want it. It is not asked again then.
    refused: bool,
    over: bool,
}

impl Opening {
    /// This party offers a channel.
    ///
    /// # Errors
    /// [`OpenError`] where the terms cannot be those of a channel.
    pub fn offer(
        terms: Parameters,
        policy: Policy,
        now: Height,
    ) -> Result<(Self, Vec<Effect>), OpenError> {
        let mut opening = Self::new(terms, Side::Initiator, policy, now)?;
        let effects = opening.have_signed();
        Ok((opening, effects))
    }

    /// The peer offers a channel to the account `own` on the ledger `chain`.
    ///
    /// # Errors
    /// [`Message::RefuseOffer`], to be sent, where the party would not even ask its user.
    #[expect(
        clippy::result_large_err,
        reason = "once for an offer, and it is sent at once"
    )]
    pub fn offered(
        terms: Parameters,
        signature: Signature,
        own: PublicKey,
        chain: ChainId,
        policy: Policy,
        now: Height,
    ) -> Result<(Self, Vec<Effect>), Message> {
        let channel = terms.channel();
        let refuse = |text: &str| Message::RefuseOffer {
            channel,
            reason: Reason::Terms(text.to_owned()),
        };
        if terms.chain != chain || terms.version != VERSION {
            return Err(refuse("another ledger, or another protocol version"));
        }
        let [one, other] = terms.parties;
        if other != own || one == other {
            return Err(refuse("the parties are not these two"));
        }
        if let Some(fault) = policy.offers.fault(&terms, Side::Responder, now.0) {
            return Err(refuse(fault));
        }
        let mut opening = Self::new(terms, Side::Responder, policy, now)
            .map_err(|error| refuse(&error.to_string()))?;
        let by_peer =
            opening
                .keys
                .verify_parameters_by(Side::Initiator, &opening.terms, &signature);
        if by_peer.is_err() {
            return Err(Message::RefuseOffer {
                channel,
                reason: Reason::Signature,
            });
        }
        opening.peers = Some(signature);
        opening.asked = true;
        let question = Question::Offer {
            terms: opening.terms.clone(),
            stake: opening.terms.deposits[Side::Responder.index()],
        };
        Ok((opening, vec![Effect::Ask(question)]))
    }

    fn new(terms: Parameters, side: Side, policy: Policy, now: Height) -> Result<Self, OpenError> {
        Ok(Self {
            side,
            keys: Keys::gate(&terms.parties)?,
            terms,
            policy,
            now,
            own: None,
            peers: None,
            asked: false,
            signing: false,
            refused: false,
            over: false,
        })
    }

    /// Takes an input in and says what is to be done. Only what concerns an opening makes sense.
    ///
    /// # Errors
    /// [`Illegal`] where the input makes no sense now; nothing is changed.
    pub fn step(&mut self, input: Input) -> Result<Vec<Effect>, Illegal> {
        if self.over {
            return Err(Illegal::Closed);
        }
        match input {
            Input::Approve(asked) => {
                self.take_question(asked)?;
                Ok(self.have_signed())
            }
            Input::Decline(asked) => {
                self.take_question(asked)?;
                self.over = true;
                Ok(vec![Effect::Send(Message::RefuseOffer {
                    channel: self.terms.channel(),
                    reason: Reason::Declined,
                })])
            }
            Input::Signed { what, signature } => self.signed(what, signature),
            Input::Message(message) => Ok(self.message(message)),
            Input::Block(block) => Ok(self.block(block.height)),
            Input::Connected | Input::Tick if self.refused => Ok(Vec::new()),
            Input::Connected | Input::Tick => Ok(self.say().into_iter().collect()),
            Input::WriteFailed => {
                self.over = true;
                Ok(vec![Effect::Report(Report::Frozen)])
            }
            _ => Err(Illegal::NothingToDo),
        }
    }

    /// The terms.
    #[must_use]
    pub const fn terms(&self) -> &Parameters {
        &self.terms
    }

    /// Whether the peer has refused it. What both have signed can be posted all the same.
    #[must_use]
    pub const fn is_refused(&self) -> bool {
        self.refused
    }

    /// The ledger has opened the channel in this block, and no fork can lose it any more.
    ///
    /// # Errors
    /// [`OpenError`] where the terms cannot be those of an open channel.
    pub fn opened(self, block: Env) -> Result<Party, OpenError> {
        Party::new(&self.terms, self.side, block, self.policy)
    }

    fn take_question(&mut self, asked: Hash) -> Result<(), Illegal> {
        if !self.asked || asked != Hash(self.terms.channel().0) {
            return Err(Illegal::NothingAsked);
        }
        self.asked = false;
        Ok(())
    }

    fn have_signed(&mut self) -> Vec<Effect> {
        self.signing = true;
        vec![
            Effect::Persist(Record::Terms(Box::new(self.terms.clone()))),
            Effect::Sign(ToSign::Terms(self.terms.clone())),
        ]
    }

    fn signed(&mut self, what: Hash, signature: Signature) -> Result<Vec<Effect>, Illegal> {
        let terms = ToSign::Terms(self.terms.clone());
        if !self.signing || terms.hash() != what {
            return Err(Illegal::NothingToSign);
        }
        self.signing = false;
        self.own = Some(signature);
        Ok(self.say().into_iter().collect())
    }

    fn message(&mut self, message: Message) -> Vec<Effect> {
        let this = self.terms.channel();
        match message {
            // The answer to it was lost.
            Message::Offer { parameters, .. } if parameters == self.terms => {
                self.say().into_iter().collect()
            }
            Message::AcceptOffer { channel, signature }
                if channel == this && self.side == Side::Initiator && self.own.is_some() =>
            {
                let by_peer =
                    self.keys
                        .verify_parameters_by(Side::Responder, &self.terms, &signature);
                if by_peer.is_err() {
                    return Vec::new();
                }
                self.peers = Some(signature);
                let mut effects: Vec<Effect> = self.post().into_iter().collect();
                let terms = Box::new(self.terms.clone());
                effects.push(Effect::Report(Report::Offered(terms)));
                effects
            }
            Message::RefuseOffer { channel, reason }
                if channel == this && self.side == Side::Initiator && !self.refused =>
            {
                self.refused = true;
                vec![Effect::Report(Report::OfferRefused(crate::handle::cut(
                    reason,
                )))]
            }
            _ => Vec::new(),
        }
    }

    /// What was signed can be posted up to the last height of the terms, refused or not.
    fn block(&mut self, height: Height) -> Vec<Effect> {
        self.now = height;
        let last = self.terms.expiry.0.saturating_add(self.policy.depth);
        if height.0 > last {
            self.over = true;
            return vec![Effect::Report(Report::OfferExpired)];
        }
        let again = height.0.checked_rem(self.policy.repost.max(1)) == Some(0);
        self.post().filter(|_| again).into_iter().collect()
    }

    fn say(&self) -> Option<Effect> {
        let signature = self.own?;
        Some(Effect::Send(match self.side {
            Side::Initiator => Message::Offer {
                parameters: self.terms.clone(),
                signature,
            },
            Side::Responder => Message::AcceptOffer {
                channel: self.terms.channel(),
                signature,
            },
        }))
    }

    /// The initiator posts the terms once both have signed them.
    fn post(&self) -> Option<Effect> {
        if self.side != Side::Initiator || self.now > self.terms.expiry {
            return None;
        }
        let signatures = [self.own?, self.peers?];
        let parameters = self.terms.clone();
        let signed = SignedParameters {
            parameters,
            signatures,
        };
        Some(Effect::Post(Box::new(Action::Open(signed))))
    }
}
