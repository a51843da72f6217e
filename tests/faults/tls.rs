//! Certificates that are not to be trusted, and handshakes that fail.

use std::time::Duration;

use atol_tests::{Authority, Rig, Script, TOKEN, answer, get};
use atol_transport::clock::Clock;
use atol_transport::error::{ErrorKind, Phase, Sent, TlsFailure};
use atol_transport::tls::RootCertificates;
use atol_transport::{Error, RetryPolicy};
use rustls::crypto::CryptoProvider;

/// A server that would answer, if only it were trusted.
fn willing(server: &std::sync::Arc<rustls::ServerConfig>) -> Script {
    Script::new().tls(server).exchange(answer(200, "[]")).stall()
}

/// Why `script` is refused by a client that trusts `roots` only: for good, and before it has seen a request.
async fn refused(script: Script, roots: RootCertificates) -> Error {
    let rig = Rig::new([script]);
    let client = rig.in_memory_tls().only_root_certificates(roots).build().unwrap();
    let error = get(&client).await.unwrap_err();
    assert_eq!((error.sent(), error.attempts()), (Sent::No, 1), "{}", error.report());
    assert_eq!((rig.log().connections(), rig.log().requests()), (1, 0));
    assert!(!format!("{error:?} {}", error.report()).contains(TOKEN));
    error
}

