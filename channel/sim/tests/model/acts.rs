//! What each side, and time, can do in a world.

use crate::coins::{Operation, Side};
use crate::ledger::{Commitment, Ledger, Transaction};
use crate::system::{Act, Branch, System, World};

impl System {
    pub(crate) fn acts(&self, world: &World) -> Vec<Act> {
        let mut acts = Vec::new();
        if world.ledger.paid().is_none() {
            self.honest_signs(world, &mut acts);
            self.peer_signs(world, &mut acts);
            let (honest, peer) = (world.honest, world.honest.other());
            let mut post = |by, transaction| {
                if self.fits(world, by, transaction) {
                    acts.push(Act::Post(by, transaction));
                }
            };
            for transaction in self.honest_posts(world) {
                post(honest, transaction);
            }
            for transaction in self.peer_posts(world) {
                post(peer, transaction);
            }
        }
        self.time_passes(world, &mut acts);
        acts
    }

    /// What the honest party has to post, as the ledger is now.
    pub(crate) fn due(&self, world: &World) -> Vec<Transaction> {
        let World { party, ledger, .. } = world;
        if party.asleep {
            return Vec::new();
        }
        let newest = party.newest(ledger);
        let base = self.unknown_to_the_ledger(world);
        let deadline = self.bounds.has_deadline();
        let claims = world.honest == Side::Responder && newest.coins.held;
        let mut due = Vec::new();
        if let Some(state) = base {
            due.push(Transaction::Slash(state));
        }
        let operation = Operation::Claim;
        let presses = deadline || !ledger.is_open();
        if claims && presses && party.may_force(operation, world.honest, &self.rules) {
            due.push(Transaction::Force { base, operation });
        }
        let undoes = |escrow: u8| escrow > newest.coins.escrow;
        let undone = party.live().any(|(state, _)| undoes(state.coins.escrow));
        let hurries = self.rules.closes_before_a_deadline && deadline && claims && undone;
        if party.leaving || hurries {
            due.push(Transaction::SoloClose(base));
        }
        due.retain(|transaction| self.fits(world, world.honest, *transaction));

        let ripens = |ripe: u8| newest.coins.escrow > 0 && ledger.height < ripe;
        let escrow = self.bounds.escrow.as_ref();
        let waits = claims && escrow.is_some_and(|escrow| ripens(escrow.ripe));
        if due.is_empty() && !waits && self.fits(world, world.honest, Transaction::Settle) {
            due.push(Transaction::Settle);
        }
        due
    }

    fn honest_signs(&self, world: &World, acts: &mut Vec<Act>) {
        let World { party, ledger, .. } = world;
        if party.may_sign_steps(ledger, &self.rules, &self.bounds) {
            let mut operations = self.operations(world);
            // Without a proposal there is nothing to take back.
            if party.live().any(|(_, live)| live != Operation::Nothing) {
                operations.push(Operation::Nothing);
            }
            operations.retain(|operation| {
                // The peer could sign an escrow of the honest party when it is too late to claim.
                let too_late = *operation == Operation::Create
                    && self.bounds.has_deadline()
                    && world.honest == Side::Responder;
                !too_late && party.may_propose(*operation, &self.rules)
            });
            acts.extend(operations.into_iter().map(Act::Propose));
        }
        // Nobody agrees to an end that pays less than the state is worth.
        let newest = party.newest(ledger).coins;
        let fair = newest.payout()[world.honest.index()] >= newest.worth(world.honest);
        let free = party.close.is_none() && party.live().next().is_none();
        if party.closes_left > 0 && free && fair {
            acts.push(Act::SignClose);
        }
    }

    fn peer_signs(&self, world: &World, acts: &mut Vec<Act>) {
        let World { party, ledger, .. } = world;
        // A signature that comes later is worth what the ledger makes of the state, and the peer
        // can post that itself.
        if ledger.leaves_time(&self.rules, &self.bounds) {
            acts.extend(party.live().map(|(state, _)| Act::Accept(state)));
        }
        if party.may_sign_steps(ledger, &self.rules, &self.bounds) {
            let mut operations = self.operations(world);
            if self.bounds.nonsense {
                operations.push(Operation::Mint(world.honest.other()));
            }
            acts.extend(operations.into_iter().map(Act::SignForPeer));
        }
        if party.close.is_some_and(|close| !close.both) {
            acts.push(Act::AcceptClose);
        }
    }

