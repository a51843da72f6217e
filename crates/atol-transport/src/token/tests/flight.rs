//! One login for everybody, whoever gives up.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;

#[tokio::test(start_paused = true)]
async fn a_thousand_cold_callers_log_in_once() {
    let service = Service::new();
    let client = client(&service);
    let answers = all((0..1000).map(|_| client.call())).await;
    assert!(answers.iter().all(|answer| matches!(answer, Ok(200))));
    assert_eq!(service.logins(), 1);
    assert_eq!(service.clock.monotonic().as_secs(), 1, "everybody waited for the one login only");
    assert!(service.tokens_seen().iter().all(|token| token == "token-1"));
}

#[tokio::test(start_paused = true)]
async fn a_thousand_cold_callers_share_one_failure() {
    let service = Service::new().on_login(|_| Answer::Breaks(ErrorKind::Interrupted));
    let client = client(&service);
    let answers = all((0..1000).map(|_| client.call())).await;
    assert_eq!(service.logins(), 1);
    for answer in answers {
        let error = answer.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Interrupted);
        assert_eq!(error.report(), "cannot log in: the line broke\n  caused by: a storm");
    }
}

#[tokio::test(start_paused = true)]
async fn the_call_after_a_failure_tries_again() {
    let service = Service::new().on_login(|n| match n {
        1 => Answer::Is(503, String::new()),
        _ => token("good"),
    });
    let client = client(&service);
    let error = client.call().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Status, "so that a retry layer outside repeats it");
    assert_eq!(
        error.to_string(),
        "cannot log in: the service answered 503 Service Unavailable with an empty body"
    );
    assert_eq!(client.call().await.unwrap(), 200);
}

#[tokio::test(start_paused = true)]
async fn a_second_passes_between_a_login_that_the_service_failed_and_the_next() {
    let service = Service::new().on_login(|_| Answer::Is(503, String::new()));
    service.login_takes(Duration::ZERO);
    let client = client(&service);
    for _ in 0..10 {
        client.call().await.unwrap_err();
    }
    let logins = service.state.lock().unwrap().logins.clone();
    assert!(logins.windows(2).all(|two| two[1] - two[0] >= SECOND), "{logins:?}");
}