/// That a client which trusts `roots` only gets its answer from `script`.
async fn trusted(script: Script, roots: RootCertificates) {
    let rig = Rig::new([script]);
    let client = rig.in_memory_tls().only_root_certificates(roots).build().unwrap();
    get(&client).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn t01_an_unknown_authority_is_refused_with_advice_how_to_trust_it() {
    let (ministry, known) = (Authority::new("Ministry"), Authority::new("Known"));
    let error = refused(willing(&ministry.server("kkt.test")), known.roots()).await;
    assert_eq!(error.kind(), ErrorKind::Tls(TlsFailure::UnknownIssuer));
    insta::assert_snapshot!(error.report(), @r"
        TLS with `kkt.test` failed: its certificate is signed by an unknown authority
          what to do: the server's certificate is signed by an authority that is not trusted here, or the server left out an intermediate certificate; if a company proxy or the НУЦ Минцифры signed it, get that root (the latter from https://www.gosuslugi.ru/crt), check its fingerprint and pass it as an additional root certificate (`--ca-file`, `root_certificates`), which also helps with a missing intermediate; verification cannot be turned off
        ");
    trusted(willing(&ministry.server("kkt.test")), ministry.roots()).await;
}

#[tokio::test(start_paused = true)]
async fn t01_additional_roots_are_trusted_beside_those_of_the_machine() {
    let ministry = Authority::new("Ministry");
    let rig = Rig::new([willing(&ministry.server("kkt.test"))]);
    let client = rig.in_memory_tls().build().unwrap();
    assert_eq!(get(&client).await.unwrap_err().kind(), ErrorKind::Tls(TlsFailure::UnknownIssuer));
    let client = rig.in_memory_tls().root_certificates(ministry.roots()).build().unwrap();
    get(&client).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn t01_a_certificate_signed_by_itself_is_refused() {
    let error = refused(willing(&Authority::self_signed("kkt.test")), Authority::new("Known").roots()).await;
    assert_eq!(error.kind(), ErrorKind::Tls(TlsFailure::UnknownIssuer));
}

#[tokio::test(start_paused = true)]
async fn t02_a_certificate_for_another_name_is_refused() {
    let authority = Authority::new("Test root");
    let error = refused(willing(&authority.server("other.test")), authority.roots()).await;
    assert_eq!(error.kind(), ErrorKind::Tls(TlsFailure::WrongName));
    insta::assert_snapshot!(error.report(), @r"
        TLS with `kkt.test` failed: its certificate is for another name
          what to do: check the environment's address; something may be answering in the service's place
        ");
}

#[tokio::test(start_paused = true)]
async fn t03_a_certificate_outside_its_time_is_refused_with_both_clocks() {
    let authority = Authority::new("Test root");
    let (early, late) = ("2026-01-01T00:00:00Z".parse().unwrap(), "2026-11-01T00:00:00Z".parse().unwrap());
    let far = "2027-01-01T00:00:00Z".parse().unwrap();
    let expired =
        refused(willing(&authority.server_between("kkt.test", early, late)), authority.roots()).await;
    assert_eq!(expired.kind(), ErrorKind::Tls(TlsFailure::Expired));
    let early = "2026-12-01T00:00:00Z".parse().unwrap();
    let early = refused(willing(&authority.server_between("kkt.test", early, far)), authority.roots()).await;
    assert_eq!(early.kind(), ErrorKind::Tls(TlsFailure::NotYetValid));
    insta::assert_snapshot!(format!("{}\n{}", expired.report(), early.report()), @r"
        TLS with `kkt.test` failed: its certificate expired at 2026-11-01T00:00:00Z, and this machine's clock says 2026-11-24T10:00:00Z
          what to do: check this machine's clock first; if it is right, the service must renew its certificate
        TLS with `kkt.test` failed: its certificate is not valid before 2026-12-01T00:00:00Z, and this machine's clock says 2026-11-24T10:00:00Z
          what to do: check this machine's clock first; if it is right, the service must renew its certificate
        ");
}

#[tokio::test(start_paused = true)]
async fn t03_the_time_of_certificates_is_that_of_the_client_s_clock() {
    let authority = Authority::new("Test root");
    let (from, until) = ("2026-01-01T00:00:00Z".parse().unwrap(), "2026-11-01T00:00:00Z".parse().unwrap());
    let rig = Rig::new([willing(&authority.server_between("kkt.test", from, until))]);
    rig.clock().set_wall("2026-10-31T00:00:00Z".parse().unwrap());
    let client = rig.in_memory_tls().only_root_certificates(authority.roots()).build().unwrap();
    get(&client).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn t04_one_in_the_middle_with_an_authority_of_the_same_name_never_sees_the_token() {
    let (real, fake) = (Authority::new("Test root"), Authority::new("Test root"));
    let error = refused(willing(&fake.server("kkt.test")), real.roots()).await;
    assert!(error.is_tls(), "{}", error.report());
}

#[tokio::test(start_paused = true)]
async fn t05_a_handshake_that_stops_is_given_up_with_the_limit_on_connecting() {
    // Nothing at all, and the beginning of a ServerHello.
    let started = Script::new().write(b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03".as_slice());
    for script in [Script::new().stall(), started.stall()] {
        let rig = Rig::new([script]);
        let client = rig.in_memory_tls().retry(RetryPolicy::never()).build().unwrap();
        let error = get(&client).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout(Phase::Tls));
        assert_eq!(rig.clock().monotonic(), Duration::from_secs(5));
    }
}

#[tokio::test(start_paused = true)]
async fn t06_a_port_that_speaks_no_tls_is_refused() {
    let script = Script::new().write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").stall();
    let error = refused(script, Authority::new("Test root").roots()).await;
    assert_eq!(error.kind(), ErrorKind::Tls(TlsFailure::NotTls));
    insta::assert_snapshot!(error.report(), @r"
        TLS with `kkt.test` failed: the other side does not speak TLS on this port
          what to do: check the port; something between here and the service may be answering in its place
        ");
}

#[tokio::test(start_paused = true)]
async fn t07_a_handshake_that_is_cut_off_is_tried_again() {
    let authority = Authority::new("Test root");
    for cut in [Script::new(), Script::new().reset()] {
        let rig = Rig::new([cut, willing(&authority.server("kkt.test"))]);
        let client = rig.over_sockets_tls().await.only_root_certificates(authority.roots()).build().unwrap();
        assert_eq!(get(&client).await.unwrap().attempts(), 2);
    }
    let rig = Rig::new([Script::new()]);
    let client = rig.in_memory_tls().build().unwrap();
    let error = get(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Tls(TlsFailure::Closed), Sent::No));
}

#[tokio::test(start_paused = true)]
async fn t08_a_missing_intermediate_is_told_and_can_be_made_up_for() {
    let root = Authority::new("Test root");
    let complete = root.intermediate("Sub").server("kkt.test");
    trusted(willing(&complete), root.roots()).await;

    let sub = root.intermediate("Sub").forgetful();
    let error = refused(willing(&sub.server("kkt.test")), root.roots()).await;
    assert_eq!(error.kind(), ErrorKind::Tls(TlsFailure::UnknownIssuer));
    assert!(error.advice().unwrap().contains("missing intermediate"), "{}", error.report());
    trusted(willing(&sub.server("kkt.test")), sub.roots()).await;
}

/// An answer without a length, in TLS, that `end` ends.
async fn undelimited(body: &str, end: impl Fn(Script) -> Script) -> Result<bytes::Bytes, ErrorKind> {
    let authority = Authority::new("Test root");
    let script =
        Script::new().tls(&authority.server("kkt.test")).exchange(format!("HTTP/1.1 200 OK\r\n\r\n{body}"));
    let rig = Rig::new([end(script)]);
    let client = rig
        .over_sockets_tls()
        .await
        .only_root_certificates(authority.roots())
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    get(&client).await.map(atol_transport::Response::into_value).map_err(|error| error.kind())
}

#[tokio::test(start_paused = true)]
async fn t09_an_end_without_close_notify_is_a_torn_body_even_when_the_json_looks_whole() {
    for body in ["[1,", "[1,2]"] {
        assert_eq!(undelimited(body, Script::cut).await, Err(ErrorKind::Truncated), "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn t10_a_proper_end_in_the_middle_of_the_json_is_a_torn_body() {
    assert_eq!(undelimited("[1,", Script::fin).await, Err(ErrorKind::Truncated));
    assert_eq!(undelimited("[1,2]", Script::fin).await.unwrap(), "[1,2]");
}

#[tokio::test(start_paused = true)]
async fn t11_a_server_with_nothing_in_common_is_refused_by_name() {
    let alert = Script::new().write(b"\x15\x03\x03\x00\x02\x02\x28".as_slice()).stall();
    let error = refused(alert, Authority::new("Test root").roots()).await;
    assert_eq!(error.kind(), ErrorKind::Tls(TlsFailure::Other));
    insta::assert_snapshot!(error.report(), @r"
        TLS with `kkt.test` failed: no version and cipher suite in common: received fatal alert: HandshakeFailure
          what to do: the other side offers only what is no longer safe (before TLS 1.2, RSA key exchange, CBC) or only GOST suites, which is for its operator to change; a company proxy in between may be the cause
        ");
}

/// A provider of cryptography that cannot do anything.
fn useless() -> CryptoProvider {
    CryptoProvider {
        cipher_suites: Vec::new(),
        kx_groups: Vec::new(),
        ..rustls::crypto::ring::default_provider()
    }
}

#[tokio::test(start_paused = true)]
async fn t01_whatever_provider_the_process_has_by_default_is_not_asked() {
    // A default that is there is also what keeps rustls from choosing one, which fails where there are two.
    useless().install_default().unwrap();
    let authority = Authority::new("Test root");
    let rig = Rig::new([willing(&authority.server("kkt.test"))]);
    for builder in [
        rig.in_memory_tls().only_root_certificates(authority.roots()),
        rig.in_memory_tls().root_certificates(authority.roots()),
    ] {
        get(&builder.build().unwrap()).await.unwrap();
    }
}
