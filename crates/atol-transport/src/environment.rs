//! Where the service lives: the test stand, production, or an address of your own.

use std::fmt;
use std::str::FromStr;

use http::Uri;
use http::uri::{Authority, Scheme};

use crate::error::{Error, ErrorKind, Excerpt, Result};

/// Which service to talk to; the test environment unless said otherwise.
///
/// ```
/// use atol_transport::Environment;
///
/// assert_eq!(Environment::default(), Environment::Test);
/// assert_eq!("production".parse::<Environment>()?, Environment::Production);
/// assert_eq!("http://127.0.0.1:8080".parse::<Environment>()?.to_string(), "http://127.0.0.1:8080");
/// # Ok::<(), atol_transport::Error>(())
/// ```
///
/// A custom base `B` means that tokens come from `B/api/auth/v1/gettoken` and registers from `B/api/kkt/v1`.
/// It must be `https`; plain `http` is taken for loopback addresses only, where no one can listen in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Environment {
    /// The vendor's test stand, `https://testonline.atol.ru`, with public credentials.
    #[default]
    Test,
    /// The real registers, `https://online.atol.ru`.
    Production,
    /// Any other server that speaks the same contract.
    #[non_exhaustive]
    Custom {
        /// Scheme, host, port and perhaps a path before `/api`.
        base: Uri,
    },
}

impl Environment {
    /// An environment at an address of your own.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] when `base` is not `https` (or `http` on loopback) or holds a user, a query, a port that
    /// is no number from 1 to 65535, or a path with `.` or `..` segments.
    pub fn custom(base: Uri) -> Result<Environment> {
        check_base(&base)?;
        Ok(Environment::Custom { base })
    }

    /// Where tokens are issued and registers are read.
    pub fn endpoints(&self) -> Endpoints {
        let (scheme, authority, path) = match self {
            Environment::Test => (Scheme::HTTPS, Authority::from_static("testonline.atol.ru"), ""),
            Environment::Production => (Scheme::HTTPS, Authority::from_static("online.atol.ru"), ""),
            Environment::Custom { base } => (
                base.scheme().cloned().unwrap_or(Scheme::HTTPS),
                base.authority().map_or_else(|| Authority::from_static("localhost"), without_empty_port),
                base.path().trim_end_matches('/'),
            ),
        };
        Endpoints { scheme, authority, path: path.to_owned() }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Environment::Test => f.write_str("test"),
            Environment::Production => f.write_str("production"),
            Environment::Custom { .. } => self.endpoints().fmt(f),
        }
    }
}

impl FromStr for Environment {
    type Err = Error;

    fn from_str(text: &str) -> Result<Environment> {
        match text.trim() {
            "test" => Ok(Environment::Test),
            "production" => Ok(Environment::Production),
            url if url.contains("://") => Environment::custom(url.parse().map_err(|error| {
                Error::new(
                    ErrorKind::Config,
                    format!("the environment `{}` is not a URL", Excerpt::of(&no_user(url), 100)),
                )
                .with_source(BadUri(error))
            })?),
            other => Err(Error::new(
                ErrorKind::Config,
                format!(
                    "the environment `{}` is not known: use `test`, `production` or a URL such as https://kkt.example.com",
                    Excerpt::of(&no_user(other), 40)
                ),
            )),
        }
    }
}

/// Keeps `http`'s error out of the public API while its text stays in the chain.
#[derive(Debug)]
struct BadUri(http::uri::InvalidUri);

impl fmt::Display for BadUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for BadUri {}

/// The text without what stands before an `@`: it may hold a password.
fn no_user(url: &str) -> String {
    let scheme = url.find("://").map_or(0, |scheme| scheme + 3);
    match url.rfind('@') {
        Some(at) if scheme <= at => format!("{}…{}", &url[..scheme], &url[at..]),
        _ => url.to_owned(),
    }
}

