//! What calls that are dropped, and panics in the code of users, leave of a client.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use tower::layer::layer_fn;

use super::*;
use crate::clock::Sleep;

/// A client whose calls meet a login, a bad answer, a pause and a body in pieces; and its number of logins.
///
/// It has one place only: whoever kept it would hold everybody up.
fn eventful() -> (Client, Arc<Mutex<usize>>) {
    let (calls, logins) = (Arc::new(Mutex::new(0)), Arc::new(Mutex::new(0)));
    let counted = Arc::clone(&logins);
    let leaf = service_fn(move |request: Request<Body>| {
        let is_login = request.uri().path().ends_with("/gettoken");
        let number = {
            let mut count = if is_login { counted.lock().unwrap() } else { calls.lock().unwrap() };
            *count += 1;
            *count
        };
        async move {
            SystemClock::new().sleep(SECOND).await;
            if is_login {
                return Ok::<_, Error>(http::Response::new(LOGIN.into()));
            }
            let steps = [data("["), Step::Wait(SECOND), data("]")];
            let status = if number == 1 { 503 } else { 200 };
            Ok(answer(status, &[("transfer-encoding", "chunked")], Script::new(steps)))
        }
    });
    let builder = builder(clock()).pacing(Pacing::default().with_concurrency(1));
    (builder.leaf(leaf).build().unwrap(), logins)
}

#[tokio::test(start_paused = true)]
async fn m01_a_call_dropped_at_any_point_leaves_the_client_as_good_as_new() {
    for first in ["send", "send_streaming", "authenticate"] {
        for polls in 0.. {
            let (client, logins) = eventful();
            let mut call: Pin<Box<dyn Future<Output = ()> + Send>> = match first {
                "send" => Box::pin(async { drop(client.send(request()).await) }),
                "send_streaming" => Box::pin(async {
                    if let Ok(answer) = client.send_streaming(request()).await {
                        drop(answer.into_value().collect(100).await);
                    }
                }),
                _ => Box::pin(async { drop(client.authenticate().await) }),
            };
            let mut done = false;
            for _ in 0..polls {
                done = poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx).is_ready())).await;
                if done {
                    break;
                }
                tokio::time::advance(Duration::from_millis(300)).await;
            }
            drop(call);
            let story = format!("{first}, dropped after {polls} polls");
            assert_eq!(client.send(request()).await.expect(&story).value(), "[]", "{story}");
            assert_eq!(text_of_last(&client).as_deref(), Some("200 []"), "{story}");
            assert_eq!(*logins.lock().unwrap(), 1, "{story}");
            if done {
                let least = if first == "authenticate" { 3 } else { 12 };
                assert!(polls >= least, "{first} was cut in {polls} places only");
                break;
            }
        }
    }
}

/// Goes wrong once, where it is told to.
#[derive(Debug)]
struct Faulty {
    clock: Arc<VirtualClock>,
    panic_in: Mutex<Option<&'static str>>,
}

impl Faulty {
    fn go(&self, doing: &'static str) {
        let mut panic_in = self.panic_in.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if panic_in.take_if(|planned| *planned == doing).is_some() {
            drop(panic_in);
            panic!("a bug in the {doing} clock");
        }
    }
}

impl Clock for Faulty {
    fn monotonic(&self) -> Duration {
        self.go("monotonic");
        self.clock.monotonic()
    }

    fn wall(&self) -> jiff::Timestamp {
        self.go("wall");
        self.clock.wall()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        self.go("sleep");
        self.clock.sleep(duration)
    }
}

#[tokio::test(start_paused = true)]
async fn m03_a_panic_in_a_users_clock_or_layer_leaves_the_client_alive() {
    for place in ["monotonic", "wall", "sleep", "call layer", "attempt layer", "leaf"] {
        let clock = Arc::new(Faulty { clock: clock(), panic_in: Mutex::new(None) });
        let panicking = |here: &'static str| {
            let clock = Arc::clone(&clock);
            layer_fn(move |stack: Stack| {
                let clock = Arc::clone(&clock);
                service_fn(move |request: Request<Body>| {
                    let (clock, stack) = (Arc::clone(&clock), stack.clone());
                    async move {
                        clock.go(here);
                        stack.oneshot(request).await
                    }
                })
            })
        };
        let leaf = {
            let clock = Arc::clone(&clock);
            service_fn(move |request: Request<Body>| {
                let clock = Arc::clone(&clock);
                async move {
                    clock.go("leaf");
                    let is_login = request.uri().path().ends_with("/gettoken");
                    Ok::<_, Error>(http::Response::new(if is_login { LOGIN } else { "[]" }.into()))
                }
            })
        };
        let client = builder(Arc::clone(&clock) as SharedClock)
            .layer(panicking("call layer"))
            .attempt_layer(panicking("attempt layer"))
            .pacing(Pacing::default().with_concurrency(1))
            .leaf(leaf)
            .build()
            .unwrap();
        *clock.panic_in.lock().unwrap() = Some(place);
        let calls = (0..3).map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.send(request()).await })
        });
        for call in calls.collect::<Vec<_>>() {
            // Who fails, and whether with an error or with the panic, depends on the place.
            drop(call.await);
        }
        assert_eq!(*clock.panic_in.lock().unwrap(), None, "{place}: it did happen");
        assert_eq!(client.send(request()).await.unwrap().value(), "[]", "after a panic in the {place}");
    }
}
