//! The clients that are compared, each in a process of its own.

use std::hint::black_box;
use std::str::FromStr;
use std::time::Instant;

use atol_monitor::KktMonitor;
use atol_transport::Environment;
use bytes::Bytes;
use futures_util::StreamExt;
use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;

use super::plain::PlainKkt;

/// What a client does.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Task {
    /// Logs in, and no more: the memory to start from.
    Idle,
    Stream,
    CollectArray,
    GetAll,
    CollectPages,
}

/// How often a short task is done, so that it can be measured.
const ROUNDS: usize = 30;

const NAMES: [(&str, Task); 5] = [
    ("idle", Task::Idle),
    ("stream", Task::Stream),
    ("collect-array", Task::CollectArray),
    ("get-all", Task::GetAll),
    ("collect-pages", Task::CollectPages),
];

impl Task {
    pub(crate) fn name(self) -> &'static str {
        NAMES[self as usize].0
    }
}

impl FromStr for Task {
    type Err = String;

    fn from_str(name: &str) -> Result<Task, String> {
        NAMES.iter().find(|(known, _)| *known == name).map(|&(_, task)| task).ok_or_else(|| name.to_owned())
    }
}

/// Does the task and prints how long it took and the most memory that the process had.
#[expect(clippy::disallowed_methods, reason = "measuring time is what this is for")]
pub(crate) fn run(address: &str, task: Task) -> Option<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    let monitor =
        KktMonitor::builder().environment(Environment::custom(address.parse().ok()?).ok()?).build().ok()?;
    let client = Client::builder(TokioExecutor::new()).build_http();
    runtime.block_on(async {
        monitor.authenticate().await.ok()?;
        // The baseline finds its connection warm, too.
        collect(&client, &format!("{address}/x?limit=1"), "POST").await;
        let start = Instant::now();
        let count = match task {
            Task::Idle => 0,
            Task::Stream => {
                monitor.stream().filter(|register| std::future::ready(register.is_ok())).count().await
            }
            Task::GetAll => {
                for _ in 1..ROUNDS {
                    black_box(monitor.get_all().await.ok()?);
                }
                black_box(monitor.get_all().await.ok()?).len()
            }
            Task::CollectArray => {
                let json = collect(&client, &format!("{address}/x"), "GET").await;
                black_box(serde_json::from_slice::<Vec<PlainKkt>>(&json).ok()?).len()
            }
            Task::CollectPages => {
                for _ in 1..ROUNDS {
                    black_box(collect_pages(&client, address).await?);
                }
                black_box(collect_pages(&client, address).await?).len()
            }
        };
        println!("{} {} {count}", start.elapsed().as_secs_f64(), peak().unwrap_or_default());
        Some(())
    })
}

async fn collect_pages(client: &Client<HttpConnector, Empty<Bytes>>, address: &str) -> Option<Vec<PlainKkt>> {
    let mut all = Vec::new();
    for offset in (0..10_000).step_by(1000) {
        let page = collect(client, &format!("{address}/x?limit=1000&offset={offset}"), "GET").await;
        all.append(&mut serde_json::from_slice::<Vec<PlainKkt>>(&page).ok()?);
    }
    Some(all)
}

/// `raw` of the targets: a request with a constant token, its body collected.
async fn collect(client: &Client<HttpConnector, Empty<Bytes>>, uri: &str, method: &str) -> Bytes {
    let request =
        http::Request::builder().method(method).uri(uri).header("token", "bench").body(Empty::new()).unwrap();
    client.request(request).await.unwrap().into_body().collect().await.unwrap().to_bytes()
}

/// The most memory that this process had, in bytes.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()? * 1024)
}