fn check_base(base: &Uri) -> Result<()> {
    let refuse = |why: &str| {
        let shown = no_user(&base.to_string());
        Err(Error::new(ErrorKind::Config, format!("the environment `{}` {why}", Excerpt::of(&shown, 100))))
    };
    let Some(authority) = base.authority() else {
        return refuse("has no host: use a URL such as https://kkt.example.com");
    };
    if authority.as_str().contains('@') {
        return refuse("holds a user or password: give the login and password separately");
    }
    if authority.host().is_empty() || authority.host().ends_with('.') {
        return refuse("has no valid host name");
    }
    if let Some(port) = illegal_port(authority) {
        let port = Excerpt::of(port, 20);
        return refuse(&format!("has the port `{port}`, which is not a number from 1 to 65535"));
    }
    match base.scheme_str() {
        Some("https") => {}
        Some("http") if is_loopback(authority.host()) => {}
        Some("http") => {
            return refuse("is plain http, over which the password would travel in the clear: use https");
        }
        _ => return refuse("is not https"),
    }
    if base.query().is_some() {
        return refuse("has a query: only scheme, host, port and path are used");
    }
    if base.path().split('/').any(|segment| matches!(segment, "." | "..")) {
        return refuse("has `.` or `..` in its path");
    }
    Ok(())
}

/// `host:` is `host`, by RFC 3986; it is written without the colon, so that both have the same token.
fn without_empty_port(authority: &Authority) -> Authority {
    let bare = authority.as_str().strip_suffix(':').and_then(|bare| bare.parse().ok());
    bare.unwrap_or_else(|| authority.clone())
}

/// What stands in the place of the port and is none. `http` takes it for no port at all, so that the default one
/// would be dialled, which is right only where nothing stands there.
pub(crate) fn illegal_port(authority: &Authority) -> Option<&str> {
    let host_and_port = authority.as_str().rsplit('@').next()?;
    let port = host_and_port.rsplit(']').next()?.rsplit_once(':')?.1;
    let is_legal =
        port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0);
    (!is_legal && !port.is_empty()).then_some(port)
}

/// Whether what is sent to `host` stays on this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The addresses of one environment.
///
/// ```
/// use atol_transport::Environment;
///
/// let endpoints = Environment::Production.endpoints();
/// assert_eq!(endpoints.api("/cash-registers")?, "https://online.atol.ru/api/kkt/v1/cash-registers");
/// assert_eq!(endpoints.login()?, "https://online.atol.ru/api/auth/v1/gettoken");
/// # Ok::<(), atol_transport::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Endpoints {
    scheme: Scheme,
    authority: Authority,
    path: String,
}

impl Endpoints {
    /// Where a token is issued.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] when the base is too long for a URI.
    pub fn login(&self) -> Result<Uri> {
        self.uri("/api/auth/v1", "/gettoken")
    }

    /// The address of `path_and_query` under the monitoring API.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] when it is not a legal path and query.
    pub fn api(&self, path_and_query: &str) -> Result<Uri> {
        self.uri("/api/kkt/v1", path_and_query)
    }

    /// Whether a request to `uri` goes to this environment, so that the token may go along.
    pub fn is_origin_of(&self, uri: &Uri) -> bool {
        uri.scheme() == Some(&self.scheme) && uri.authority() == Some(&self.authority)
    }

    /// Whether TLS is spoken here.
    #[cfg(feature = "client")]
    pub(crate) fn is_encrypted(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }

    fn uri(&self, api: &str, path: &str) -> Result<Uri> {
        Uri::builder()
            .scheme(self.scheme.clone())
            .authority(self.authority.clone())
            .path_and_query([&self.path, api, path].concat())
            .build()
            .map_err(|error| {
                let path = [api, path].concat();
                Error::new(ErrorKind::Config, format!("`{}` is not a legal path", Excerpt::of(&path, 100)))
                    .with_source(error)
            })
    }
}

