//! Questions to oracles, and what becomes of them (docs/spec/arbiter.md, 11.3 to 11.7).

use twinroot_abi::{Amount, PublicKey, QueryId};
use twinroot_feed::{ANSWER_BYTES, Answer, Asked, QUESTION_BYTES};

use crate::plan::Plan;
use crate::{Ledger, Rejected};

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
    Ok(Plan::Ask(Box::new(asked)))
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
    Ok(Plan::Respond {
        query: id,
        asked: Box::new(asked),
        answer,
        paid,
    })
}

pub(crate) fn plan_refund(ledger: &Ledger, id: QueryId) -> Result<Plan, Rejected> {
    let asked = unanswered(ledger, id)?;
    let answer_by = asked.answer_by;
    if ledger.block().height <= answer_by {
        return Err(Rejected::StillOpen { answer_by });
    }
    Ok(Plan::Refund {
        query: id,
        to: asked.asker,
        amount: asked.held,
    })
}

fn unanswered(ledger: &Ledger, id: QueryId) -> Result<Asked, Rejected> {
    let asked = ledger.query(id).ok_or(Rejected::NoQuery(id))?;
    if asked.answer.is_some() {
        return Err(Rejected::Answered(id));
    }
    Ok(asked.clone())
}
