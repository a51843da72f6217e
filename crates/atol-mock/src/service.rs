//! The service itself: from a request to an answer.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use atol_model::ServiceErrorCode as Code;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use wiremock::http::Method;
use wiremock::{Request, Respond, ResponseTemplate};

use crate::answer::{self, Answer, Problem};
use crate::clock::Clock;
use crate::fault::{self, Call, Fault, FaultRule, Stage};
use crate::fleet::Fleet;
use crate::request_log::RecordedRequest;
use crate::tokens::Tokens;

const LOGIN_PATH: &str = "/api/auth/v1/gettoken";
const LIST_PATH: &str = "/api/kkt/v1/cash-registers";

/// Shared by the HTTP server and the handle that the user has.
pub(crate) struct Service {
    pub(crate) accounts: Vec<(String, String)>,
    pub(crate) page_cap: Option<usize>,
    pub(crate) default_limit: Option<usize>,
    pub(crate) token_ttl: Duration,
    pub(crate) clock: Arc<dyn Clock>,
    /// What an evolving fleet goes by.
    pub(crate) fleet_clock: Arc<dyn Clock>,
    pub(crate) fleet: Mutex<Arc<Fleet>>,
    pub(crate) rules: Mutex<Vec<FaultRule>>,
    pub(crate) tokens: Mutex<Tokens>,
    pub(crate) requests: Mutex<Vec<RecordedRequest>>,
    pub(crate) blocked: AtomicBool,
    pub(crate) errors: AtomicU64,
}

/// What a path asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Target {
    Login,
    List,
    One(String),
}

impl Target {
    fn of(path: &str) -> Option<Self> {
        if path == LOGIN_PATH {
            return Some(Self::Login);
        }
        match path.strip_prefix(LIST_PATH)? {
            "" => Some(Self::List),
            rest => {
                let serial =
                    rest.strip_prefix('/').filter(|serial| !serial.is_empty() && !serial.contains('/'))?;
                Some(Self::One(percent_decode_str(serial).decode_utf8_lossy().into_owned()))
            }
        }
    }

    fn call(&self) -> Call {
        match self {
            Self::Login => Call::Login,
            Self::List => Call::List,
            Self::One(_) => Call::One,
        }
    }
}

impl Service {
    /// The answer to a request and what it waits for.
    fn answer(&self, request: &Request) -> (Answer, Option<Duration>) {
        let Some(target) = Target::of(request.url.path()) else {
            return (Answer::html(404), None);
        };
        let call = target.call();
        let delay = match self.due(call, Stage::Delay) {
            Some(Fault::Delay(delay)) => Some(delay),
            _ => None,
        };
        if let Some(fault) = self.due(call, Stage::Instead) {
            return (self.instead(fault), delay);
        }
        let answer = match &target {
            Target::Login => self.login(request),
            Target::List => self.authorise(request).and_then(|()| self.list(request)),
            Target::One(serial) => self.authorise(request).and_then(|()| self.one(serial)),
        };
        (answer.unwrap_or_else(|problem| self.problem(&problem)), delay)
    }

    fn login(&self, request: &Request) -> Result<Answer, Problem> {
        self.check_login(request)?;
        let now = self.clock.now();
        let fault = self.due(Call::Login, Stage::Content);
        let token = match &fault {
            Some(Fault::Token(text)) => text.clone(),
            Some(Fault::DeadToken) => lock(&self.tokens).issue_dead(),
            _ => lock(&self.tokens).get(now, self.token_ttl),
        };
        let error = match &fault {
            Some(Fault::TokenWithError(code)) => {
                Some(Problem::new(200, *code, code.description_ru()).error(&self.error_id()))
            }
            _ => None,
        };
        let body = json!({ "error": error, "token": token, "timestamp": answer::envelope_time(now) });
        Ok(ok(answer::JSON, body.to_string().into_bytes(), fault.as_ref()))
    }

