//! One failure told to many: an error for each of those who waited for the same thing.

use std::fmt;
use std::sync::Arc;

use super::{Error, Inner};

impl Error {
    /// An error that says the same as `original`, for one more of those who waited for it.
    ///
    /// The causes are shared, not copied, so that the report is the same to the last line.
    pub(crate) fn shared(original: &Arc<Error>) -> Error {
        let inner = &original.0;
        Error(Box::new(Inner {
            kind: inner.kind,
            message: inner.message.clone(),
            advice: inner.advice.clone(),
            sent: inner.sent,
            attempts: inner.attempts,
            elapsed: inner.elapsed,
            status: inner.status,
            service_error: inner.service_error.clone(),
            retry_after: inner.retry_after,
            reused_connection: inner.reused_connection,
            proxy_variable: inner.proxy_variable,
            source: inner.source.is_some().then(|| Box::new(SharedCause(Arc::clone(original))) as _),
        }))
    }

    /// Says the first line anew.
    #[must_use]
    pub(crate) fn map_message(mut self, say: impl FnOnce(&str) -> String) -> Error {
        self.0.message = say(&self.0.message).into();
        self
    }
}

/// The cause of an error that is shared: stands in the chain where the cause itself stands in the original's.
struct SharedCause(Arc<Error>);

impl fmt::Debug for SharedCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0.0.source, f)
    }
}

impl fmt::Display for SharedCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.0.source.as_ref().map_or(Ok(()), |source| source.fmt(f))
    }
}

impl std::error::Error for SharedCause {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.0.source.as_ref().and_then(|source| source.source())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    #[test]
    fn each_waiter_reads_the_same_report() {
        let cause = Error::new(ErrorKind::Other, "the cable is out").with_source("a dog");
        let original =
            Arc::new(Error::new(ErrorKind::Interrupted, "no answer").with_source(cause).with_advice("wait"));
        let copy = Error::shared(&original);
        assert_eq!(copy.report(), original.report());
        assert_eq!(copy.kind(), original.kind());
        assert_eq!(copy.report().lines().count(), 4);
    }
}
