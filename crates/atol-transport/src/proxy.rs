//! The way out of a network that lets nobody out directly.

use std::fmt;
use std::sync::Arc;

use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

use crate::environment::{illegal_port, is_loopback};
use crate::error::{Error, ErrorKind, Result};

/// A proxy that connections are made through, or the decision to use none.
///
/// ```
/// use atol_transport::Proxy;
///
/// let proxy = Proxy::new("http://shop-17:secret@proxy.example.com:3128")?;
/// assert_eq!(format!("{proxy:?}"), "Proxy(http://proxy.example.com:3128, with a login)");
/// # Ok::<(), atol_transport::Error>(())
/// ```
///
/// The proxy is asked for a tunnel (`CONNECT`) and sees the name of the host and encrypted bytes, never a token. It
/// resolves the name itself. The address may begin with `https://`, in which case the connection to the proxy is
/// encrypted too. User and password are sent to it in the `Basic` form, and shown nowhere.
#[derive(Clone)]
pub struct Proxy {
    rule: Rule,
}

#[derive(Clone)]
enum Rule {
    Direct,
    /// For every request.
    Always(Intercept),
    /// For what is neither on this machine nor an exception of `NO_PROXY`; named by this variable.
    Environment(Arc<Matcher>, &'static str),
}

impl Proxy {
    /// A proxy for every request, those to this machine included.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] when `address` is not one such as `http://HOST:PORT` or `http://USER:PASSWORD@HOST:PORT`.
    pub fn new(address: &str) -> Result<Proxy> {
        Ok(Proxy { rule: Rule::Always(parse("what is given as the proxy", address)?) })
    }

    /// No proxy, whatever the process's environment says.
    pub fn none() -> Proxy {
        Proxy { rule: Rule::Direct }
    }

    /// What the variables `HTTPS_PROXY` (else `ALL_PROXY`) and `NO_PROXY` say, in capital or small letters; this is
    /// the default. Requests to this machine never go through it.
    ///
    /// `NO_PROXY` lists hosts that are reached directly, separated by commas: names (with all names below them),
    /// addresses (of IPv6 with or without brackets), networks such as `10.0.0.0/8`, or `*` for all. A port behind a host
    /// is not looked at: `kkt.corp.example:8443` is an exception for each port of that host, other than in programs
    /// written in Go, where it is one for that port only.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] when the address cannot be used: going out directly instead would surprise.
    pub fn from_environment() -> Result<Proxy> {
        Proxy::from_variables(|name| std::env::var(name).ok())
    }

    fn from_variables(read: impl Fn(&str) -> Option<String>) -> Result<Proxy> {
        let first = |names: &[&'static str]| {
            names
                .iter()
                .find_map(|name| read(name).filter(|value| !value.is_empty()).map(|value| (*name, value)))
        };
        let Some((name, address)) = first(&["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]) else {
            return Ok(Proxy::none());
        };
        parse(&format!("the variable {name}"), &address)?;
        let exceptions = first(&["NO_PROXY", "no_proxy"]).map(|(_, hosts)| hosts).unwrap_or_default();
        let exceptions: Vec<_> = exceptions.split(',').map(exception).collect();
        // The matcher knows `*` for names only.
        if exceptions.contains(&"*") {
            return Ok(Proxy::none());
        }
        let exceptions = exceptions.join(",");
        let matcher = Matcher::builder().all(address.trim()).no(exceptions).build();
        Ok(Proxy { rule: Rule::Environment(Arc::new(matcher), name) })
    }

    /// The proxy through which a connection to `target` is made.
    pub(crate) fn intercept(&self, target: &Uri) -> Option<Intercept> {
        match &self.rule {
            Rule::Direct => None,
            Rule::Always(proxy) => Some(proxy.clone()),
            Rule::Environment(..) if target.host().is_some_and(is_loopback) => None,
            Rule::Environment(matcher, _) => matcher.intercept(target),
        }
    }

    /// The variable that names it, if one does.
    pub(crate) fn variable(&self) -> Option<&'static str> {
        match &self.rule {
            Rule::Environment(_, name) => Some(name),
            Rule::Direct | Rule::Always(_) => None,
        }
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.rule {
            Rule::Direct => f.write_str("Proxy(none)"),
            Rule::Always(proxy) => {
                let login = if proxy.basic_auth().is_some() { ", with a login" } else { "" };
                write!(f, "Proxy({}{login})", proxy.uri().to_string().trim_end_matches([':', '/']))
            }
            Rule::Environment(..) => f.write_str("Proxy(as the environment says)"),
        }
    }
}

/// An entry of `NO_PROXY` as the matcher knows it: without brackets and port.
fn exception(entry: &str) -> &str {
    let entry = entry.trim();
    let is_port = |text: &str| text.parse::<u16>().is_ok();
    if let Some((address, rest)) = entry.strip_prefix('[').and_then(|entry| entry.split_once(']')) {
        return if rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port) { address } else { entry };
    }
    match entry.rsplit_once(':') {
        // With another colon it is an address of IPv6.
        Some((host, port)) if !host.contains(':') && is_port(port) => host,
        _ => entry,
    }
}

