//! The code tables of `crates/atol-model/codes`, and the page that shows them.

use anyhow::{Context as _, bail};

use crate::{
    docs::{markdown_head, table::Table},
    project::Project,
};

const NETWORK: &str = "crates/atol-model/codes/network.toml";
const SERVICE: &str = "crates/atol-model/codes/service.toml";

/// One code; `http` and `action` are told only by the service's own codes.
#[derive(Debug)]
pub(super) struct Code {
    pub(super) number: i64,
    pub(super) name: String,
    pub(super) en: String,
    pub(super) ru: String,
    http: Option<i64>,
    action: Option<String>,
}

pub(super) fn network(project: &Project) -> anyhow::Result<Vec<Code>> {
    read(project, NETWORK)
}

pub(super) fn service(project: &Project) -> anyhow::Result<Vec<Code>> {
    read(project, SERVICE)
}

/// `docs/reference/error-codes.md`.
pub(super) fn page(project: &Project) -> anyhow::Result<String> {
    rendered(network(project)?, service(project)?)
}

fn rendered(network: Vec<Code>, service: Vec<Code>) -> anyhow::Result<String> {
    let mut page = markdown_head("Error codes", &[NETWORK, SERVICE]);
    page.push_str(
        "\n## Network error codes\n\n\
         What a register last met on its way to the OFD (`networkErrorCode`, `NetworkErrorCode`). A code that is \
         not listed is kept as it came.\n\n",
    );
    let mut rows = Table::new(&["Code", "Name", "Meaning", "Значение"]);
    for code in network {
        rows.row([code.number.to_string(), format!("`{}`", code.name), code.en, code.ru]);
    }
    page.push_str(&rows.to_string());
    page.push_str(
        "\n## Service error codes\n\n\
         What the service answers instead of data (`ServiceError`, `ServiceErrorCode`), and what the client does \
         about it.\n\n",
    );
    let mut rows = Table::new(&["Code", "Name", "HTTP", "Client", "Meaning", "Значение"]);
    for code in service {
        let http = code.http.with_context(|| format!("{SERVICE}: {} has no `http`", code.name))?;
        let action = code.action.with_context(|| format!("{SERVICE}: {} has no `action`", code.name))?;
        rows.row([
            code.number.to_string(),
            format!("`{}`", code.name),
            http.to_string(),
            explained(&action)?.to_owned(),
            code.en,
            code.ru,
        ]);
    }
    page.push_str(&rows.to_string());
    Ok(page)
}

fn explained(action: &str) -> anyhow::Result<&'static str> {
    Ok(match action {
        "fail" => "fails at once",
        "reauthorize" => "logs in anew, repeats once",
        "retry" => "retries",
        other => bail!("{SERVICE}: unknown action {other:?}"),
    })
}

fn read(project: &Project, path: &str) -> anyhow::Result<Vec<Code>> {
    parse(&project.read(path)?).with_context(|| format!("{path} cannot be read"))
}

fn parse(text: &str) -> anyhow::Result<Vec<Code>> {
    let table: toml::Table = text.parse()?;
    let list = table.get("code").and_then(toml::Value::as_array).context("there is no [[code]]")?;
    let codes: Vec<Code> = list.iter().map(code_from).collect::<anyhow::Result<_>>()?;
    if let Some([one, two]) = codes.windows(2).find(|pair| pair[0].number >= pair[1].number) {
        bail!("{} ({}) must not stand before {} ({})", one.number, one.name, two.number, two.name);
    }
    Ok(codes)
}

fn code_from(entry: &toml::Value) -> anyhow::Result<Code> {
    let number = |key: &str| entry.get(key).and_then(toml::Value::as_integer);
    let text = |key: &str| entry.get(key).and_then(toml::Value::as_str).map(str::to_owned);
    let code = number("code").context("an entry without `code`")?;
    let needed = |key: &str| text(key).with_context(|| format!("code {code} has no `{key}`"));
    Ok(Code {
        number: code,
        name: needed("name")?,
        en: needed("en")?,
        ru: needed("ru")?,
        http: number("http"),
        action: text("action"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "[[code]]\ncode = 1\nname = \"One\"\nen = \"one\"\nru = \"один\"\n";

    /// The table of the service with one value changed after the other; what is the same twice has not changed.
    #[test]
    fn whatever_changes_in_a_table_changes_the_page_and_the_enum() -> anyhow::Result<()> {
        let project = Project::open()?;
        let table = project.read(SERVICE)?;
        let made = |table: &str| -> anyhow::Result<String> {
            let page = rendered(network(&project)?, parse(table)?)?;
            Ok(page + &crate::docs::code_enum::service_source(&parse(table)?))
        };
        let fresh = made(&table)?;
        for (from, to) in [
            ("code = 50", "code = 51"),
            ("\"MissingToken\"", "\"NoToken\""),
            ("http = 415", "http = 416"),
            ("\"retry\"", "\"fail\""),
            ("the token has expired", "the token is too old"),
            ("срок действия токена истёк", "токен устарел"),
        ] {
            assert!(table.contains(from), "{from}");
            assert_ne!(made(&table.replace(from, to))?, fresh, "{from} -> {to}");
        }
        Ok(())
    }

    #[test]
    fn a_code_is_there_once_and_in_order() {
        assert!(parse(ONE).is_ok());
        let twice = parse(&ONE.repeat(2)).map_err(|error| error.to_string());
        assert_eq!(twice.map(|codes| codes.len()), Err("1 (One) must not stand before 1 (One)".to_owned()));
    }

    #[test]
    fn a_code_without_a_description_is_refused() {
        let error = parse(&ONE.replace("ru =", "de =")).map(|codes| codes.len());
        assert!(error.is_err_and(|error| error.to_string() == "code 1 has no `ru`"));
    }
}
