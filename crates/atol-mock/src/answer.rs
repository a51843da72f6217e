//! Answers of the service, before they become HTTP.

use std::time::Duration;

use atol_model::{ServiceError, ServiceErrorCode};
use jiff::Timestamp;
use jiff::tz::{self, TimeZone};
use wiremock::ResponseTemplate;
use wiremock::http::HeaderValue;

pub(crate) const JSON: &str = "application/json; charset=utf-8";
pub(crate) const HAL: &str = "application/hal+json";
const HTML: &str = "text/html; charset=utf-8";

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: vec![("content-type", content_type.to_owned())], body: body.into() }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    pub(crate) fn html(status: u16) -> Self {
        let title = match status {
            200 => "Вход в сеть",
            404 => "404 Not Found",
            502 => "502 Bad Gateway",
            503 => "503 Service Temporarily Unavailable",
            504 => "504 Gateway Time-out",
            _ => "Error",
        };
        let body = format!(
            "<!DOCTYPE html>\r\n<html><head><title>{title}</title></head>\r\n\
             <body><center><h1>{title}</h1></center><hr><center>nginx</center></body></html>\r\n"
        );
        Self::new(status, HTML, body)
    }

    /// The error object of the service.
    pub(crate) fn problem(problem: &Problem, now: Timestamp, error_id: &str) -> Self {
        Self::new(problem.status, JSON, problem.error(error_id).to_envelope(&envelope_time(now)))
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn into_template(self, delay: Option<Duration>) -> ResponseTemplate {
        // What cannot be the status of an answer would make wiremock panic.
        let status = if (200..=999).contains(&self.status) { self.status } else { 500 };
        let mut template = ResponseTemplate::new(status).set_body_bytes(self.body);
        for (name, value) in self.headers {
            // What HTTP cannot carry is left out, as is documented on `Fault`.
            if let Ok(value) = HeaderValue::try_from(value) {
                template = template.insert_header(name, value);
            }
        }
        match delay {
            Some(delay) => template.set_delay(delay),
            None => template,
        }
    }
}

/// Why the service refuses a call.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    status: u16,
    code: ServiceErrorCode,
    text: String,
}

impl Problem {
    pub(crate) fn new(status: u16, code: ServiceErrorCode, text: impl Into<String>) -> Self {
        Self { status, code, text: text.into() }
    }

    pub(crate) fn error(&self, error_id: &str) -> ServiceError {
        let mut error = ServiceError::new(self.code, self.text.as_str());
        error_id.clone_into(&mut error.error_id);
        error
    }
}

/// `30.11.2017 17:58:53`, the form of the time stamps around the answers. They state no zone; Moscow's is a guess (C).
pub(crate) fn envelope_time(now: Timestamp) -> String {
    now.to_zoned_datetime(TimeZone::fixed(tz::offset(3))).strftime("%d.%m.%Y %H:%M:%S").to_string()
}
