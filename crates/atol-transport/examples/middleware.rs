//! Measures calls and attempts with a layer around each: `cargo run -p atol-transport --example middleware`.
#![expect(clippy::print_stdout, reason = "it is what the example does")]

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use atol_mock::{Call, Fault, MockAtol};
use atol_transport::clock::{SharedClock, SystemClock};
use atol_transport::{Body, Client, Credentials, Environment};
use http::Request;
use tower::layer::layer_fn;
use tower_service::Service;

/// Tells how long each request took that goes through it.
#[derive(Clone)]
struct Timed<S> {
    inner: S,
    name: &'static str,
    clock: SharedClock,
}

impl<S> Service<Request<Body>> for Timed<S>
where
    S: Service<Request<Body>>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let (name, clock, began) = (self.name, self.clock.clone(), self.clock.monotonic());
        let has_token = request.headers().contains_key("token");
        let answer = self.inner.call(request);
        Box::pin(async move {
            let answer = answer.await;
            println!("{name}: {:?}, token seen: {has_token}", clock.monotonic().saturating_sub(began));
            answer
        })
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mock = MockAtol::builder().fault(Fault::Html(502).on(Call::List).once()).start().await;
    let clock = SystemClock::shared();
    let timed = |name| {
        let clock = clock.clone();
        layer_fn(move |inner| Timed { inner, name, clock: clock.clone() })
    };
    let client = Client::builder(Environment::custom(mock.uri().parse()?)?, Credentials::test())
        .layer(timed("call"))
        .attempt_layer(timed("attempt"))
        .build()?;

    let answer = client.send(Request::get("/cash-registers?limit=3").body(Body::empty())?).await?;
    println!("{} bytes after {} attempts", answer.value().len(), answer.attempts());
    for request in mock.requests() {
        println!("the service saw {} and answered {}", request.path(), request.status());
    }
    Ok(())
}
