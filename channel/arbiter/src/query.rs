//! Questions to oracles, and what becomes of them (docs/spec/arbiter.md, 12.3 to 12.7).

use twinroot_abi::{Amount, PublicKey, QueryId};
use twinroot_feed::{ANSWER_BYTES, Answer, Asked, QUESTION_BYTES};

use crate::kept::Kept;
use crate::plan::Plan;
use crate::receipt::Effect;
use crate::{Ledger, Rejected};

/// What is to become of a query.
pub(crate) enum QueryPlan {
    /// It is there, with the oracle's price in it.
    Ask(Box<Asked>),
    /// It has its answer, and the oracle what it held.
    Respond {
        after: Box<Asked>,
        answer: Answer,
        paid: Amount,
    },
    /// It is gone, and what it held goes back.
    Refund { to: PublicKey, amount: Amount },
}

/// The query in `asked` is still without its price; `most` is what the asker pays at most.
pub(crate) fn plan_ask(ledger: &Ledger, mut asked: Asked, most: Amount) -> Result<Plan, Rejected> {
    let bytes = asked.question.len();
    if bytes == 0 || bytes > QUESTION_BYTES {
        return Err(Rejected::Question { bytes });
    }
    let query = asked.query();
    let answer_by = query.answer_by;
    ledger.check_expiry(answer_by)?;
    if !query.is_kept_in_bounds() {
        let kept_until = query.kept_until;
        return Err(Rejected::Kept {
            answer_by,
            kept_until,
        });
    }
    let oracle = ledger.existing_oracle(query.oracle)?;
    if answer_by > oracle.until {
        let until = oracle.until;
        return Err(Rejected::OracleLeaves { until, answer_by });
    }
    if oracle.price > most {
        let price = oracle.price;
        return Err(Rejected::Price { price, most });
    }
    let id = query.id();
    if ledger.query(id).is_some() {
        return Err(Rejected::Asked(id));
    }
    asked.held = oracle.price;
    Ok(Plan::Query(id, QueryPlan::Ask(Box::new(asked))))
}

pub(crate) fn plan_respond(
    ledger: &Ledger,
    sender: PublicKey,
    id: QueryId,
    bytes: Vec<u8>,
) -> Result<Plan, Rejected> {
    if bytes.len() > ANSWER_BYTES {
        let bytes = bytes.len();
        return Err(Rejected::Answer { bytes });
    }
    let mut asked = unanswered(ledger, id)?;
    if sender != asked.oracle {
        return Err(Rejected::NotTheOracle);
    }
    ledger.check_expiry(asked.answer_by)?;
    let paid = std::mem::take(&mut asked.held);
    let at = ledger.block().height;
    let answer = Answer { at, bytes };
    asked.answer = Some(answer.clone());
    let after = Box::new(asked);
    Ok(Plan::Query(
        id,
        QueryPlan::Respond {
            after,
            answer,
            paid,
        },
    ))
}

pub(crate) fn plan_refund(ledger: &Ledger, id: QueryId) -> Result<Plan, Rejected> {
    let asked = unanswered(ledger, id)?;
    let answer_by = asked.answer_by;
    if ledger.block().height <= answer_by {
        return Err(Rejected::StillOpen { answer_by });
    }
    let (to, amount) = (asked.asker, asked.held);
    Ok(Plan::Query(id, QueryPlan::Refund { to, amount }))
}

fn unanswered(ledger: &Ledger, id: QueryId) -> Result<Asked, Rejected> {
    let asked = ledger.query(id).ok_or(Rejected::NoQuery(id))?;
    if asked.answer.is_some() {
        return Err(Rejected::Answered(id));
    }
    Ok(asked.clone())
}

impl QueryPlan {
    /// Coins that it takes from the sender's account beside the fee.
    pub(crate) fn takes(&self) -> Amount {
        match self {
            Self::Ask(asked) => asked.held,
            Self::Respond { .. } | Self::Refund { .. } => Amount::ZERO,
        }
    }

    /// Coins move first, and all of them or none.
    pub(crate) fn settle(
        self,
        kept: &mut Kept,
        sender: PublicKey,
        query: QueryId,
    ) -> Result<Effect, Rejected> {
        Ok(match self {
            Self::Ask(asked) => {
                kept.move_coins(&[(sender, asked.held)], &[])?;
                kept.set_query(query, (*asked).clone());
                Effect::Asked { query, asked }
            }
            Self::Respond {
                after,
                answer,
                paid,
            } => {
                kept.move_coins(&[], &[(sender, paid)])?;
                kept.set_query(query, *after);
                Effect::Answered {
                    query,
                    answer,
                    paid,
                }
            }
            Self::Refund { to, amount } => {
                kept.move_coins(&[], &[(to, amount)])?;
                kept.remove_query(query);
                Effect::Refunded { query, to, amount }
            }
        })
    }
}
