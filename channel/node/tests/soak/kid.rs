//! A process that runs a node: started, killed, started again.

use std::process::Stdio;
use std::sync::Mutex;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};

use crate::child::{ORDERS, Orders};

pub(crate) struct Kid {
    pub(crate) orders: Orders,
    running: Mutex<Option<Child>>,
    stdin: tokio::sync::Mutex<Option<ChildStdin>>,
}

impl Kid {
    pub(crate) const fn new(orders: Orders) -> Self {
        Self {
            orders,
            running: Mutex::new(None),
            stdin: tokio::sync::Mutex::const_new(None),
        }
    }

    /// Starts it, and waits until it answers.
    pub(crate) async fn start(&self, seed: u64) {
        let orders = Orders {
            seed,
            ..self.orders.clone()
        };
        let program = std::env::current_exe().expect("this program");
        let mut command = match &orders.host {
            Some(host) => {
                let mut command = Command::new("ip");
                command.args(["netns", "exec", host]).arg(program);
                command
            }
            None => Command::new(program),
        };
        let mut child = command
            .env(ORDERS, serde_json::to_string(&orders).expect("orders"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("a process");
        let out = child.stdout.take().expect("its output");
        *self.stdin.lock().await = child.stdin.take();
        *self.running.lock().expect("nobody panics with it") = Some(child);
        let mut line = String::new();
        let ready = tokio::time::timeout(
            Duration::from_secs(60),
            BufReader::new(out).read_line(&mut line),
        )
        .await;
        let ready = ready.expect("the node starts in time").is_ok() && line.trim() == "ready";
        assert!(ready, "the node {} does not start again", self.orders.name);
    }

    /// It is to die at the n-th change or sync of its log from now.
    pub(crate) async fn dies_at(&self, operation: u64, how: &str) {
        if let Some(stdin) = &mut *self.stdin.lock().await {
            // It may be dead already.
            let _ = stdin
                .write_all(format!("{operation} {how}\n").as_bytes())
                .await;
        }
    }

    pub(crate) fn kill(&self) {
        if let Some(child) = &mut *self.running.lock().expect("nobody panics with it") {
            let _ = child.start_kill();
        }
    }

    pub(crate) fn is_dead(&self) -> bool {
        match &mut *self.running.lock().expect("nobody panics with it") {
            Some(child) => child.try_wait().expect("a process").is_some(),
            None => true,
        }
    }
}
