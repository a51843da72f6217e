//! Where the test of the order looks into the stack. In any other build a mark is nothing.

#[cfg(test)]
pub(super) use self::seen::Marks;
#[cfg(not(test))]
pub(super) use self::unseen::Marks;

#[cfg(not(test))]
mod unseen {
    use tower::layer::util::Identity;

    #[derive(Clone)]
    pub(in crate::builder) struct Marks;

    impl Marks {
        pub(in crate::builder) fn new() -> Marks {
            Marks
        }

        /// Right outside the layer of this name.
        #[expect(clippy::unused_self, reason = "the one of the tests has something to look at")]
        pub(in crate::builder) fn outside(&self, _: &'static str) -> Identity {
            Identity::new()
        }
    }
}

#[cfg(test)]
mod seen {
    use std::sync::{Arc, Mutex};
    use std::task::{Context, Poll};

    use tower_layer::Layer;
    use tower_service::Service;

    /// The names of the layers that a request has come to.
    #[derive(Clone, Default)]
    pub(in crate::builder) struct Marks(Arc<Mutex<Vec<&'static str>>>);

    impl Marks {
        pub(in crate::builder) fn new() -> Marks {
            Marks::default()
        }

        pub(in crate::builder) fn outside(&self, name: &'static str) -> Mark {
            Mark { name, seen: self.clone() }
        }

        pub(in crate::builder) fn take(&self) -> Vec<&'static str> {
            std::mem::take(&mut self.0.lock().unwrap())
        }
    }

    #[derive(Clone)]
    pub(in crate::builder) struct Mark {
        name: &'static str,
        seen: Marks,
    }

    impl<S> Layer<S> for Mark {
        type Service = Marked<S>;

        fn layer(&self, inner: S) -> Marked<S> {
            Marked { inner, mark: self.clone() }
        }
    }

    #[derive(Clone)]
    pub(in crate::builder) struct Marked<S> {
        inner: S,
        mark: Mark,
    }

    impl<S: Service<R>, R> Service<R> for Marked<S> {
        type Response = S::Response;
        type Error = S::Error;
        type Future = S::Future;

        fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
            self.inner.poll_ready(cx)
        }

        fn call(&mut self, request: R) -> S::Future {
            self.mark.seen.0.lock().unwrap().push(self.mark.name);
            self.inner.call(request)
        }
    }
}
