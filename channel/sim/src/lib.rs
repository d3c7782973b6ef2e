//! Two parties, a ledger, an adversary and a bad network, on a simulated clock; and models of the
//! protocol that are searched to the end.