/// Reads an address, which is never shown: it may hold a password in any place.
fn parse(what: &str, address: &str) -> Result<Intercept> {
    let somewhere = Uri::from_static("https://kkt.invalid");
    let proxy = Matcher::builder().all(address.trim()).build().intercept(&somewhere);
    match proxy {
        Some(proxy) if proxy.uri().authority().and_then(illegal_port).is_some() => Err(Error::new(
            ErrorKind::Config,
            format!("{what} has a port that is not a number from 1 to 65535"),
        )),
        Some(proxy) if matches!(proxy.uri().scheme_str(), Some("http" | "https")) => Ok(proxy),
        Some(proxy) => Err(Error::new(
            ErrorKind::Config,
            format!(
                "{what} begins with `{}://`, which is not supported: use an `http://` or `https://` proxy",
                proxy.uri().scheme_str().unwrap_or_default()
            ),
        )),
        None => Err(Error::new(
            ErrorKind::Config,
            format!(
                "{what} cannot be read as an address: use http://HOST:PORT or http://USER:PASSWORD@HOST:PORT"
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(variables: &[(&str, &str)]) -> Result<Proxy> {
        Proxy::from_variables(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    /// The proxy through which `target` is reached.
    fn way(proxy: &Proxy, target: &'static str) -> Option<String> {
        proxy.intercept(&Uri::from_static(target)).map(|proxy| proxy.uri().to_string())
    }

    #[test]
    fn the_environment_is_obeyed_with_its_exceptions() {
        let proxy =
            from(&[("HTTPS_PROXY", "http://p:3128"), ("NO_PROXY", "corp.example, 10.0.0.0/8")]).unwrap();
        assert_eq!(way(&proxy, "https://online.atol.ru").as_deref(), Some("http://p:3128/"));
        for direct in ["https://corp.example", "https://kkt.corp.example:8443", "https://10.1.2.3"] {
            assert_eq!(way(&proxy, direct), None, "{direct}");
        }
    }

    #[test]
    fn exceptions_are_understood_with_brackets_with_a_port_and_as_all() {
        let cases = [
            ("*", "https://online.atol.ru", true),
            ("a.example, * ", "https://10.1.2.3", true),
            ("*", "https://[fd00::1]", true),
            ("[fd00::1]", "https://[fd00::1]:8443", true),
            ("[fd00::1]:8443", "https://[fd00::1]:8443", true),
            ("[fd00::1]:8443", "https://[fd00::2]:8443", false),
            ("fd00::1", "https://[fd00::1]", true),
            ("fd00::/8", "https://[fd12::1]", true),
            ("kkt.corp.example:8443", "https://kkt.corp.example:8443", true),
            ("kkt.corp.example:8443", "https://kkt.corp.example", true),
            ("10.1.2.3:443", "https://10.1.2.3", true),
            ("10.1.2.3:443", "https://10.1.2.4", false),
            ("corp.example:port", "https://corp.example", false),
            ("*.corp.example", "https://online.atol.ru", false),
            (":443", "https://online.atol.ru", false),
            (",", "https://online.atol.ru", false),
        ];
        for (exceptions, target, is_direct) in cases {
            let proxy = from(&[("HTTPS_PROXY", "http://p:3128"), ("NO_PROXY", exceptions)]).unwrap();
            assert_eq!(way(&proxy, target).is_none(), is_direct, "{exceptions} and {target}");
        }
    }

    #[test]
    fn small_letters_and_the_proxy_for_all_count_too() {
        for name in ["https_proxy", "ALL_PROXY", "all_proxy"] {
            let proxy = from(&[(name, "p:3128"), ("HTTPS_PROXY", ""), ("no_proxy", "b.example")]).unwrap();
            assert_eq!(way(&proxy, "https://a.example").as_deref(), Some("http://p:3128/"), "{name}");
            assert_eq!(way(&proxy, "https://b.example"), None, "{name}");
            assert_eq!(proxy.variable(), Some(name));
        }
        let proxy = from(&[("HTTP_PROXY", "http://p:3128")]).unwrap();
        assert_eq!(way(&proxy, "https://a.example"), None, "it is for plain http, which we do not speak");
    }

    #[test]
    fn this_machine_is_reached_directly_unless_asked_otherwise() {
        let environment = from(&[("HTTPS_PROXY", "http://p:3128")]).unwrap();
        let explicit = Proxy::new("http://p:3128").unwrap();
        for target in ["http://127.0.0.1:8080", "http://localhost:1", "https://[::1]:9", "https://localhost"]
        {
            assert_eq!(way(&environment, target), None, "{target}");
            assert_eq!(way(&explicit, target).as_deref(), Some("http://p:3128/"), "{target}");
        }
        assert_eq!(way(&Proxy::none(), "https://online.atol.ru"), None);
    }

    #[test]
    fn a_proxy_that_cannot_be_used_is_an_error_and_not_a_way_around_it() {
        let refused = |error: Result<Proxy>| error.unwrap_err().to_string();
        insta::assert_snapshot!(
            [
                refused(Proxy::new("")),
                refused(Proxy::new("http://user:canary@")),
                refused(Proxy::new("ftp://user:canary@p:21")),
                refused(Proxy::new("socks5://user:canary@p:1080")),
                refused(from(&[("HTTPS_PROXY", "user:canary@p b:3128")])),
                refused(from(&[("all_proxy", "socks5h://p:1080")])),
                refused(Proxy::new("http://user:canary@p:80800")),
                refused(from(&[("HTTPS_PROXY", "user:canary")])),
            ]
            .join("\n"),
            @r"
        what is given as the proxy cannot be read as an address: use http://HOST:PORT or http://USER:PASSWORD@HOST:PORT
        what is given as the proxy cannot be read as an address: use http://HOST:PORT or http://USER:PASSWORD@HOST:PORT
        what is given as the proxy cannot be read as an address: use http://HOST:PORT or http://USER:PASSWORD@HOST:PORT
        what is given as the proxy begins with `socks5://`, which is not supported: use an `http://` or `https://` proxy
        the variable HTTPS_PROXY cannot be read as an address: use http://HOST:PORT or http://USER:PASSWORD@HOST:PORT
        the variable all_proxy begins with `socks5h://`, which is not supported: use an `http://` or `https://` proxy
        what is given as the proxy has a port that is not a number from 1 to 65535
        the variable HTTPS_PROXY has a port that is not a number from 1 to 65535
        "
        );
    }

    #[test]
    fn an_empty_port_is_the_default_one() {
        let proxy = Proxy::new("http://user:canary@p:").unwrap();
        let way = proxy.intercept(&Uri::from_static("https://online.atol.ru")).unwrap();
        assert_eq!((way.uri().host(), way.uri().port_u16()), (Some("p"), None));
        assert_eq!(format!("{proxy:?}"), "Proxy(http://p, with a login)");
    }

    #[test]
    fn no_form_of_it_shows_the_password() {
        let proxies = [
            Proxy::new("http://user:canary@p:3128").unwrap(),
            from(&[("HTTPS_PROXY", "http://user:canary@p:3128")]).unwrap(),
        ];
        for proxy in proxies {
            let target = Uri::from_static("https://online.atol.ru");
            let shown = format!("{proxy:?} {:?} {:#?}", proxy.intercept(&target), proxy);
            // Also not as the header has it.
            for secret in ["canary", "dXNlcjpjYW5hcnk="] {
                assert!(!shown.contains(secret), "{shown}");
            }
        }
    }
}
