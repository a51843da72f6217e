//! By which names the server is asked for: a foreign site that points a name of its own at this machine reads nothing.

use std::net::IpAddr;

use http::header::HOST;
use http::uri::Authority;
use http::{HeaderMap, HeaderValue};

/// The names that are answered to.
#[derive(Clone, Debug)]
pub(crate) enum Hosts {
    /// Every one: others are meant to reach the server, and nobody has said by which name.
    Any,
    /// Addresses, which no site can point elsewhere, `localhost`, and these.
    Known(Vec<String>),
}

impl Hosts {
    /// For a server that listens at `address` and was given these names.
    pub(crate) fn new(address: IpAddr, names: Vec<String>) -> Hosts {
        if names.is_empty() && !address.to_canonical().is_loopback() {
            Hosts::Any
        } else {
            Hosts::Known(names)
        }
    }

    /// Whether a request with these headers is answered. Browsers always say whom they ask; who does not is none.
    pub(crate) fn accept(&self, headers: &HeaderMap) -> bool {
        headers.get_all(HOST).iter().all(|host| self.knows(host))
    }

    fn knows(&self, host: &HeaderValue) -> bool {
        let Hosts::Known(names) = self else { return true };
        let Ok(authority) = Authority::try_from(host.as_bytes()) else { return false };
        let name = authority.host().trim_end_matches('.');
        let address = name.trim_start_matches('[').trim_end_matches(']');
        let mut known = names.iter().map(String::as_str).chain(["localhost"]);
        address.parse::<IpAddr>().is_ok() || known.any(|known| known.eq_ignore_ascii_case(name))
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn accepts(hosts: &Hosts, host: &'static str) -> bool {
        hosts.accept(&HeaderMap::from_iter([(HOST, HeaderValue::from_static(host))]))
    }

    #[test]
    fn on_loopback_a_name_that_nobody_gave_it_is_not_answered_to() {
        let hosts = Hosts::new(Ipv4Addr::LOCALHOST.into(), vec!["Shop.example".to_owned()]);
        let known = [
            "127.0.0.1:9877",
            "[::1]:9877",
            "localhost",
            "LocalHost:9877",
            "shop.example:443",
            "shop.example.",
        ];
        for host in known {
            assert!(accepts(&hosts, host), "{host}");
        }
        for host in
            ["evil.example", "evil.example:9877", "127.0.0.1.evil.example", "localhost.evil", "a b", ""]
        {
            assert!(!accepts(&hosts, host), "{host}");
        }
        assert!(hosts.accept(&HeaderMap::new()));
    }

    #[test]
    fn a_second_host_is_looked_at_too() {
        let mut headers = HeaderMap::new();
        headers.append(HOST, HeaderValue::from_static("localhost"));
        headers.append(HOST, HeaderValue::from_static("evil.example"));
        assert!(!Hosts::new(Ipv4Addr::LOCALHOST.into(), Vec::new()).accept(&headers));
    }

    #[test]
    fn elsewhere_every_name_is_answered_to_until_one_is_given() {
        let everywhere = Ipv4Addr::UNSPECIFIED.into();
        assert!(accepts(&Hosts::new(everywhere, Vec::new()), "any.example"));
        let named = Hosts::new(everywhere, vec!["shop.example".to_owned()]);
        assert!(accepts(&named, "shop.example") && !accepts(&named, "any.example"));
    }
}
