//! Encrypted connections between nodes, bound to the keys of their channels.
