//! Metrics, as Prometheus reads them.

use std::io;
use std::net::SocketAddr;

use axum::Router;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Serves `/metrics` at the address.
pub(super) async fn serve(address: SocketAddr) -> io::Result<JoinHandle<io::Result<()>>> {
    let recorder = PrometheusBuilder::new().install_recorder().map_err(io::Error::other)?;
    let listener = TcpListener::bind(address).await?;
    let router = Router::new().route("/metrics", get(move || std::future::ready(recorder.render())));
    Ok(tokio::spawn(async move { axum::serve(listener, router).await }))
}
