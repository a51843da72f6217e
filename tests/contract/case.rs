//! A contract case as it stands in its file.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::parts;

/// What is known of one exchange, or a short sequence of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// For editors.
    #[serde(rename = "$schema")]
    _schema: Option<String>,
    pub(crate) title: String,
    pub(crate) certainty: Certainty,
    /// Where we know it from.
    #[serde(rename = "source")]
    _source: String,
    /// The facts of `facts.json` that this case shows.
    pub(crate) covers: Vec<String>,
    #[serde(default)]
    pub(crate) client: Client,
    pub(crate) call: Call,
    /// In the order in which they must happen; none when nothing may be sent.
    pub(crate) exchanges: Vec<Exchange>,
    pub(crate) expect: Outcome,
    pub(crate) mock: Mock,
    /// Whether the vendor's test stand may be asked: with its own registers, so that only the shape is compared.
    #[serde(default)]
    pub(crate) live: bool,
}

/// How sure we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum Certainty {
    /// Seen in a client that worked against the real service.
    A,
    /// Documented for a sibling API of the vendor.
    B,
    /// Inferred.
    C,
}

/// How the client is set up.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Client {
    pub(crate) login: String,
    pub(crate) password: String,
    /// The integrator's name.
    pub(crate) source: Option<String>,
    /// Whether requests are repeated, as they are by default. Without, one exchange is one request.
    pub(crate) retries: bool,
}

impl Default for Client {
    fn default() -> Self {
        Client {
            login: "shop-17".to_owned(),
            password: "correct horse".to_owned(),
            source: None,
            retries: false,
        }
    }
}

/// What the user of a monitor calls.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Call {
    Authenticate,
    GetAll,
    GetOne(String),
    Page(Page),
}

/// A part of the list; without either member it is left to the service.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Page {
    pub(crate) limit: u64,
    pub(crate) offset: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exchange {
    pub(crate) request: Request,
    pub(crate) answer: Answer,
    /// The least wait between the answer before and this request, by the client's clock.
    #[serde(default)]
    pub(crate) after_seconds: u64,
}

/// What must be sent. Headers that are not named are free; `null` means that there must be none.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    /// The whole query, or nothing said about it.
    pub(crate) query: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, Option<String>>,
    /// The whole JSON body; without it the body must be empty.
    pub(crate) body: Option<Value>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answer {
    #[serde(default = "ok")]
    pub(crate) status: u16,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    /// None is an empty one.
    pub(crate) body: Option<AnswerBody>,
    /// How pages are cut.
    #[serde(default)]
    pub(crate) paging: Paging,
}

/// What a service may do with `limit` and `offset`; by default it heeds them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Paging {
    /// The most registers of a page, whatever is asked for: those of the first, the second and so on, then anew.
    pub(crate) caps: Vec<usize>,
    /// Every page is the whole list.
    pub(crate) is_ignored: bool,
    /// Behind the end comes this error object with a 400, not an empty page.
    pub(crate) behind_end: Option<Value>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AnswerBody {
    Json(Value),
    /// Anything that is not JSON.
    Text(String),
    /// Bytes that are no text, two hexadecimal digits each.
    Hex(String),
    /// A list from which every page is cut that is asked for.
    Pages(Vec<Value>),
    /// The same, each page inside a member of an object: the member's path, such as `_embedded/items`.
    PagesIn(String, Vec<Value>),
}

/// What the user of the monitor sees.
///
/// A register is told by some of its JSON members; those that are not named are free, those in `$absent` must not be
/// there.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Authenticated,
    Register(Map<String, Value>),
    List(List),
    Error(Failure),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct List {
    pub(crate) registers: Vec<Map<String, Value>>,
    #[serde(default)]
    pub(crate) rejected: Vec<Rejected>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rejected {
    pub(crate) index: usize,
    pub(crate) serial: Option<String>,
    /// A part of the message.
    pub(crate) message: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Failure {
    /// The most exact kind there is: the transport's, the model's, or else the monitor's.
    pub(crate) kind: String,
    /// A part of the report.
    pub(crate) message: String,
    /// The code of the service's error object.
    pub(crate) code: Option<i64>,
    /// The members that are named as missing, all of them.
    pub(crate) missing: Option<Vec<String>>,
}

/// How the case is played on `MockAtol`, or why it is not.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Mock {
    Plays(Box<MockSetup>),
    Not(#[expect(dead_code, reason = "for readers, and for the reference")] String),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MockSetup {
    /// The registers; if left out, those of the answers.
    pub(crate) fleet: Option<Vec<Value>>,
    pub(crate) page_cap: Option<usize>,
    /// The password that is accepted; if left out, the client's.
    pub(crate) password: Option<String>,
    #[serde(default)]
    pub(crate) blocked: bool,
    #[serde(default)]
    pub(crate) faults: Vec<FaultRule>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FaultRule {
    pub(crate) fault: Fault,
    pub(crate) on: MockCall,
    /// How often; if left out, each time.
    pub(crate) times: Option<u64>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MockCall {
    Login,
    List,
    One,
}

/// Some of `atol_mock::Fault`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fault {
    Html(u16),
    Empty(u16),
    ErrorObject { status: u16, code: i64 },
    RetryAfter { status: u16, value: String },
    Redirect { status: u16, location: String },
    TruncatedJson,
    MalformedElement,
    IgnorePaging,
    WrongRegister,
    Token(String),
    DeadToken,
    TokenWithError(i64),
}

const fn ok() -> u16 {
    200
}

impl Case {
    /// Reads a case and puts in the parts that it takes over from `common`.
    pub(crate) fn read(path: &Path, common: &Map<String, Value>) -> Result<Case, String> {
        let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
        let raw: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        serde_json::from_value(parts::put_in(raw, common)?).map_err(|error| error.to_string())
    }
}

impl Outcome {
    /// Whether all went well.
    pub(crate) fn is_happy(&self) -> bool {
        match self {
            Outcome::Authenticated | Outcome::Register(_) => true,
            Outcome::List(list) => list.rejected.is_empty(),
            Outcome::Error(_) => false,
        }
    }
}