#[tokio::test(start_paused = true)]
async fn u09_nobody_is_hurt_when_the_caller_who_fetches_gives_up() {
    // The leader is dropped after each number of polls that it may take, until it takes no more.
    for polls in 0.. {
        let service = Service::new();
        let client = client(&service);
        let mut leader = Box::pin(client.call());
        let mut done = false;
        for _ in 0..polls {
            done = poll_fn(|cx| Poll::Ready(leader.as_mut().poll(cx).is_ready())).await;
            if done {
                break;
            }
            tokio::time::advance(Duration::from_millis(300)).await;
        }
        let followers: Vec<_> = (0..10).map(|_| tokio::spawn(client.call())).collect();
        settle().await;
        drop(leader);
        for follower in followers {
            assert_eq!(follower.await.unwrap().unwrap(), 200, "leader dropped after {polls} polls");
        }
        assert_eq!(service.logins(), 1, "leader dropped after {polls} polls");
        if done {
            assert!(polls > 2, "the loop has cut the login in the middle");
            return;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_is_hurt_when_a_caller_gives_up_during_the_repeat_after_a_refusal() {
    for polls in 0.. {
        let service = Service::new().on_call(|token| match token {
            "token-2" => Answer::Is(200, "[]".to_owned()),
            _ => refusal(401, 11),
        });
        service.call_takes(SECOND);
        let client = client(&service);
        client.authenticate().await.unwrap();
        let mut leader = Box::pin(client.call());
        let mut done = false;
        for _ in 0..polls {
            done = poll_fn(|cx| Poll::Ready(leader.as_mut().poll(cx).is_ready())).await;
            if done {
                break;
            }
            tokio::time::advance(Duration::from_millis(300)).await;
            settle().await;
        }
        drop(leader);
        assert_eq!(client.call().await.unwrap(), 200, "dropped after {polls} polls");
        assert_eq!(service.logins(), 2, "dropped after {polls} polls");
        if done {
            return;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_deadline_ends_the_wait_and_not_the_login() {
    let service = Service::new();
    service.login_takes(10 * SECOND);
    let client = client(&service);
    let impatient = super::super::flight::within(&*service.clock, SECOND, client.call()).await;
    assert!(impatient.is_none());
    service.sleep(10 * SECOND).await;
    assert!(client.tokens.is_cached());
    assert_eq!(service.logins(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_login_without_any_answer_ends_in_a_stack_without_time_limits() {
    let service = Service::new();
    service.login_takes(1000 * HOUR);
    let client = client(&service);
    let error = client.call().await.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(error.to_string(), "cannot log in: no answer within 90 s");
}

#[tokio::test(start_paused = true)]
async fn m03_a_panic_in_the_stack_fails_the_login_and_poisons_nothing() {
    let service = Service::new().on_login(|n| if n == 1 { Answer::Panics } else { token("good") });
    let client = client(&service);
    for answer in all((0..100).map(|_| client.call())).await {
        let error = answer.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Other);
        assert_eq!(error.to_string(), "cannot log in: a service of the stack panicked");
    }
    assert_eq!(client.call().await.unwrap(), 200);
    assert_eq!(service.logins(), 2);
}

#[tokio::test(start_paused = true)]
async fn authenticate_logs_in_and_sends_nothing_else() {
    let service = Service::new();
    let client = client(&service);
    assert!(!client.tokens.is_cached());
    client.authenticate().await.unwrap();
    assert!(client.tokens.is_cached());
    client.authenticate().await.unwrap();
    assert_eq!(service.logins(), 1);
    assert!(service.tokens_seen().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_forgotten_token_is_fetched_anew_even_if_a_login_was_on_its_way() {
    let service = Service::new();
    let client = client(&service);
    client.call().await.unwrap();
    client.tokens.forget();
    assert!(!client.tokens.is_cached());
    let waiting = tokio::spawn(client.call());
    settle().await;
    client.tokens.forget();
    assert_eq!(waiting.await.unwrap().unwrap(), 200);
    assert_eq!(service.tokens_seen(), ["token-1", "token-3"]);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_waits_for_the_token_takes_no_place_from_the_login() {
    let service = Service::new();
    let one_at_a_time = tower::util::BoxCloneService::new(OnePlace::new(service.clone()));
    let tokens = Tokens::builder(&Environment::Test, Credentials::test())
        .clock(service.clock.clone())
        .build()
        .unwrap();
    let stack = TokenLayer::new(tokens).layer(one_at_a_time);
    for answer in all((0..5).map(|_| stack.clone().oneshot(request()))).await {
        assert_eq!(answer.unwrap().status(), 200);
    }
}

/// Hands out its one place when it is asked whether it is ready, as tower's concurrency limit does.
#[derive(Clone)]
struct OnePlace {
    service: Service,
    place: Arc<tokio::sync::Semaphore>,
    held: Option<Arc<tokio::sync::OwnedSemaphorePermit>>,
}

impl OnePlace {
    fn new(service: Service) -> OnePlace {
        OnePlace { service, place: Arc::new(tokio::sync::Semaphore::new(1)), held: None }
    }
}

impl tower_service::Service<Request<Body>> for OnePlace {
    type Response = Response<ResponseBody>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<ResponseBody>, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        if let Ok(permit) = self.place.clone().try_acquire_owned() {
            self.held = Some(Arc::new(permit));
            return Poll::Ready(Ok(()));
        }
        let waker = cx.waker().clone();
        let sleep = self.service.clock.sleep(Duration::from_millis(10));
        drop(tokio::spawn(async move {
            sleep.await;
            waker.wake();
        }));
        Poll::Pending
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let held = self.held.take().expect("made ready before");
        let answer = self.service.clone().answer(request);
        Box::pin(async move {
            let answer = answer.await;
            drop(held);
            answer
        })
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

#[test]
fn m07_a_login_that_went_down_with_its_runtime_is_sent_again_from_the_next() {
    let first = runtime();
    let service = first.block_on(async { Service::new() });
    service.login_takes(Duration::ZERO);
    let client = client(&service);
    first.block_on(async {
        service.login_takes(HOUR);
        let mut call = pin!(client.call());
        let is_ready = poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx).is_ready())).await;
        assert!(!is_ready);
        settle().await;
    });
    drop(first);
    service.login_takes(Duration::ZERO);
    assert_eq!(runtime().block_on(client.call()).unwrap(), 200);
    assert_eq!(service.logins(), 2);
}

#[test]
fn a_login_whose_runtime_stands_still_is_sent_again_after_a_while() {
    let first = runtime();
    let service = first.block_on(async { Service::new() });
    let client = client(&service);
    first.block_on(async {
        let mut call = pin!(client.call());
        let is_ready = poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx).is_ready())).await;
        assert!(!is_ready);
    });
    service.login_takes(Duration::ZERO);
    assert_eq!(runtime().block_on(client.call()).unwrap(), 200);
    assert_eq!(service.logins(), 1, "the first one has never left");
    drop(first);
}

#[test]
fn who_gives_a_login_up_later_does_not_give_up_the_next_one() {
    let (still, other) = (runtime(), runtime());
    let service = still.block_on(async { Service::new() });
    let client = client(&service);
    let mut call = Box::pin(client.call());
    let is_ready = still.block_on(poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx).is_ready())));
    assert!(!is_ready);
    service.login_takes(4 * SECOND);
    other.block_on(async {
        let early = tokio::spawn(client.call());
        service.sleep(2 * SECOND).await;
        // It loses patience while the login that the other one sent is on its way.
        let late = tokio::spawn(client.call());
        assert_eq!(early.await.unwrap().unwrap(), 200);
        assert_eq!(late.await.unwrap().unwrap(), 200);
    });
    assert_eq!(service.logins(), 1, "the first one has never left");
}

#[test]
fn a_login_that_was_given_up_too_early_counts_when_it_lands_after_all() {
    let (slow, other) = (runtime(), runtime());
    let service = slow.block_on(async { Service::new() });
    let client = client(&service);
    let mut call = Box::pin(client.call());
    let is_ready = slow.block_on(poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx).is_ready())));
    assert!(!is_ready);
    // From the other runtime the first one seems dead; a second login is sent, of which nothing is heard.
    service.login_takes(HOUR);
    let mut second = Box::pin(client.call());
    other.block_on(async {
        let waits = super::super::flight::within(&*service.clock, MINUTE, second.as_mut()).await;
        assert!(waits.is_none());
    });
    service.login_takes(SECOND);
    assert_eq!(slow.block_on(call).unwrap(), 200);
    assert_eq!(service.tokens_seen().len(), 1);
    assert_eq!(service.logins(), 2);
}

