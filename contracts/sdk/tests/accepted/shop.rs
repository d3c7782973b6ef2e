//! All that a contract can keep, take, give and tell.

use twinroot_sdk::prelude::*;

/// What is sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Data)]
pub struct Article {
    /// Who made it.
    pub maker: PublicKey,
    /// Grams, thousandths of a degree at which it keeps, and whether it breaks.
    pub shape: (u16, i64, bool),
    pub marks: [[u8; 4]; 2],
    pub state: State,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Data)]
pub enum State {
    /// In the shop.
    Offered = 0,
    Sold = 0xff,
}

/// A shop with one shelf.
#[contract(hold = 20_000, fallback = 100)]
pub struct Shop {
    /// Who sells.
    keeper: Value<Side>,
    articles: Map<(Hash, u32), Article>,
    history: List<(Side, Amount)>,
    /// Who says that an article arrived.
    delivered: KOfN<2, 3>,
    /// A word of the language as a name.
    r#type: Value<u8>,
    warm: RunLength<12>,
}

#[errors]
pub enum Error {
    /// It is not on the shelf: ask what there is.
    Unknown = 1,
    /// The coins are not its price: send the price.
    Price = 65_535,
}

#[events]
pub enum Event {
    /// The shop has opened.
    Opened,
    /// Something was sold.
    Sold {
        /// To whom.
        to: Side,
        article: Article,
    },
}

#[entries]
impl Shop {
    /// Puts an article on the shelf.
    pub fn offer(&mut self, name: Hash, number: u32, article: Article) -> Result<(), Error> {
        if article.state == State::Sold {
            return Err(Error::Unknown);
        }
        self.articles.set(&(name, number), &article);
        Event::Opened.emit();
        Ok(())
    }

    /// Sells it and gives it.
    #[payable]
    pub fn buy(&mut self, name: Hash, number: u32) -> Result<Article, Error> {
        ensure(env::value() == Amount(5), Error::Price);
        let Some(article) = self.articles.get(&(name, number)) else {
            revert(Error::Unknown)
        };
        self.history.push(&(env::caller(), env::value()));
        Event::Sold {
            to: env::caller(),
            article,
        }
        .emit();
        Ok(article)
    }

    pub fn last(&self) -> (Side, Amount) {
        let last = self.history.len() - 1;
        self.history
            .get(last)
            .unwrap_or_else(|| revert(Error::Unknown))
    }

    pub fn verdicts(&mut self) -> (u16, (TimeMs, TimeMs)) {
        (self.delivered.verdict(), self.warm.verdict())
    }

    pub fn all(&self, a: u8, b: u16, c: u32, d: u64, e: i64, f: bool, g: Height, h: Gas) -> u64 {
        self.sum([
            a.into(),
            b.into(),
            c.into(),
            d,
            e.unsigned_abs(),
            f.into(),
            g.0,
            h.0,
        ])
    }

    /// No entry: it is not public.
    fn sum<const N: usize>(&self, of: [u64; N]) -> u64 {
        of.iter().sum::<u64>() + Self::one()
    }

    fn one() -> u64 {
        1
    }
}

/// Whoever carries calls out has typed ones of all entries.
#[expect(dead_code, reason = "it is enough that it compiles")]
fn through_the_client<C: twinroot_sdk::Caller>(shop: &mut ShopClient<C>) -> C::Answer<Article> {
    let _: C::Answer<()> = shop.offer(
        Hash([0; 32]),
        1,
        Article {
            maker: PublicKey([0; 32]),
            shape: (1, -1, true),
            marks: [[0; 4]; 2],
            state: State::Offered,
        },
    );
    let _: C::Answer<(Side, Amount)> = shop.last();
    shop.buy(Hash([0; 32]), 1)
}

fn main() {}