    fn check_login(&self, request: &Request) -> Result<(), Problem> {
        if request.method == Method::GET {
            return Err(Problem::new(400, Code::BadRequest, "Не переданы логин и пароль"));
        }
        if request.method != Method::POST {
            return Err(unsupported_method());
        }
        let content_type =
            request.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        if !media_type.eq_ignore_ascii_case("application/json") {
            return Err(Problem::new(
                415,
                Code::UnsupportedMediaType,
                "Ожидается Content-Type: application/json",
            ));
        }
        let invalid = |text: &str| Problem::new(400, Code::ValidationException, text);
        let body: Value =
            serde_json::from_slice(&request.body).map_err(|_| invalid("Тело запроса — не JSON"))?;
        let member = |name: &str| body.get(name).and_then(Value::as_str);
        let (Some(login), Some(password)) = (member("login"), member("pass")) else {
            return Err(invalid("Ожидаются строки login и pass"));
        };
        if [login, password].iter().any(|text| !(1..=100).contains(&text.chars().count())) {
            return Err(invalid("Длина login и pass — от 1 до 100 символов"));
        }
        if !body.get("source").is_none_or(is_source) {
            return Err(invalid("Поле source: до 100 символов из латинских букв, цифр и _-@."));
        }
        if !self.accounts.iter().any(|account| (account.0.as_str(), account.1.as_str()) == (login, password))
        {
            return Err(Problem::new(401, Code::WrongLoginOrPassword, "Неверный логин или пароль"));
        }
        self.check_blocked()
    }

    fn authorise(&self, request: &Request) -> Result<(), Problem> {
        let token = token(request).unwrap_or_default();
        if token.is_empty() {
            return Err(Problem::new(401, Code::MissingToken, "Не передан токен авторизации"));
        }
        if !lock(&self.tokens).is_good(&token, self.clock.now()) {
            return Err(Problem::new(401, Code::ExpiredToken, "Срок действия токена истёк"));
        }
        self.check_blocked()?;
        if request.method != Method::GET {
            return Err(unsupported_method());
        }
        Ok(())
    }

    fn check_blocked(&self) -> Result<(), Problem> {
        if self.blocked.load(Ordering::Relaxed) {
            return Err(Problem::new(
                403,
                Code::UserBlocked,
                "Пользователь заблокирован, обратитесь в поддержку",
            ));
        }
        Ok(())
    }

    fn list(&self, request: &Request) -> Result<Answer, Problem> {
        let page =
            Page { limit: number(request, "limit", 1)?, offset: number(request, "offset", 0)?.unwrap_or(0) };
        let (fleet, now) = (self.fleet(), self.fleet_clock.now());
        let fault = self.due(Call::List, Stage::Content);
        let mut body = b"[".to_vec();
        for mut part in self.parts(page, fleet.len(), fault.as_ref()) {
            if !part.is_empty() && body.len() > 1 {
                body.push(b',');
            }
            if fault == Some(Fault::MalformedElement) && !part.is_empty() {
                body.extend_from_slice(malformed_element(fleet.serial(part.start).as_deref()).as_bytes());
                part.start += 1;
                if !part.is_empty() {
                    body.push(b',');
                }
            }
            fleet.write_elements(part, now, &mut body);
        }
        body.push(b']');
        Ok(ok(answer::JSON, body, fault.as_ref()))
    }

    /// The parts of the list that make up a page, the second being what is taken from the beginning again.
    fn parts(&self, page: Page, len: usize, fault: Option<&Fault>) -> [Range<usize>; 2] {
        let cap = self.page_cap.unwrap_or(usize::MAX);
        let limit = page.limit.or(self.default_limit).unwrap_or(usize::MAX).min(cap);
        let part = |start: usize, limit: usize| start.min(len)..start.saturating_add(limit).min(len);
        match fault {
            Some(Fault::IgnorePaging) => [0..len, 0..0],
            Some(Fault::RepeatPage) => [part(0, limit), 0..0],
            Some(Fault::EndlessPages) => {
                let first = part(page.offset.checked_rem(len).unwrap_or(0), limit);
                let rest = limit.min(len) - first.len();
                [first, 0..rest]
            }
            _ => [part(page.offset, limit), 0..0],
        }
    }