impl fmt::Display for Endpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_vendor() {
        let endpoints = Environment::Test.endpoints();
        assert_eq!(endpoints.login().unwrap(), "https://testonline.atol.ru/api/auth/v1/gettoken");
        assert_eq!(
            endpoints.api("/cash-registers").unwrap(),
            "https://testonline.atol.ru/api/kkt/v1/cash-registers"
        );
    }

    #[test]
    fn a_base_with_a_path_keeps_it() {
        let environment: Environment = "https://gate.example.com/atol/".parse().unwrap();
        assert_eq!(
            environment.endpoints().api("/cash-registers?limit=5").unwrap(),
            "https://gate.example.com/atol/api/kkt/v1/cash-registers?limit=5"
        );
    }

    #[test]
    fn m05_unusable_addresses_are_refused_with_the_reason() {
        let refused = |text: &str| text.parse::<Environment>().unwrap_err().to_string();
        insta::assert_snapshot!(
            [
                refused("staging"),
                refused("http://kkt.example.com"),
                refused("https://user:canary@kkt.example.com"),
                refused("user:canary@kkt.example.com"),
                refused("https://kkt.example.com/?a=b"),
                refused("https://kkt.example.com/a/../b"),
                refused("https://kkt.example.com."),
                refused("ftp://kkt.example.com"),
                refused("https://"),
                refused("https://a b"),
                refused("https://kkt.example.com:80800"),
                refused("https://kkt.example.com:8o80"),
                refused("https://kkt.example.com:0"),
                refused("https://[fd00::1]:99999"),
            ]
            .join("\n"),
            @r"
        the environment `staging` is not known: use `test`, `production` or a URL such as https://kkt.example.com
        the environment `http://kkt.example.com/` is plain http, over which the password would travel in the clear: use https
        the environment `https://…@kkt.example.com/` holds a user or password: give the login and password separately
        the environment `…@kkt.example.com` is not known: use `test`, `production` or a URL such as https://kkt.example.com
        the environment `https://kkt.example.com/?a=b` has a query: only scheme, host, port and path are used
        the environment `https://kkt.example.com/a/../b` has `.` or `..` in its path
        the environment `https://kkt.example.com./` has no valid host name
        the environment `ftp://kkt.example.com/` is not https
        the environment `https://` is not a URL
        the environment `https://a b` is not a URL
        the environment `https://kkt.example.com:80800/` has the port `80800`, which is not a number from 1 to 65535
        the environment `https://kkt.example.com:8o80/` has the port `8o80`, which is not a number from 1 to 65535
        the environment `https://kkt.example.com:0/` has the port `0`, which is not a number from 1 to 65535
        the environment `https://[fd00::1]:99999/` has the port `99999`, which is not a number from 1 to 65535
        "
        );
    }

    #[test]
    fn m05_plain_http_is_taken_on_loopback_only() {
        for good in ["http://127.0.0.1:1", "http://localhost:8080", "http://[::1]:9", "http://127.9.9.9"] {
            assert!(good.parse::<Environment>().is_ok(), "{good}");
        }
        for bad in ["http://10.0.0.1", "http://127.0.0.1.example.com", "http://localhost.example.com"] {
            assert!(bad.parse::<Environment>().is_err(), "{bad}");
        }
    }

    #[test]
    fn m05_a_legal_port_and_none_are_taken() {
        for good in [
            "https://kkt.example.com:8443",
            "https://kkt.example.com",
            "https://[fd00::1]",
            "https://a:65535/x",
        ] {
            assert!(good.parse::<Environment>().is_ok(), "{good}");
        }
    }

    #[test]
    fn m05_an_empty_port_is_the_default_one() {
        for (written, meant) in [
            ("https://kkt.example.com:", "https://kkt.example.com"),
            ("https://kkt.example.com:/atol/", "https://kkt.example.com/atol"),
            ("https://[fd00::1]:", "https://[fd00::1]"),
        ] {
            let environment: Environment = written.parse().unwrap();
            assert_eq!(environment.to_string(), meant);
            assert_eq!(environment.endpoints(), meant.parse::<Environment>().unwrap().endpoints());
        }
        for bad in ["https://:", "https://kkt.example.com::"] {
            assert!(bad.parse::<Environment>().is_err(), "{bad}");
        }
    }
}
