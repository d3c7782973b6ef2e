//! What operators look at: `GET /metrics` in Prometheus' text form. Numbers and names of kinds only: no key, no channel, no text.

use std::io;
use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::Duration;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Tells the numbers of this process until it is dropped.
#[must_use = "it ends when this is dropped"]
#[derive(Debug)]
pub struct Metrics {
    address: SocketAddr,
    tasks: [JoinHandle<()>; 2],
}

/// Why nothing is told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MetricsError {
    /// The address cannot be had.
    #[error("cannot listen at {address} for metrics: {source}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// Something else in this program counts already.
    #[error("the numbers of this program go elsewhere already: {0}")]
    Taken(String),
}

/// Bounds of what is measured in seconds: from a fast disk's fsync to a bad backup.
const SECONDS: [f64; 13] = [
    0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0, 30.0,
];
/// Bounds of what is counted.
const COUNTS: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 512.0];
/// How often old samples are put together, whether somebody looks or not.
const UPKEEP: Duration = Duration::from_secs(5);

impl Metrics {
    /// Begins to count, before the node starts, and listens. Port 0 is any that is free.
    ///
    /// # Errors
    /// [`MetricsError`].
    pub async fn start(address: SocketAddr) -> Result<Self, MetricsError> {
        let failed = |source| MetricsError::Listen { address, source };
        let numbers = recorder()?;
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let upkeep = tokio::spawn({
            let numbers = numbers.clone();
            async move {
                let mut ticks = tokio::time::interval(UPKEEP);
                loop {
                    ticks.tick().await;
                    numbers.run_upkeep();
                }
            }
        });
        let tell = move || {
            let numbers = numbers.clone();
            async move {
                (
                    [(CONTENT_TYPE, "text/plain; version=0.0.4")],
                    numbers.render(),
                )
            }
        };
        let routes = Router::new().route("/metrics", get(tell));
        let serve = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, routes).await {
                tracing::warn!(%error, "metrics are not told any more");
            }
        });
        Ok(Self {
            address,
            tasks: [upkeep, serve],
        })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Metrics {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// A program counts once, whatever is started in it.
fn recorder() -> Result<PrometheusHandle, MetricsError> {
    static RECORDER: OnceLock<Result<PrometheusHandle, String>> = OnceLock::new();
    let made = RECORDER.get_or_init(|| {
        PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
            .and_then(|builder| {
                builder.set_buckets_for_metric(Matcher::Suffix("_batches".to_owned()), &COUNTS)
            })
            .and_then(PrometheusBuilder::install_recorder)
            .map_err(|error| error.to_string())
    });
    made.clone().map_err(MetricsError::Taken)
}
