//! Prepaid calls of an API. The client locks coins and pays for each call with a promise that costs nothing to
//! make: a voucher that says how many calls there were so far, or a token. The provider turns promises into coins
//! when it likes, many at a time.
//!
//! ```text
//! voucher: "so many calls in all", signed by the client. The newest is worth all before it.
//! token:   a secret of 32 bytes, whose hash the client paid for. Each is worth one call, in any order.
//! ```

#![no_std]

use twinroot_sdk::crypto::{blake2b, verify};
use twinroot_sdk::prelude::*;

/// Tokens that one call can sell or redeem.
pub const BATCH: usize = 8;
/// What the client signs: this tag, 16 bytes; the subject of the meter, 32; calls in all, u64 (LE).
pub const VOUCHER: [u8; 16] = *b"api-meter/v1/use";

/// Between the two sides of a channel: the client, and the provider, who is the other one.
#[contract(hold = 20_000, fallback = 100)]
pub struct ApiMeter {
    /// Who calls the API.
    client: Value<Side>,
    /// Signs the vouchers: a key for this, not the one of the channel, so that a web server can hold it.
    key: Value<PublicKey>,
    /// What a voucher names, so that it counts here and nowhere else: something random.
    subject: Value<Hash>,
    /// What a call costs.
    price: Value<Amount>,
    /// From this height on the client can have back what is left.
    end_height: Value<Height>,
    /// Calls that vouchers have paid for.
    paid: Value<u64>,
    /// Tokens that were paid for and not redeemed yet, by their hash.
    tokens: Map<Hash, ()>,
}

/// Why an entry is called off.
#[errors]
pub enum Error {
    /// Only the client can do that.
    NotTheClient = 1,
    /// The call must bring the price of each token that it sells.
    WrongCoins = 2,
    /// The voucher is not signed by the client's key, or names another meter.
    NotSigned = 3,
    /// An older voucher: the calls that it tells of are paid for. Show the newest.
    NothingNew = 4,
    /// No such token was sold, or it was redeemed before.
    NoSuchToken = 5,
    /// The end height is not reached: wait for it.
    TooEarly = 6,
    /// The coins do not reach: no such number of calls was paid in.
    TooMany = 7,
    /// The same token is sold already: draw another secret.
    SoldBefore = 8,
}

#[entries]
impl ApiMeter {
    /// Takes coins of the client for calls to come, as often as it likes.
    #[payable]
    pub fn top_up(&mut self) {
        ensure(env::caller() == self.client.get(), Error::NotTheClient);
    }

    /// Takes the price of eight tokens and keeps their hashes.
    #[payable]
    pub fn sell(&mut self, hashes: [Hash; BATCH]) {
        ensure(env::caller() == self.client.get(), Error::NotTheClient);
        let price = self.cost(BATCH as u64);
        ensure(env::value() == price, Error::WrongCoins);
        for hash in hashes {
            ensure(self.tokens.get(&hash).is_none(), Error::SoldBefore);
            self.tokens.set(&hash, &());
        }
    }

    /// Pays the provider for the calls that a voucher tells of and that are not paid yet. Anyone may call it;
    /// what decides is the client's signature.
    pub fn redeem(&mut self, calls: u64, signature: [u8; 64]) {
        let mut voucher = [0; 56];
        voucher[..16].copy_from_slice(&VOUCHER);
        voucher[16..48].copy_from_slice(&self.subject.get().0);
        voucher[48..].copy_from_slice(&calls.to_le_bytes());
        let signed = verify(&self.key.get(), &voucher, &signature);
        ensure(signed, Error::NotSigned);
        let paid = self.paid.get();
        ensure(calls > paid, Error::NothingNew);
        self.paid.set(&calls);
        self.pay(calls - paid);
    }

    /// Pays the provider for tokens, in any order; `count` of those given count.
    pub fn redeem_tokens(&mut self, tokens: [Hash; BATCH], count: u8) {
        let mut redeemed = 0;
        for token in tokens.iter().take(usize::from(count)) {
            ensure(self.tokens.remove(&blake2b(&token.0)), Error::NoSuchToken);
            redeemed += 1;
        }
        self.pay(redeemed);
    }

    /// Gives the client what is left, from the end height on. Anyone may call it.
    pub fn refund(&mut self) {
        ensure(env::height() >= self.end_height.get(), Error::TooEarly);
        transfer(self.client.get(), env::balance());
    }

    /// Calls that vouchers have paid for.
    pub fn paid(&self) -> u64 {
        self.paid.get()
    }

    fn cost(&self, calls: u64) -> Amount {
        let cost = self.price.get().0.checked_mul(calls);
        Amount(cost.unwrap_or_else(|| revert(Error::TooMany)))
    }

    fn pay(&self, calls: u64) {
        let cost = self.cost(calls);
        ensure(cost <= env::balance(), Error::TooMany);
        transfer(self.client.get().other(), cost);
    }
}