#[test]
fn r04_callers_outside_a_runtime_are_told_so() {
    let runtime = runtime();
    let service = runtime.block_on(async { Service::new() });
    let client = client(&service);
    let mut call = pin!(client.call());
    let mut cx = Context::from_waker(std::task::Waker::noop());
    let Poll::Ready(answer) = call.as_mut().poll(&mut cx) else { panic!("no runtime, nothing to wait for") };
    assert_eq!(
        answer.unwrap_err().to_string(),
        "the login needs a tokio runtime, and this call is made outside of any"
    );
}

#[test]
fn cold_callers_on_many_threads_log_in_once() {
    const CALLERS: usize = 1000;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    for _ in 0..20 {
        let service = runtime.block_on(async { Service::new() });
        service.login_takes(Duration::ZERO);
        // The login holds its thread up until all the others are under way.
        let under_way = Arc::new(std::sync::Barrier::new(2));
        let started = Arc::clone(&under_way);
        let service = service.on_login(move |_| {
            started.wait();
            token("one")
        });
        let client = client(&service);
        let calls: Vec<_> = (0..CALLERS).map(|_| runtime.spawn(client.call())).collect();
        under_way.wait();
        for call in calls {
            assert_eq!(runtime.block_on(call).unwrap().unwrap(), 200);
        }
        assert_eq!(service.logins(), 1);
    }
}

#[test]
fn callers_on_many_threads_share_one_token() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    let service = runtime.block_on(async { Service::new() });
    service.login_takes(Duration::ZERO);
    let client = client(&service);
    runtime.block_on(client.call()).unwrap();
    let failed = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for answer in runtime.block_on(all((0..100).map(|_| client.call()))) {
                    failed.fetch_or(answer.is_err(), Ordering::Relaxed);
                }
            });
        }
    });
    assert!(!failed.into_inner());
    assert_eq!(service.logins(), 1);
}
