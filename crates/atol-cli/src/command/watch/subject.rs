//! What a watch is of, so that no other goes on from its state.

use std::collections::BTreeSet;
use std::fmt::Write;

use atol_monitor::SerialNumber;
use atol_transport::Credentials;
use atol_transport::token::TokenKey;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::text::{Text, text};

/// Whose registers are watched, and which of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Subject {
    account: Account,
    /// None means the whole list.
    serial_numbers: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Account {
    /// A made fleet of so many registers; each demo listens elsewhere.
    Demo(u32),
    /// The login is no secret of ours to write down, so what stands here is made from it.
    #[serde(rename_all = "camelCase")]
    Service { environment: String, login_hash: String },
}

impl Subject {
    pub(super) fn new(context: &Context, serials: &[SerialNumber]) -> Subject {
        let account = match context.demo {
            Some(size) => Account::Demo(size),
            None => Account::of_service(context),
        };
        Subject { account, serial_numbers: serials.iter().map(|serial| serial.as_str().to_owned()).collect() }
    }

    /// What this one is of, when the other is not of the same.
    pub(super) fn told_apart_from(&self, other: &Subject) -> Option<Text> {
        let is_same_account = self.account == other.account;
        match &self.account {
            Account::Demo(size) if !is_same_account => {
                Some(text!("a demo of {size} registers", "демонстрация, ККТ: {size}"))
            }
            Account::Service { environment, .. } if !is_same_account => {
                Some(text!("another account, at {environment}", "другая учётная запись, {environment}"))
            }
            _ if self.serial_numbers == other.serial_numbers => None,
            _ if self.serial_numbers.is_empty() => Some(text!("the whole list", "весь список")),
            _ => {
                let count = self.serial_numbers.len();
                Some(text!("other registers ({count})", "другие ККТ ({count})"))
            }
        }
    }
}

impl Account {
    fn of_service(context: &Context) -> Account {
        let settings = &context.settings;
        let public = Credentials::test();
        let login = settings.login.as_ref().map_or(public.login(), |login| &login.value);
        let key = TokenKey::new(&settings.environment.value.endpoints(), login);
        let mut login_hash = String::new();
        for byte in digest(&SHA256, format!("{}\0{}", key.environment(), key.login()).as_bytes()).as_ref() {
            // Writing into a text does not fail.
            let _ = write!(login_hash, "{byte:02x}");
        }
        Account::Service { environment: key.environment().to_owned(), login_hash }
    }
}
