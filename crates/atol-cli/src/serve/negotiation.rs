//! What the client would rather have: a language, a text format of metrics.

use atol_monitor::Language;
use http::HeaderMap;
use http::header::{ACCEPT, ACCEPT_LANGUAGE};

use super::metrics::Format;

/// The language that the query asks for, or the client's, or English.
pub(crate) fn language(query: &str, headers: &HeaderMap) -> Language {
    let asked = form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| name == "lang")
        .find_map(|(_, value)| value.parse().ok());
    asked
        .or_else(|| best(headers, ACCEPT_LANGUAGE, |range| range.parse::<Language>().ok()))
        .unwrap_or_default()
}

/// OpenMetrics for those who ask for it, otherwise what everybody reads.
pub(crate) fn metrics_format(headers: &HeaderMap) -> Format {
    best(headers, ACCEPT, |range| match range {
        "application/openmetrics-text" => Some(Format::OpenMetrics),
        "text/plain" | "text/*" | "*/*" => Some(Format::Prometheus),
        _ => None,
    })
    .unwrap_or(Format::Prometheus)
}

/// What `known` makes of the range with the greatest weight; of equal ones the first.
fn best<T>(headers: &HeaderMap, name: http::HeaderName, known: impl Fn(&str) -> Option<T>) -> Option<T> {
    let mut best: Option<(f32, T)> = None;
    for range in headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
    {
        let mut parts = range.split(';').map(str::trim);
        let range = parts.next().unwrap_or_default().to_ascii_lowercase();
        let weight =
            parts.find_map(|part| part.strip_prefix("q=")).map_or(Ok(1.0), str::parse).unwrap_or(0.0);
        let is_better = weight > best.as_ref().map_or(0.0, |(weight, _)| *weight);
        if let Some(value) = known(&range).filter(|_| is_better) {
            best = Some((weight, value));
        }
    }
    best.map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: http::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, http::HeaderValue::from_static(value))])
    }

    #[test]
    fn the_query_decides_on_the_language_before_the_browser() {
        let russian = headers(ACCEPT_LANGUAGE, "de, ru-RU;q=0.9, en;q=0.8");
        assert_eq!(language("", &russian), Language::Ru);
        assert_eq!(language("q=1&lang=en", &russian), Language::En);
        assert_eq!(language("lang=xx", &russian), Language::Ru);
        assert_eq!(language("", &headers(ACCEPT_LANGUAGE, "ru;q=0")), Language::En);
        assert_eq!(language("", &HeaderMap::new()), Language::En);
    }

    #[test]
    fn prometheus_gets_what_it_prefers_and_a_browser_what_it_can_show() {
        let asked = |accept| metrics_format(&headers(ACCEPT, accept));
        let prometheus_2_42 = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
        assert_eq!(asked(prometheus_2_42), Format::OpenMetrics);
        assert_eq!(
            asked("text/plain;version=0.0.4;q=0.9,application/openmetrics-text;q=0.1"),
            Format::Prometheus
        );
        assert_eq!(asked("text/html,application/xhtml+xml,*/*;q=0.8"), Format::Prometheus);
        assert_eq!(metrics_format(&HeaderMap::new()), Format::Prometheus);
    }
}
