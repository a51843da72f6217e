//! An in-process stand-in of the ATOL Online monitoring API: for your tests, and for trying things out without a shop.
//!
//! It logs clients in, lists cash registers (ККТ) page by page, answers for one of them, refuses what the service
//! refuses, and goes wrong in the ways that services and networks do. It runs on [wiremock] on a port of your machine;
//! nothing goes to the internet.
//!
//! # A test of yours
//!
//! Let the code under test talk to [`MockAtol::uri`], then look at what it made of the answers and at what it sent.
//! With `atol-monitor` the address goes into `Environment::custom`, for other clients it takes the place of
//! `https://online.atol.ru`.
//!
//! ```
//! use atol_mock::{Call, Fault, Fleet, MockAtol};
//! use atol_model::Kkt;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let fleet = Fleet::from_kkts([
//!     Kkt::builder("00107703864827").unsent_docs(17).build(),
//!     Kkt::builder("00107703864828").build(),
//! ]);
//! let mock = MockAtol::builder()
//!     .fleet(fleet)
//!     .credentials("shop", "s3cret")
//!     .fault(Fault::Html(502).on(Call::List).once()) // is the first failure survived?
//!     .start()
//!     .await;
//!
//! let behind = registers_behind(&mock.uri(), "shop", "s3cret");
//!
//! assert_eq!(behind, ["00107703864827"]);
//! let seen: Vec<_> = mock.requests().iter().map(|request| (request.path().to_owned(), request.status())).collect();
//! assert_eq!(
//!     seen,
//!     [
//!         ("/api/auth/v1/gettoken".to_owned(), 200),
//!         ("/api/kkt/v1/cash-registers".to_owned(), 502),
//!         ("/api/kkt/v1/cash-registers".to_owned(), 200),
//!     ]
//! );
//! # }
//! #
//! # /// The code under test.
//! # fn registers_behind(base: &str, login: &str, password: &str) -> Vec<String> {
//! #     use std::io::{Read as _, Write as _};
//! #     let send = |request: String| {
//! #         let mut stream = std::net::TcpStream::connect(base.trim_start_matches("http://")).unwrap();
//! #         stream.write_all(request.as_bytes()).unwrap();
//! #         let mut answer = String::new();
//! #         stream.read_to_string(&mut answer).unwrap();
//! #         let (head, body) = answer.split_once("\r\n\r\n").unwrap();
//! #         (head.starts_with("HTTP/1.1 200"), body.to_owned())
//! #     };
//! #     let body = format!(r#"{{"login":"{login}","pass":"{password}"}}"#);
//! #     let (_, body) = send(format!(
//! #         "POST /api/auth/v1/gettoken HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
//! #          Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
//! #         body.len()
//! #     ));
//! #     let token = atol_model::TokenResponse::from_json(body.as_bytes()).unwrap().into_token();
//! #     let list = (0..3)
//! #         .map(|_| {
//! #             send(format!(
//! #                 "GET /api/kkt/v1/cash-registers HTTP/1.1\r\nHost: x\r\nConnection: close\r\nToken: {token}\r\n\r\n"
//! #             ))
//! #         })
//! #         .find_map(|(ok, body)| ok.then_some(body))
//! #         .unwrap();
//! #     let list = atol_model::KktList::from_json(list.as_bytes()).unwrap();
//! #     list.iter().filter(|kkt| kkt.unsent_docs > Some(0)).map(|kkt| kkt.serial_number.clone()).collect()
//! # }
//! ```
//!
//! # What there is
//!
//! - [`Fleet`]: the registers. Yours, raw JSON, or as many as you like [made](Fleet::generate) from a seed, with right
//!   checksums and with [`Trouble`]. A made fleet can [live](Fleet::evolving): shifts, documents, broken links.
//! - [`Fault`]: what goes wrong, on which [`Call`], how often.
//! - [`RecordedRequest`]: what was asked, without the secrets.
//! - [`Clock`]: yours, if tokens should expire and days should pass when you say so. [`ManualClock`] is one.
//!
//! # Cookbook
//!
//! Break things in the middle of a test:
//!
//! ```
//! use atol_mock::{Call, Fault, MockAtol};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let mock = MockAtol::start().await;
//! mock.set_fault(Fault::MalformedElement.on(Call::List)); // from now on
//! mock.revoke_tokens(); // every client has to log in again
//! mock.clear_faults();
//! # }
//! ```
//!
//! Let a day pass:
//!
//! ```
//! use std::time::Duration;
//! use atol_mock::{Fleet, ManualClock, MockAtol};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), jiff::Error> {
//! let clock = ManualClock::new("2025-06-02T12:00:00Z".parse()?);
//! let mock = MockAtol::builder()
//!     .fleet(Fleet::generate(1, 60, "2025-06-02T12:00:00Z".parse()?).evolving())
//!     .clock(clock.clone())
//!     .start()
//!     .await;
//! clock.advance(Duration::from_secs(24 * 3600)); // tokens are old, shifts have changed
//! # let _ = mock;
//! # Ok(())
//! # }
//! ```
//!
//! Find registers in trouble to assert on:
//!
//! ```
//! use atol_mock::{Fleet, Trouble};
//!
//! let fleet = Fleet::generate(1, 100, "2025-06-02T12:00:00Z".parse()?);
//! assert!(!fleet.serials_with(Trouble::UnsentBlocked).is_empty());
//! # Ok::<(), jiff::Error>(())
//! ```
//!
//! # What it does, and how sure that is
//!
//! The vendor's document for this API is not public. Each row says where the behaviour comes from: **A**, seen in a
//! client that worked against the service; **B**, documented by the vendor for the registration API, which has the same
//! login and the same error object; **C**, a choice of this crate, because nothing is known. Do not let your code rely
//! on a C: make it right for the other choices too, some of which are a [`Fault`] away.
//!
//! | call | answer | sure |
//! |---|---|---|
//! | `POST /api/auth/v1/gettoken` with `login` and `pass` | 200, `{"error": null, "token": …, "timestamp": …}` | B |
//! | … once more | the same token with what is left of its 24 hours, then a new one | B |
//! | … with a wrong pair | 401, code 12 | B |
//! | … without JSON, without strings of 1 to 100 characters, with a bad `source` | 400, code 13 | lengths A, the rest C |
//! | … of another media type than JSON | 415, code 41 | C |
//! | `GET /api/auth/v1/gettoken` | 400 | A; that the code is 40: C |
//! | any other call without the header `Token` | 401, code 10 | B |
//! | … with a token that is expired, [revoked](MockAtol::revoke_tokens) or unknown | 401, code 11 | B; the unknown: C |
//! | any call of a [blocked](MockAtol::set_blocked) user | 403, code 14 | B |
//! | `GET /api/kkt/v1/cash-registers` | 200, a JSON array | A |
//! | … with `limit` and `offset` in the query | that part of the list, in an order that never changes | C |
//! | … with a `limit` above the [cap](MockAtolBuilder::page_cap) | as many as the cap allows, without a word | C |
//! | … without a `limit` | all, or the [default](MockAtolBuilder::default_limit) | C |
//! | … with an `offset` behind the end | `[]` | C |
//! | … with a `limit` or `offset` that is no number, or a `limit` of 0 | 400, code 32 | C |
//! | `GET /api/kkt/v1/cash-registers/{serialNumber}` | 200, `{"data": …}`, `application/hal+json` | A |
//! | … of a register that is not there | 404, code 40 | C |
//! | … without `Accept: application/hal+json` | the same answer | C |
//! | another method | 400, code 31 | C |
//! | another path | 404, an HTML page | C |
//! | a refusal | `{"error": {"error_id", "code", "text", "type"}, "timestamp": "dd.mm.yyyy HH:MM:SS"}`, text in Russian | B |
//! | the zone of that time stamp | Moscow's | C |
//!
//! Most of the project's contract cases are played on it too, so that it and the client cannot drift apart.
//!
//! # What it does not do
//!
//! No TLS, no rate limit, and no faults below HTTP: connections that are reset, bodies cut off in the middle, headers
//! that never end need a raw socket. Answers are made one at a time on one thread.
//!
//! [wiremock]: https://docs.rs/wiremock

mod answer;
mod clock;
mod fault;
mod fleet;
mod request_log;
mod running;
mod server;
mod service;
mod tokens;

pub use clock::{Clock, ManualClock, SystemClock};
pub use fault::{Call, Fault, FaultRule};
pub use fleet::{Fleet, Trouble};
pub use request_log::RecordedRequest;
pub use server::{MockAtol, MockAtolBuilder};

/// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
