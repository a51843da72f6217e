//! Answers that are not as HTTP has them.

use std::time::Duration;

use atol_tests::{Rig, Script, answer, get};
use atol_transport::Error;
use atol_transport::clock::Clock;
use atol_transport::error::ErrorKind;

/// Why a call failed whose every attempt meets `script`.
async fn failure(script: Script) -> (Rig, Error) {
    let rig = Rig::new([script]);
    let client = rig.over_sockets().await.build().unwrap();
    let error = get(&client).await.unwrap_err();
    (rig, error)
}

/// That bytes are no answer, and not asked for again.
async fn no_answer(bytes: impl Into<Vec<u8>>) -> String {
    let (rig, error) = failure(Script::new().exchange(bytes.into()).stall()).await;
    assert_eq!(error.kind(), ErrorKind::Protocol, "{}", error.report());
    assert_eq!((error.attempts(), rig.log().connections()), (1, 1));
    error.report()
}

/// That bytes are an answer with `[]`.
async fn good_answer(bytes: &str) {
    let rig = Rig::new([Script::new().exchange(bytes.to_owned())]);
    let client = rig.over_sockets().await.build().unwrap();
    assert_eq!(get(&client).await.unwrap().value(), "[]", "{bytes}");
}

#[tokio::test(start_paused = true)]
async fn h10_interim_answers_without_end_are_cut_off_at_once() {
    let hint = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(100);
    let (rig, error) = failure(Script::new().read().repeat(hint)).await;
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Protocol, 1));
    assert_eq!(rig.clock().monotonic(), Duration::ZERO);
    insta::assert_snapshot!(error, @"what came is not an HTTP answer: 8 MiB came and still no answer was complete");
}

#[tokio::test(start_paused = true)]
async fn h10_a_few_interim_answers_are_passed_over() {
    good_answer(
        "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn h11_more_than_64_headers_are_too_many() {
    let headers = "X: y\r\n".repeat(63);
    good_answer(&format!("HTTP/1.1 200 OK\r\n{headers}Content-Length: 2\r\n\r\n[]")).await;
    let told = no_answer(format!("HTTP/1.1 200 OK\r\n{headers}Y: z\r\nContent-Length: 2\r\n\r\n[]")).await;
    insta::assert_snapshot!(told, @"what came is not an HTTP answer: message head is too large");
}

#[tokio::test(start_paused = true)]
async fn h12_a_head_of_32_kib_is_taken_and_one_of_twice_that_is_too_large() {
    let head = |kib: usize| {
        format!("HTTP/1.1 200 OK\r\nX-Long: {}\r\nContent-Length: 2\r\n\r\n[]", "x".repeat(kib * 1024))
    };
    good_answer(&head(31)).await;
    // What is read at once may go beyond the limit, by no more than the limit itself.
    no_answer(head(65)).await;
}

#[tokio::test(start_paused = true)]
async fn h13_two_lengths_are_no_answer_and_close_the_connection() {
    for lengths in [
        "Content-Length: 2\r\nContent-Length: 5\r\n",
        "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n",
    ] {
        let bytes = format!("HTTP/1.1 200 OK\r\n{lengths}\r\n2\r\n[]\r\n0\r\n\r\n");
        let (rig, error) = failure(Script::new().exchange(bytes).stall()).await;
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Protocol, 1), "{lengths}");
        rig.clock().sleep(Duration::from_millis(1)).await;
        assert!(rig.log().to_string().contains("closed 1"), "{lengths}\n{}", rig.log());
    }
}

#[tokio::test(start_paused = true)]
async fn h14_bytes_after_a_body_never_become_the_next_answer() {
    let evil = || answer(200, r#"["of another register"]"#);
    let honest = || answer(200, "[1]");
    let chunked = || "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[1]\r\n0\r\n\r\n".to_owned();
    let second = Duration::from_secs(1);
    // Bytes that come while a request waits for its answer are its answer, so only what comes before counts.
    for (script, pauses) in [
        (Script::new().exchange(honest() + &evil()), [Duration::ZERO, second]),
        (Script::new().exchange(chunked() + &evil()), [Duration::ZERO, second]),
        (Script::new().exchange(honest()).write(evil()), [Duration::ZERO, second]),
        (Script::new().exchange(honest()).sleep(second).write(evil()), [2 * second, 10 * second]),
        (
            Script::new().exchange(honest()).sleep(second).write("\r\n").write(evil()),
            [2 * second, 10 * second],
        ),
    ] {
        for pause in pauses {
            let good = Script::new().exchange(answer(200, "[2]"));
            let rig = Rig::new([script.clone().stall(), good.stall()]);
            let client = rig.over_sockets().await.build().unwrap();
            assert_eq!(get(&client).await.unwrap().value(), "[1]");
            if !pause.is_zero() {
                rig.clock().sleep(pause).await;
            }
            assert_eq!(get(&client).await.unwrap().value(), "[2]", "{script:?} {pause:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn h15_the_late_answer_to_a_call_that_was_given_up_reaches_nobody() {
    let late = Script::new().read().sleep(Duration::from_secs(2)).write(answer(200, "[1]")).stall();
    let rig = Rig::new([late, Script::new().exchange(answer(200, "[2]")).stall()]);
    let client = rig.over_sockets().await.build().unwrap();
    tokio::select! {
        biased;
        answer = get(&client) => panic!("{answer:?}"),
        () = rig.clock().sleep(Duration::from_secs(1)) => {}
    }
    assert_eq!(get(&client).await.unwrap().value(), "[2]");
    assert_eq!(rig.log().connections(), 2);
}

#[tokio::test(start_paused = true)]
async fn h18_a_body_without_end_is_too_large_at_8_mib_whatever_length_it_claims() {
    let piece = "x".repeat(0x4000);
    let chunk = format!("4000\r\n{piece}\r\n");
    for (headers, piece) in
        [("Content-Length: 107374182400\r\n", piece), ("Transfer-Encoding: chunked\r\n", chunk)]
    {
        let script = Script::new().exchange(format!("HTTP/1.1 200 OK\r\n{headers}\r\n")).repeat(piece);
        let (_, error) = failure(script).await;
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::BodyTooLarge, 1), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn h19_other_protocols_are_no_answer() {
    let mut told = Vec::new();
    for bytes in [
        b"220 mail.example.com ESMTP\r\n".as_slice(),
        b"\x15\x03\x03\x00\x02\x02\x28",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/2.0 200 OK\r\n\r\n",
        b"<html>",
        b"\0\0\0\0",
    ] {
        told.push(no_answer(bytes).await);
    }
    told.dedup();
    insta::assert_snapshot!(told.join("\n"), @"what came is not an HTTP answer: invalid HTTP version parsed");
}

#[tokio::test(start_paused = true)]
async fn h20_old_and_odd_forms_are_taken() {
    for bytes in [
        "HTTP/1.0 200 OK\r\n\r\n[]",
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n[]",
        "HTTP/1.1 200 ok then\r\nCONTENT-LENGTH: 2\r\n\r\n[]",
        "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\n[]",
        "HTTP/1.1 200\r\ncontent-length:2\r\n\r\n[]",
    ] {
        good_answer(bytes).await;
    }
    for bytes in [
        "HTTP/1.1 200 OK\r\nX-Folded: a\r\n b\r\nContent-Length: 2\r\n\r\n[]",
        "HTTP/1.1 200 OK\r\nX Space: a\r\nContent-Length: 2\r\n\r\n[]",
        "HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\n[]",
        "HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n[]",
        "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n",
    ] {
        no_answer(bytes).await;
    }
}
