//! The service below the default stack, answering as told.

use std::sync::{Arc, Mutex};

use atol_model::Kkt;
use atol_monitor::KktMonitor;
use atol_transport::{Body, Client, Credentials, Environment, Error, ErrorKind, ResponseBody};
use http::{Request, Response};
use tower::service_fn;

/// What is answered to a request: status, one header, body; or nothing, because the connection breaks.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    Http(u16, Option<(&'static str, String)>, Vec<u8>),
    Broken,
    Never,
}

impl Answer {
    pub(crate) fn json(body: impl Into<Vec<u8>>) -> Answer {
        Answer::Http(200, None, body.into())
    }

    pub(crate) fn status(status: u16, body: impl Into<Vec<u8>>) -> Answer {
        Answer::Http(status, None, body.into())
    }
}

/// A service that keeps what it was asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Service {
    requests: Arc<Mutex<Vec<Asked>>>,
}

/// A request as it reached the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) uri: String,
    pub(crate) token: Option<String>,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) fn is_login(&self) -> bool {
        self.uri.ends_with("/gettoken")
    }
}

impl Service {
    /// A monitor of a service that answers logins with a token and everything else as `answer` says, which gets the
    /// number of the request, counted from 0 without logins.
    pub(crate) fn monitor(
        &self,
        answer: impl Fn(usize, &Asked) -> Answer + Clone + Send + Sync + 'static,
    ) -> KktMonitor {
        self.monitor_with_login(
            |number| Answer::json(format!(r#"{{"error":null,"token":"token-{number}"}}"#)),
            answer,
        )
    }

    /// The same with logins answered as told.
    pub(crate) fn monitor_with_login(
        &self,
        login: impl Fn(usize) -> Answer + Clone + Send + Sync + 'static,
        answer: impl Fn(usize, &Asked) -> Answer + Clone + Send + Sync + 'static,
    ) -> KktMonitor {
        let service = self.clone();
        let leaf = service_fn(move |request: Request<Body>| {
            let asked = Asked {
                uri: request.uri().to_string(),
                token: request.headers().get("token").map(|token| token.to_str().unwrap().to_owned()),
                body: String::from_utf8(request.body().as_bytes().to_vec()).unwrap(),
            };
            let mut requests = service.requests.lock().unwrap();
            let number = requests.iter().filter(|other| other.is_login() == asked.is_login()).count();
            let answer = if asked.is_login() { login(number) } else { answer(number, &asked) };
            requests.push(asked);
            drop(requests);
            async move {
                match answer {
                    Answer::Http(status, header, body) => {
                        let mut response = Response::builder().status(status);
                        if let Some((name, value)) = header {
                            response = response.header(name, value);
                        }
                        Ok(response.body(ResponseBody::full(body)).unwrap())
                    }
                    Answer::Broken => Err(Error::new(ErrorKind::Interrupted, "the connection was reset")),
                    Answer::Never => std::future::pending().await,
                }
            }
        });
        let client = Client::builder(Environment::Test, Credentials::test()).leaf(leaf).build().unwrap();
        KktMonitor::from_client(client)
    }

    /// What was asked, oldest first.
    pub(crate) fn requests(&self) -> Vec<Asked> {
        self.requests.lock().unwrap().clone()
    }

    /// How often the list or a register was asked for.
    pub(crate) fn calls(&self) -> usize {
        self.requests().iter().filter(|asked| !asked.is_login()).count()
    }
}

pub(crate) const SERIAL: &str = "00107703864827";

/// A register of which everything is known.
pub(crate) fn kkt() -> Kkt {
    Kkt::from_json(include_bytes!("../../crates/atol-model/tests/fixtures/register.json")).unwrap()
}

/// The register, with one attribute written otherwise.
pub(crate) fn with(name: &str, value: &str) -> String {
    let mut json = kkt().to_value();
    json[name] = serde_json::from_str(value).unwrap();
    json.to_string()
}
