//! Pages for people: whole when they arrive, with their style and their little script inside.

mod attributes;
#[cfg(test)]
mod contrast;
mod fleet;
mod format;
mod headline;
mod outline;
mod register;
mod security;
mod table;
mod timeline;
mod words;

use atol_monitor::Language;
use atol_monitor::health::Policy;
use http::StatusCode;
use jiff::Timestamp;

pub(crate) use self::fleet::answer as fleet;
pub(crate) use self::register::answer as register;
use self::words::Words;
use super::answer::{Answer, html};
use super::state::View;

/// What every page needs to know.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'v> {
    pub(crate) view: &'v View,
    pub(crate) language: Language,
    /// Whether the query asked for the language; then links go on asking.
    pub(crate) is_language_asked: bool,
    pub(crate) now: Timestamp,
    /// Whose time zone dates are of.
    pub(crate) policy: &'v Policy,
}

impl Context<'_> {
    fn words(&self) -> &'static Words {
        Words::of(self.language)
    }

    /// What links have to carry on.
    fn language_pair(&self) -> Option<(&'static str, &'static str)> {
        self.is_language_asked.then_some(("lang", self.language.as_str()))
    }

    /// The address of a register's page.
    fn link_to(&self, register: &super::state::Register<'_>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if self.view.accounts().len() > 1 {
            query.append_pair("account", register.account);
        }
        query.extend_pairs(self.language_pair());
        let query = query.finish();
        let serial = percent_encoding::utf8_percent_encode(
            &register.kkt.serial_number,
            percent_encoding::NON_ALPHANUMERIC,
        );
        let mark = if query.is_empty() { "" } else { "?" };
        format!("/kkts/{serial}{mark}{query}")
    }
}

fn page(status: StatusCode, markup: maud::Markup) -> Answer {
    html(status, markup.into_string(), &security::POLICY)
}

#[cfg(test)]
mod tests;