    fn one(&self, serial: &str) -> Result<Answer, Problem> {
        let (fleet, now) = (self.fleet(), self.fleet_clock.now());
        let Some(mut position) = fleet.position(serial) else {
            let text = format!("ККТ с заводским номером {serial} не найдена");
            return Err(Problem::new(404, Code::BadRequest, text));
        };
        let fault = self.due(Call::One, Stage::Content);
        if fault == Some(Fault::WrongRegister) {
            position = (position + 1) % fleet.len();
        }
        let mut body = br#"{"data":"#.to_vec();
        fleet.write_elements(position..position + 1, now, &mut body);
        body.push(b'}');
        Ok(ok(answer::HAL, body, fault.as_ref()))
    }

    /// What answers in the service's place.
    fn instead(&self, fault: Fault) -> Answer {
        match fault {
            Fault::Html(status) => Answer::html(status),
            Fault::ErrorObject { status, code } => {
                self.problem(&Problem::new(status, code, code.description_ru()))
            }
            Fault::RetryAfter { status, value } => Answer::html(status).header("retry-after", &value),
            Fault::Redirect { status, location } => Answer::empty(status).header("location", &location),
            Fault::Answer { status, content_type, body } => Answer::new(status, &content_type, body),
            Fault::Empty(status) => Answer::empty(status),
            // The others happen elsewhere.
            _ => Answer::empty(500),
        }
    }

    fn problem(&self, problem: &Problem) -> Answer {
        Answer::problem(problem, self.clock.now(), &self.error_id())
    }

    /// Looks like a UUID, and counts.
    fn error_id(&self) -> String {
        format!("00000000-0000-4000-8000-{:012x}", self.errors.fetch_add(1, Ordering::Relaxed) + 1)
    }

    pub(crate) fn fleet(&self) -> Arc<Fleet> {
        Arc::clone(&lock(&self.fleet))
    }

    fn due(&self, call: Call, stage: Stage) -> Option<Fault> {
        fault::due(&mut lock(&self.rules), call, stage)
    }
}

/// The responder that wiremock calls.
pub(crate) struct Responder(pub(crate) Arc<Service>);

impl Respond for Responder {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let (answer, delay) = self.0.answer(request);
        let number = token(request).and_then(|token| lock(&self.0.tokens).number(&token));
        lock(&self.0.requests).push(RecordedRequest::new(request, number, answer.status));
        let date = self.0.clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        answer.header("date", &date).into_template(delay)
    }
}

/// A panic elsewhere is no reason to stop answering.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Clone, Copy, Debug)]
struct Page {
    limit: Option<usize>,
    offset: usize,
}

/// A parameter of the query that is a number.
fn number(request: &Request, name: &str, least: usize) -> Result<Option<usize>, Problem> {
    let Some((_, text)) = request.url.query_pairs().find(|(key, _)| key == name) else {
        return Ok(None);
    };
    // `parse` would take a plus sign too.
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(number) if digits && number >= least => Ok(Some(number)),
        _ => {
            let text = format!("Параметр {name} должен быть целым числом не меньше {least}");
            Err(Problem::new(400, Code::IncomingValidationException, text))
        }
    }
}

fn token(request: &Request) -> Option<String> {
    let value = request.headers.get("token")?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn is_source(value: &Value) -> bool {
    value.as_str().is_some_and(|source| {
        (1..=100).contains(&source.len())
            && source.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-@.".contains(&byte))
    })
}

fn unsupported_method() -> Problem {
    Problem::new(400, Code::IncomingOperationNotSupported, "Операция не поддерживается")
}

/// A register of which nothing can be used but its serial number.
fn malformed_element(serial: Option<&str>) -> String {
    json!({ "serialNumber": serial, "signedDocuments": "много", "timestamp": 0 }).to_string()
}

fn ok(content_type: &str, mut body: Vec<u8>, fault: Option<&Fault>) -> Answer {
    if fault == Some(&Fault::TruncatedJson) {
        body.truncate(body.len() / 2);
    }
    Answer::new(200, content_type, body)
}
