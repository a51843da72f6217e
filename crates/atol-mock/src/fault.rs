//! What can be made to go wrong, where and how often.

use std::time::Duration;

use atol_model::ServiceErrorCode;

/// Something that goes wrong: on every call it fits, unless a [`FaultRule`] says where and how often.
///
/// ```
/// use atol_mock::{Call, Fault};
///
/// let rule = Fault::Html(503).on(Call::List).times(2); // two failures, then all is well
/// # let _ = rule;
/// ```
///
/// The stand-in speaks HTTP through wiremock, so these are faults of well-formed HTTP. Faults of bytes — a connection
/// that is reset, a body cut off in the middle, a stalled header — need a raw socket and are not here.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// An HTML page with this status: a gateway's error page (502, 503, 504) or, with 200, a captive portal.
    Html(u16),

    /// No body at all with this status: 200 or 204 where data is due, or a bare 500.
    Empty(u16),

    /// The service's error object with this status. The status need not fit the code: with 200 it is an error inside an
    /// answer that looks good.
    ErrorObject {
        /// HTTP status of the answer.
        status: u16,
        /// The code in the object.
        code: ServiceErrorCode,
    },

    /// This status, usually 429 or 503, with a `Retry-After` header of this value: seconds, a date or rubbish.
    RetryAfter {
        /// HTTP status of the answer.
        status: u16,
        /// Value of the header; one that HTTP cannot carry is left out.
        value: String,
    },

    /// A redirect with this status to this place.
    Redirect {
        /// HTTP status of the answer, usually 301, 302, 307 or 308.
        status: u16,
        /// Value of the `Location` header; one that HTTP cannot carry is left out.
        location: String,
    },

    /// An answer made up to the last byte, for whatever is not in this list.
    Answer {
        /// HTTP status of the answer.
        status: u16,
        /// Value of the `Content-Type` header.
        content_type: String,
        /// The body.
        body: String,
    },

    /// The right answer, so much later. Other faults happen beside it.
    ///
    /// This is the one thing of the stand-in that takes real time: wiremock sleeps.
    Delay(Duration),

    /// The first half of the right answer, in an HTTP message that is complete.
    TruncatedJson,

    /// The first element of the page has wrong types and lacks members. It keeps its serial number.
    MalformedElement,

    /// `offset` is ignored: every page is the first one.
    RepeatPage,

    /// `limit` and `offset` are ignored, and so is the cap: every page is the whole list.
    IgnorePaging,

    /// Behind the last register the list begins again: no page is ever short or empty.
    EndlessPages,

    /// Another register than the one that was asked for, if the fleet has two.
    WrongRegister,

    /// The login answers this text in place of a token: empty, with line breaks, a megabyte long.
    Token(String),

    /// The login answers a token that no other call accepts.
    DeadToken,

    /// The login answers a good token beside an error object with this code, both inside a 200.
    TokenWithError(ServiceErrorCode),
}

impl Fault {
    /// Only on calls of this kind.
    #[must_use]
    pub fn on(self, call: Call) -> FaultRule {
        FaultRule::from(self).on(call)
    }

    /// Only on the first call it fits.
    #[must_use]
    pub fn once(self) -> FaultRule {
        self.times(1)
    }

    /// Only on the first so many calls it fits.
    #[must_use]
    pub fn times(self, times: u64) -> FaultRule {
        FaultRule::from(self).times(times)
    }

    /// On every `k`-th call it fits, the `k`-th being the first.
    #[must_use]
    pub fn every(self, k: u64) -> FaultRule {
        FaultRule::from(self).every(k)
    }

    fn fits(&self, call: Call) -> bool {
        match self {
            Self::MalformedElement | Self::RepeatPage | Self::IgnorePaging | Self::EndlessPages => {
                call == Call::List
            }
            Self::WrongRegister => call == Call::One,
            Self::Token(_) | Self::DeadToken | Self::TokenWithError(_) => call == Call::Login,
            _ => true,
        }
    }

    fn stage(&self) -> Stage {
        match self {
            Self::Delay(_) => Stage::Delay,
            Self::Html(_)
            | Self::Empty(_)
            | Self::ErrorObject { .. }
            | Self::RetryAfter { .. }
            | Self::Redirect { .. }
            | Self::Answer { .. } => Stage::Instead,
            _ => Stage::Content,
        }
    }
}

/// The calls of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Call {
    /// `gettoken`.
    Login,
    /// The list of registers.
    List,
    /// One register.
    One,
}

