//! The running server, stopped where nothing can hold that up.

use std::thread;

use wiremock::MockServer;

/// A server that is stopped on a thread of its own.
///
/// wiremock waits for a lock of tokio's when it is dropped. In a task that has used up its turn the runtime would give
/// nobody a lock before the next turn, which does not come while the task waits.
pub(crate) struct Running(Option<MockServer>);

impl Running {
    pub(crate) fn new(server: MockServer) -> Self {
        Self(Some(server))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let server = self.0.take();
        // Without a thread it is dropped here.
        let _ = thread::Builder::new().spawn(move || drop(server)).map(thread::JoinHandle::join);
    }
}

#[cfg(test)]
mod tests {
    use tokio::task::{consume_budget, coop};

    use crate::MockAtol;

    #[tokio::test]
    async fn a_task_that_has_used_up_its_turn_can_stop_the_server() {
        let mock = MockAtol::start().await;
        while coop::has_budget_remaining() {
            consume_budget().await;
        }
        drop(mock);
    }
}
