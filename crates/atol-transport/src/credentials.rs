//! The login and password of an integration.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::error::{Error, ErrorKind, Result};

/// The most characters that the service takes for a login, and for a password.
const LONGEST: usize = 100;

/// Login and password, checked for length; the same pair that registers documents.
///
/// ```
/// use atol_transport::Credentials;
///
/// let credentials = Credentials::new(" shop-17 ", "correct horse")?;
/// assert_eq!(credentials.login(), "shop-17");
/// assert_eq!(format!("{credentials:?}"), "Credentials([hidden])");
/// # Ok::<(), atol_transport::Error>(())
/// ```
///
/// The password is wiped from memory when the last clone is dropped, as far as that can be done: copies that
/// the HTTP and TLS buffers made while sending it are out of reach.
#[derive(Clone)]
pub struct Credentials {
    login: String,
    /// Empty for none, which the service takes for no password either.
    password: SecretString,
}

impl Credentials {
    /// A pair of your own. The login is trimmed, the password is taken as it is.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] when either is empty or longer than 100 characters; the value is not repeated.
    pub fn new(login: impl Into<String>, password: impl Into<String>) -> Result<Credentials> {
        let login = login.into().trim().to_owned();
        let password = SecretString::from(password.into());
        check_length("login", &login)?;
        check_length("password", password.expose_secret())?;
        Ok(Credentials { login, password })
    }

    /// The pair that the vendor publishes for the test environment (ФФД 1.05): public, not a secret.
    pub fn test() -> Credentials {
        Credentials { login: "v4-online-atol-ru".to_owned(), password: SecretString::from("iGFFuihss") }
    }

    /// A login alone, for a [`TokenStore`](crate::TokenStore) that has its token.
    ///
    /// When there is no such token or the service refuses it, calls fail with [`ErrorKind::NoPassword`] and nothing is sent
    /// to log in; a token that was refused is removed from the store.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] when the login is empty or longer than 100 characters.
    pub fn without_password(login: impl Into<String>) -> Result<Credentials> {
        let login = login.into().trim().to_owned();
        check_length("login", &login)?;
        Ok(Credentials { login, password: SecretString::default() })
    }

    pub(crate) fn has_password(&self) -> bool {
        !self.password().is_empty()
    }

    /// The login.
    pub fn login(&self) -> &str {
        &self.login
    }

    /// The password, for the body of the login request and nothing else.
    pub(crate) fn password(&self) -> &str {
        self.password.expose_secret()
    }
}

impl PartialEq for Credentials {
    fn eq(&self, other: &Credentials) -> bool {
        self.login == other.login && self.password() == other.password()
    }
}

impl Eq for Credentials {}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials([hidden])")
    }
}

fn check_length(what: &str, value: &str) -> Result<()> {
    match value.chars().count() {
        0 => Err(Error::new(
            ErrorKind::Config,
            format!("the {what} is empty: it must have 1 to {LONGEST} characters"),
        )),
        1..=LONGEST => Ok(()),
        count => Err(Error::new(
            ErrorKind::Config,
            format!("the {what} has {count} characters: it must have 1 to {LONGEST}"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_counted_in_characters() {
        assert!(Credentials::new("я".repeat(100), "п".repeat(100)).is_ok());
        assert_eq!(
            Credentials::new("я".repeat(101), "p").unwrap_err().to_string(),
            "the login has 101 characters: it must have 1 to 100"
        );
    }

    #[test]
    fn a_zero_is_a_login_and_a_password() {
        assert!(Credentials::new("0", "0").is_ok());
    }

    #[test]
    fn the_password_is_not_trimmed_and_never_shown() {
        let credentials = Credentials::new("shop", " canary ").unwrap();
        assert_eq!(credentials.password(), " canary ");
        assert!(!format!("{credentials:?}").contains("canary"));
        let error = Credentials::new("shop", "canary".repeat(20)).unwrap_err();
        assert!(!format!("{error:?} {error} {}", error.report()).contains("canary"));
    }

    #[test]
    fn blank_logins_are_empty() {
        assert!(Credentials::new("  ", "p").unwrap_err().is_config());
    }
}
