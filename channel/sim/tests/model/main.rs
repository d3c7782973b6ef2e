//! Models of the protocol, searched to the end.
