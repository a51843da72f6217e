//! Whatever happened, an hour of health is enough.

use super::*;

/// Anything that a login or a call may run into.
fn any_answer(random: &mut fastrand::Rng, text: &str) -> Answer {
    match random.u8(0..14) {
        0 => Answer::Panics,
        1 => Answer::Breaks(ErrorKind::Interrupted),
        2 => Answer::Breaks(ErrorKind::Truncated),
        3 => Answer::Is(503, String::new()),
        4 => Answer::Is(200, "<html>".to_owned()),
        5 => Answer::Is(200, String::new()),
        6 => Answer::Is(401, String::new()),
        7 => refusal(401, 10),
        8 => refusal(401, 11),
        9 => refusal(401, 12),
        10 => refusal(403, 14),
        11 => token("same"),
        12 => token("not legal"),
        _ => token(text),
    }
}

#[tokio::test(start_paused = true)]
async fn after_two_days_of_faults_an_hour_of_health_is_enough() {
    for seed in 0..30 {
        let mut random = fastrand::Rng::with_seed(seed);
        let (mut on_login, mut on_call) = (random.fork(), random.fork());
        let service = Service::new()
            .on_login(move |n| any_answer(&mut on_login, &format!("token-{n}")))
            .on_call(move |_| match any_answer(&mut on_call, "") {
                Answer::Panics => Answer::Breaks(ErrorKind::Interrupted),
                other => other,
            });
        let client = client_with(&service, |builder| builder.seed(seed));
        while service.clock.monotonic() < 48 * HOUR {
            if random.u8(0..8) == 0 {
                // A caller who gives up.
                drop(super::super::flight::within(&*service.clock, SECOND / 2, client.call()).await);
            } else {
                drop(client.call().await);
            }
            if random.u8(0..100) == 0 {
                let wall = random.i64(-40_000_000_000..200_000_000_000);
                service.clock.set_wall(jiff::Timestamp::from_second(wall).unwrap());
            }
            service.sleep(SECOND * random.u32(0..240)).await;
        }
        let service = service.on_login(|n| token(format!("good-{n}"))).on_call(|token| {
            if token.starts_with("good") { Answer::Is(200, "[]".to_owned()) } else { refusal(401, 11) }
        });
        service.sleep(HOUR).await;
        assert_eq!(client.call().await.unwrap(), 200, "seed {seed}");
        assert_eq!(client.call().await.unwrap(), 200, "seed {seed}");
    }
}
