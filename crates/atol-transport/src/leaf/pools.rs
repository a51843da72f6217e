//! Pools of connections: one for each runtime, thrown away as a whole once a connection of it has failed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::runtime;

use super::connector::Connector;
use crate::body::Body;

/// Longer than any pause between the pages of a list, shorter than the idle limits of servers and NAT boxes.
const POOL_IDLE: Duration = Duration::from_secs(20);

/// The service's heads have a few hundred bytes; hyper's own limit of 400 KiB only helps an attacker.
const HEAD_BUFFER: usize = 32 * 1024;

/// As many headers as an answer may have.
const MOST_HEADERS: usize = 64;

/// Runtimes whose pools are kept: the worker threads of a server that gives each a runtime of its own.
const MOST_RUNTIMES: usize = 64;

/// A client of hyper-util's; its clones share the pool.
pub(super) type HyperClient = legacy::Client<Connector, Body>;

/// The pools of a client.
///
/// A connection is driven by a task of the runtime that opened it and stands still when that runtime does, so
/// each runtime has connections of its own.
///
/// After a failure the other idle connections are no better than the one that failed: opened in the same minutes
/// to the same address, through the same NAT box. The whole pool is dropped, so that the next attempt resolves the
/// name again and connects anew; requests that are on their way finish undisturbed.
pub(super) struct Pools {
    connector: Connector,
    is_pooling: bool,
    kept: Mutex<Vec<Arc<Pool>>>,
}

pub(super) struct Pool {
    runtime: runtime::Id,
    pub(super) client: HyperClient,
}

impl Pools {
    /// Pools whose connections are kept for further requests, or else closed after one.
    pub(super) fn new(connector: Connector, is_pooling: bool) -> Pools {
        Pools { connector, is_pooling, kept: Mutex::new(Vec::new()) }
    }

    /// The next number in the order in which requests and connections come about.
    pub(super) fn next_number(&self) -> u64 {
        self.connector.next_number()
    }

    /// The pool of a runtime.
    pub(super) fn of(&self, runtime: runtime::Id) -> Arc<Pool> {
        let mut pools = self.lock();
        if let Some(pool) = pools.iter().find(|pool| pool.runtime == runtime) {
            return Arc::clone(pool);
        }
        if pools.len() >= MOST_RUNTIMES {
            pools.remove(0);
        }
        let pool = Arc::new(Pool { runtime, client: self.client() });
        pools.push(Arc::clone(&pool));
        pool
    }

    /// Drops a pool, unless that has happened already.
    pub(super) fn discard(&self, pool: &Arc<Pool>) {
        self.lock().retain(|kept| !Arc::ptr_eq(kept, pool));
    }

    fn client(&self) -> HyperClient {
        legacy::Client::builder(TokioExecutor::new())
            .http1_max_buf_size(HEAD_BUFFER)
            .http1_max_headers(MOST_HEADERS)
            .pool_idle_timeout(POOL_IDLE)
            .pool_max_idle_per_host(if self.is_pooling { usize::MAX } else { 0 })
            // Without a timer idle connections are never reaped, only passed over.
            .pool_timer(TokioTimer::new())
            .build(self.connector.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Pool>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Drops the pool of a request that is given up while it waits: a silent connection says that the others may be
/// dead too.
pub(super) struct Watch {
    pools: Arc<Pools>,
    pool: Arc<Pool>,
    is_waiting: bool,
}

impl Watch {
    /// Watches over a request that waits for its answer.
    pub(super) fn new(pools: Arc<Pools>, pool: Arc<Pool>) -> Watch {
        Watch { pools, pool, is_waiting: true }
    }

    /// Notes whether the request waits for something from the other side.
    pub(super) fn set_waiting(&mut self, is_waiting: bool) {
        self.is_waiting = is_waiting;
    }

    /// Nothing of this pool is to be used any more.
    pub(super) fn discard(&mut self) {
        self.is_waiting = false;
        self.pools.discard(&self.pool);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if self.is_waiting {
            self.pools.discard(&self.pool);
        }
    }
}