/// Where in the making of an answer a fault happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Beside everything else.
    Delay,
    /// Something in front of the service answers in its place.
    Instead,
    /// The service took the call, and its answer is wrong.
    Content,
}

/// A [`Fault`] with the calls it happens on and how often.
///
/// ```
/// use std::time::Duration;
/// use atol_mock::{Call, Fault};
///
/// let slow_at_times = Fault::Delay(Duration::from_secs(3)).every(10);
/// let third_page_breaks = Fault::TruncatedJson.on(Call::List).after(2).once();
/// # let _ = (slow_at_times, third_page_breaks);
/// ```
///
/// A rule counts the calls that it fits and that reach it. When several rules fit, the first one that is due happens and
/// the others do not count the call; a delay happens beside the others. Faults that spoil the content of an answer leave
/// calls alone that the service refuses, because their token is missing, say.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultRule {
    fault: Fault,
    call: Option<Call>,
    after: u64,
    frequency: Frequency,
    seen: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frequency {
    Always,
    Times(u64),
    Every(u64),
}

impl FaultRule {
    /// Only on calls of this kind.
    #[must_use]
    pub fn on(self, call: Call) -> Self {
        Self { call: Some(call), ..self }
    }

    /// Only after so many calls that go well.
    #[must_use]
    pub fn after(self, calls: u64) -> Self {
        Self { after: calls, ..self }
    }

    /// Once, then no more.
    #[must_use]
    pub fn once(self) -> Self {
        self.times(1)
    }

    /// So many times, then no more.
    #[must_use]
    pub fn times(self, times: u64) -> Self {
        Self { frequency: Frequency::Times(times), ..self }
    }

    /// On every `k`-th call, the `k`-th being the first; 0 and 1 mean on every call.
    #[must_use]
    pub fn every(self, k: u64) -> Self {
        Self { frequency: Frequency::Every(k.max(1)), ..self }
    }

    /// Counts the call and says whether the fault happens on it.
    fn is_due(&mut self) -> bool {
        self.seen += 1;
        let Some(number) = self.seen.checked_sub(self.after).filter(|number| *number > 0) else {
            return false;
        };
        match self.frequency {
            Frequency::Always => true,
            Frequency::Times(times) => number <= times,
            Frequency::Every(k) => number % k == 0,
        }
    }
}

/// On every call it fits.
impl From<Fault> for FaultRule {
    fn from(fault: Fault) -> Self {
        Self { fault, call: None, after: 0, frequency: Frequency::Always, seen: 0 }
    }
}

/// The fault of this stage that happens on this call.
pub(crate) fn due(rules: &mut [FaultRule], call: Call, stage: Stage) -> Option<Fault> {
    rules
        .iter_mut()
        .filter(|rule| rule.fault.stage() == stage && rule.fault.fits(call))
        .filter(|rule| rule.call.is_none_or(|only| only == call))
        .find_map(|rule| rule.is_due().then(|| rule.fault.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn happens(rule: impl Into<FaultRule>, calls: &[Call]) -> Vec<bool> {
        let mut rules = [rule.into()];
        calls.iter().map(|&call| due(&mut rules, call, Stage::Instead).is_some()).collect()
    }

    #[test]
    fn a_rule_happens_as_often_as_it_says() {
        let calls = [Call::List; 6];
        assert_eq!(happens(Fault::Html(503), &calls), [true; 6]);
        assert_eq!(happens(Fault::Html(503).once(), &calls), [true, false, false, false, false, false]);
        assert_eq!(happens(Fault::Html(503).times(2), &calls), [true, true, false, false, false, false]);
        assert_eq!(happens(Fault::Html(503).every(3), &calls), [false, false, true, false, false, true]);
        assert_eq!(happens(Fault::Html(503).every(0), &calls), [true; 6]);
        assert_eq!(
            happens(Fault::Html(503).once().after(2), &calls),
            [false, false, true, false, false, false]
        );
    }

    #[test]
    fn a_rule_counts_only_the_calls_it_is_for() {
        let calls = [Call::Login, Call::List, Call::One, Call::List];
        assert_eq!(happens(Fault::Empty(200).on(Call::List).times(1), &calls), [false, true, false, false]);
    }

    #[test]
    fn rules_are_used_up_one_after_the_other() {
        let mut rules = [Fault::Html(502).once(), Fault::Html(503).once()];
        let happened = [(); 3].map(|()| due(&mut rules, Call::One, Stage::Instead));
        assert_eq!(happened, [Some(Fault::Html(502)), Some(Fault::Html(503)), None]);
    }
}
