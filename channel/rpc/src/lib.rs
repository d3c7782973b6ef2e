//! JSON-RPC 2.0 over WebSocket, on TCP or a local socket: server, client, subscriptions.
