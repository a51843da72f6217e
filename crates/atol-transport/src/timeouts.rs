//! The time limits of a call.

use std::time::Duration;

use crate::error::{Error, ErrorKind, Result};

/// How long each part of a call may take. Every part has a limit; there is no way to wait for ever.
///
/// ```
/// use std::time::Duration;
/// use atol_transport::Timeouts;
///
/// let timeouts = Timeouts::default().with_call(Duration::from_secs(20));
/// assert_eq!(timeouts.connect(), Duration::from_secs(5));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    connect: Duration,
    head: Duration,
    body_idle: Duration,
    body_total: Duration,
    call: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Timeouts {
            connect: Duration::from_secs(5),
            head: Duration::from_secs(20),
            body_idle: Duration::from_secs(10),
            body_total: Duration::from_secs(30),
            call: Duration::from_secs(60),
        }
    }
}

impl Timeouts {
    /// Name resolution, TCP and TLS together; 5 s.
    pub fn connect(&self) -> Duration {
        self.connect
    }

    /// From sending the request to the head of the answer, making a connection included; 20 s.
    pub fn head(&self) -> Duration {
        self.head
    }

    /// The longest silence in the middle of a body; 10 s.
    pub fn body_idle(&self) -> Duration {
        self.body_idle
    }

    /// The whole body; 30 s. Not applied to streamed bodies, which may be long and have the idle limit.
    pub fn body_total(&self) -> Duration {
        self.body_total
    }

    /// The whole call: all attempts, the waits between them and waiting for a free place; 60 s.
    pub fn call(&self) -> Duration {
        self.call
    }

    /// Sets [`Timeouts::connect`].
    #[must_use]
    pub fn with_connect(mut self, limit: Duration) -> Timeouts {
        self.connect = limit;
        self
    }

    /// Sets [`Timeouts::head`].
    #[must_use]
    pub fn with_head(mut self, limit: Duration) -> Timeouts {
        self.head = limit;
        self
    }

    /// Sets [`Timeouts::body_idle`].
    #[must_use]
    pub fn with_body_idle(mut self, limit: Duration) -> Timeouts {
        self.body_idle = limit;
        self
    }

    /// Sets [`Timeouts::body_total`].
    #[must_use]
    pub fn with_body_total(mut self, limit: Duration) -> Timeouts {
        self.body_total = limit;
        self
    }

    /// Sets [`Timeouts::call`].
    #[must_use]
    pub fn with_call(mut self, limit: Duration) -> Timeouts {
        self.call = limit;
        self
    }

    /// Refuses limits under which no call could succeed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] that names the limit which is zero.
    pub fn validate(&self) -> Result<()> {
        let limits = [
            ("connect", self.connect),
            ("head", self.head),
            ("body_idle", self.body_idle),
            ("body_total", self.body_total),
            ("call", self.call),
        ];
        match limits.iter().find(|(_, limit)| limit.is_zero()) {
            Some((name, _)) => Err(Error::new(
                ErrorKind::Config,
                format!("the time limit `{name}` is zero: no call could ever succeed; use a second or more"),
            )),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k06_a_limit_of_zero_is_refused_by_name() {
        let error = Timeouts::default().with_head(Duration::ZERO).validate().unwrap_err();
        assert_eq!(
            error.to_string(),
            "the time limit `head` is zero: no call could ever succeed; use a second or more"
        );
    }
}
