//! Names of hosts on the command line.

use std::net::IpAddr;

use idna::AsciiDenyList;

/// Reads a name as clients send it: `kkt.example.com`, and `xn--80aa2a3aa.xn--p1ai` for `касса.рф`.
pub(super) fn host(text: &str) -> Result<String, &'static str> {
    if text.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().is_ok() {
        return Ok(text.to_owned());
    }
    if text.contains('/') {
        return Err("write the name alone, without scheme and path, such as kkt.example.com");
    }
    if text.contains(':') {
        return Err("write the name alone, such as kkt.example.com: it is answered to at every port");
    }
    if text.contains('*') {
        return Err("write each name out, and --host before each");
    }
    let name = text.strip_suffix('.').unwrap_or(text);
    match idna::domain_to_ascii_cow(name.as_bytes(), AsciiDenyList::URL) {
        Ok(name) if !name.is_empty() => Ok(name.into_owned()),
        _ => Err("write the name of a host, such as kkt.example.com"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_as_clients_send_it() {
        for (text, name) in [
            ("kkt.example.com", "kkt.example.com"),
            ("KKT.Example.com.", "kkt.example.com"),
            ("касса.рф", "xn--80aa2a3aa.xn--p1ai"),
            ("КАССА.РФ", "xn--80aa2a3aa.xn--p1ai"),
            ("xn--80aa2a3aa.xn--p1ai", "xn--80aa2a3aa.xn--p1ai"),
            ("atol_serve", "atol_serve"),
            ("10.0.0.5", "10.0.0.5"),
            ("[::1]", "[::1]"),
        ] {
            assert_eq!(host(text).as_deref(), Ok(name), "{text}");
        }
    }

    #[test]
    fn what_no_client_sends_as_a_name_is_refused_with_what_to_write() {
        for (text, hint) in [
            ("kkt.example.com:8443", "every port"),
            ("касса.рф:443", "every port"),
            ("10.0.0.5:9877", "every port"),
            ("[::1]:9877", "every port"),
            ("https://kkt.example.com", "without scheme and path"),
            ("kkt.example.com/", "without scheme and path"),
            ("*.example.com", "each name"),
            ("", "name of a host"),
            (".", "name of a host"),
            ("a b", "name of a host"),
            ("user@kkt.example.com", "name of a host"),
            ("kkt?", "name of a host"),
        ] {
            let refusal = host(text).unwrap_err();
            assert!(refusal.contains(hint), "{text}: {refusal}");
        }
    }
}
