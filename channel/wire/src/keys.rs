//! The keys of a channel, through the key gate, and what they signed.

use twinroot_abi::{PublicKey, Side};
use twinroot_types::{CheckedKey, KeyError, Signature, Tag};

use crate::{
    CoSigned, Commitment, Funding, MutualClose, Parameters, SignedClose, SignedFunding,
    SignedParameters,
};

/// The checked keys of both parties.
#[derive(Clone, Debug)]
pub struct Keys([CheckedKey; 2]);

impl Keys {
    /// Lets both keys through the gate.
    ///
    /// # Errors
    /// [`SignatureError::Key`] names the side whose key does not pass.
    pub fn gate(parties: &[PublicKey; 2]) -> Result<Self, SignatureError> {
        let key = |side: Side| {
            CheckedKey::gate(parties[side.index()])
                .map_err(|error| SignatureError::Key { side, error })
        };
        Ok(Self([key(Side::Initiator)?, key(Side::Responder)?]))
    }

    /// The side that a key belongs to.
    #[must_use]
    pub fn side_of(&self, key: PublicKey) -> Option<Side> {
        Side::BOTH
            .into_iter()
            .find(|side| self.0[side.index()].public() == key)
    }

    /// Checks one side's signature of a commitment.
    ///
    /// # Errors
    /// [`SignatureError::Bad`].
    pub fn verify_commitment(
        &self,
        side: Side,
        of: &Commitment,
        by: &Signature,
    ) -> Result<(), SignatureError> {
        self.verify(side, Tag::COMMITMENT, &of.signed_bytes(), by)
    }

    /// Checks both signatures of a commitment.
    ///
    /// # Errors
    /// [`SignatureError::Bad`] names the first side whose signature does not verify.
    pub fn verify_both(&self, state: &CoSigned) -> Result<(), SignatureError> {
        self.verify_pair(
            Tag::COMMITMENT,
            &state.commitment.signed_bytes(),
            &state.signatures,
        )
    }

    /// Checks one side's signature of a mutual close.
    ///
    /// # Errors
    /// [`SignatureError::Bad`].
    pub fn verify_close_by(
        &self,
        side: Side,
        close: &MutualClose,
        by: &Signature,
    ) -> Result<(), SignatureError> {
        self.verify(side, Tag::CLOSE, &close.signed_bytes(), by)
    }

    /// Checks one side's signature of a deposit or a withdrawal.
    ///
    /// # Errors
    /// [`SignatureError::Bad`].
    pub fn verify_funding_by(
        &self,
        side: Side,
        funding: &Funding,
        by: &Signature,
    ) -> Result<(), SignatureError> {
        self.verify(side, Tag::FUNDING, &funding.signed_bytes(), by)
    }

    /// Checks both signatures of a deposit or a withdrawal.
    ///
    /// # Errors
    /// [`SignatureError::Bad`] names the first side whose signature does not verify.
    pub fn verify_funding(&self, signed: &SignedFunding) -> Result<(), SignatureError> {
        self.verify_pair(
            Tag::FUNDING,
            &signed.funding.signed_bytes(),
            &signed.signatures,
        )
    }

    /// Checks one side's signature of the terms of a channel.
    ///
    /// # Errors
    /// [`SignatureError::Bad`].
    pub fn verify_parameters_by(
        &self,
        side: Side,
        parameters: &Parameters,
        by: &Signature,
    ) -> Result<(), SignatureError> {
        self.verify(side, Tag::OPEN, &parameters.signed_bytes(), by)
    }

    /// Checks both signatures of the terms of a channel.
    ///
    /// # Errors
    /// [`SignatureError::Bad`] names the first side whose signature does not verify.
    pub fn verify_parameters(&self, signed: &SignedParameters) -> Result<(), SignatureError> {
        self.verify_pair(
            Tag::OPEN,
            &signed.parameters.signed_bytes(),
            &signed.signatures,
        )
    }

    /// Checks both signatures of a mutual close.
    ///
    /// # Errors
    /// [`SignatureError::Bad`] names the first side whose signature does not verify.
    pub fn verify_close(&self, signed: &SignedClose) -> Result<(), SignatureError> {
        self.verify_pair(Tag::CLOSE, &signed.close.signed_bytes(), &signed.signatures)
    }

    fn verify_pair(
        &self,
        tag: Tag,
        body: &[u8],
        signatures: &[Signature; 2],
    ) -> Result<(), SignatureError> {
        Side::BOTH
            .into_iter()
            .try_for_each(|side| self.verify(side, tag, body, &signatures[side.index()]))
    }

    fn verify(
        &self,
        side: Side,
        tag: Tag,
        body: &[u8],
        by: &Signature,
    ) -> Result<(), SignatureError> {
        self.0[side.index()]
            .verify(tag, body, by)
            .map_err(|_| SignatureError::Bad { side })
    }
}

/// A key or a signature of a party that is not good; that party, or who posts for it, is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The key may not sign anything.
    #[error("the {side}'s key may not be used: {error}")]
    Key {
        /// Whose key.
        side: Side,
        /// Why not.
        error: KeyError,
    },
    /// The signature is not that side's.
    #[error("the {side}'s signature does not verify")]
    Bad {
        /// Whose signature.
        side: Side,
    },
}