    fn honest_posts(&self, world: &World) -> Vec<Transaction> {
        let World { party, ledger, .. } = world;
        let base = self.unknown_to_the_ledger(world);
        let mut posts = self.due(world);
        posts.extend(base.map(Transaction::Snapshot));
        posts.push(Transaction::SoloClose(base));
        // What it forces without need. It keeps the steps that it will need.
        let spares = |used: &[u8; 2]| {
            let claims = u8::from(party.newest(ledger).coins.escrow > 0);
            let limit = self.rules.forced_steps.unwrap_or(u8::MAX);
            used[world.honest.index()] + claims < limit
        };
        let spares = ledger.closing().is_none_or(|closing| spares(&closing.used));
        if spares && self.may_force_on(base, ledger) {
            let payment = Operation::Pay(world.honest);
            let payment = self.bounds.payments.then_some(payment);
            let claim = ledger.is_open().then_some(Operation::Claim);
            let mut wants: Vec<Operation> = payment.into_iter().chain(claim).collect();
            wants.retain(|operation| party.may_force(*operation, world.honest, &self.rules));
            let force = |operation| Transaction::Force { base, operation };
            posts.extend(wants.into_iter().map(force));
        }
        let close = party.close.filter(|close| close.both && close.left >= 0);
        posts.extend(close.map(|close| Transaction::MutualClose(close.terms)));
        posts
    }

    fn peer_posts(&self, world: &World) -> Vec<Transaction> {
        let peer = world.honest.other();
        let mut operations = vec![Operation::Nothing];
        if self.bounds.payments {
            operations.extend([Operation::Pay(peer), Operation::Pay(world.honest)]);
        }
        if self.bounds.escrow.is_some() {
            operations.push(Operation::Claim);
        }
        let states = world.party.signed.iter().map(|signed| signed.state);
        let mut posts = vec![Transaction::ForceNonsense, Transaction::Settle];
        posts.extend(states.clone().map(Transaction::Snapshot));
        posts.extend(states.clone().map(Transaction::Slash));
        for base in states.map(Some).chain([None]) {
            posts.push(Transaction::SoloClose(base));
            if self.may_force_on(base, &world.ledger) {
                let operations = operations.iter().copied();
                let force = |operation| Transaction::Force { base, operation };
                posts.extend(operations.map(force));
            }
        }
        let close = world.party.close.filter(|close| close.left >= 0);
        posts.extend(close.map(|close| Transaction::MutualClose(close.terms)));
        posts
    }

    fn time_passes(&self, world: &World, acts: &mut Vec<Act>) {
        if world.late < self.bounds.patience || self.due(world).is_empty() {
            acts.push(Act::Block { branch: false });
            let can_branch = world.forks_left > 0 && world.branch.is_none();
            if can_branch && world.ledger.paid().is_none() {
                acts.push(Act::Block { branch: true });
            }
        }
        let drops = |branch: &Branch| drops_something(&branch.ledger, &world.ledger);
        if world.branch.as_ref().is_some_and(drops) {
            acts.push(Act::Fork);
        }
    }

    /// What either side may want of a co-signed step.
    fn operations(&self, world: &World) -> Vec<Operation> {
        let mut operations = Vec::new();
        if self.bounds.payments {
            operations.push(Operation::Pay(world.honest));
            operations.push(Operation::Pay(world.honest.other()));
        }
        if self.bounds.escrow.is_some() {
            operations.extend([Operation::Create, Operation::Claim]);
        }
        operations
    }

    /// The newest state that the honest party can post, if the ledger has to be told.
    fn unknown_to_the_ledger(&self, world: &World) -> Option<Commitment> {
        let newest = world.party.newest(&world.ledger);
        (newest.round > world.ledger.tip.round).then_some(Commitment {
            round: newest.round,
            coins: newest.coins,
        })
    }

    fn fits(&self, world: &World, by: Side, transaction: Transaction) -> bool {
        let after = world
            .ledger
            .after(by, transaction, &self.rules, &self.bounds);
        after.is_some()
    }

    /// The ledger does not count what is forced before a close. The search has to end, so it does;
    /// but what the honest party has to force is never too much.
    fn may_force_on(&self, base: Option<Commitment>, ledger: &Ledger) -> bool {
        let forced = if base.is_some() { 0 } else { ledger.tip.forced };
        !ledger.is_open() || forced < self.bounds.steps_while_open
    }
}

/// A fork that takes back nothing but time is not worth a search.
fn drops_something(branch: &Ledger, now: &Ledger) -> bool {
    let phase = |ledger: &Ledger| (ledger.is_open(), ledger.paid().copied());
    let close = |ledger: &Ledger| ledger.closing().map(|closing| (closing.by, closing.used));
    branch.tip != now.tip || phase(branch) != phase(now) || close(branch) != close(now)
}
