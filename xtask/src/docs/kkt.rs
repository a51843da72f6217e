//! `docs/reference/kkt.md`: the attributes of a register, read from the model's source text.
//!
//! Names, order and meaning come from the fields of `Kkt` and their doc comments, which begin with the Russian name and
//! a colon, and end with the source; JSON names, required keys and shapes come from `Field`.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, bail, ensure};

use crate::{
    docs::{markdown_head, table::Table},
    project::Project,
};

const KKT: &str = "crates/atol-model/src/kkt.rs";
const FIELD: &str = "crates/atol-model/src/field.rs";

pub(super) fn page(project: &Project) -> anyhow::Result<String> {
    let fields = fields(&project.read(KKT)?).with_context(|| format!("{KKT} is not as expected"))?;
    let wire = wire(&project.read(FIELD)?).with_context(|| format!("{FIELD} is not as expected"))?;
    ensure!(fields.len() == wire.len(), "{KKT} has {} attributes, {FIELD} has {}", fields.len(), wire.len());
    let mut rows = Table::new(&[
        "Attribute",
        "JSON name",
        "JSON type",
        "Unit",
        "Key",
        "Null",
        "Meaning",
        "Значение",
        "Source",
    ]);
    for (field, wire) in fields.iter().zip(&wire) {
        ensure!(wire.is_of(field), "`{}` stands beside `{}`", field.name, wire.json_name);
        let (json_type, unit) = wire.told(&field.rust_type)?;
        rows.row([
            format!("`{}`", field.name),
            format!("`{}`", wire.json_name),
            json_type.to_owned(),
            unit.to_owned(),
            if wire.is_required { "required" } else { "optional" }.to_owned(),
            if field.rust_type.starts_with("Option<") { "yes" } else { "no" }.to_owned(),
            field.english.clone(),
            field.russian.clone(),
            field.source.clone(),
        ]);
    }
    Ok(format!(
        "{}\nWhat the service tells of one register (`Kkt`), in the order of the wire. A `null` reads as `None`. Members \
         that are not listed are kept as they came.\n\nThe source is **A** for the public PHP client, **B** for what is \
         public about the same thing elsewhere, **C** for what is concluded.\n\n{rows}",
        markdown_head("The attributes of a register", &[KKT, FIELD])
    ))
}

/// A public field of `Kkt` that is an attribute.
#[derive(Debug, PartialEq, Eq)]
struct Field {
    name: String,
    rust_type: String,
    english: String,
    russian: String,
    source: String,
}

fn fields(source: &str) -> anyhow::Result<Vec<Field>> {
    let (_, rest) = source.split_once("pub struct Kkt {").context("there is no `pub struct Kkt {`")?;
    let (body, _) = rest.split_once("\n}").context("the struct has no end")?;
    let mut docs = String::new();
    let mut fields = Vec::new();
    for line in body.lines().map(str::trim) {
        if let Some(doc) = line.strip_prefix("///") {
            docs.push_str(doc);
        } else if let Some(field) = line.strip_prefix("pub ") {
            let (name, rust_type) =
                field.trim_end_matches(',').split_once(": ").context("a field without a type")?;
            // Holds what is no attribute.
            if name != "extra" {
                fields.push(field_from(name, rust_type, docs.trim())?);
            }
            docs.clear();
        }
    }
    Ok(fields)
}

fn field_from(name: &str, rust_type: &str, docs: &str) -> anyhow::Result<Field> {
    let (russian, english) = docs
        .split_once(": ")
        .filter(|(russian, _)| russian.chars().any(|c| matches!(c, 'а'..='я')))
        .with_context(|| format!("the docs of `{name}` must begin with its Russian name and a colon"))?;
    let (english, source) = english
        .split_once(" Source: ")
        .with_context(|| format!("the docs of `{name}` must end with its source"))?;
    Ok(Field {
        name: name.to_owned(),
        rust_type: rust_type.to_owned(),
        english: without_rustdoc_links(english),
        russian: russian.to_owned(),
        source: source.trim_end_matches('.').to_owned(),
    })
}

/// Rustdoc's links to items lead nowhere on this page; their text stays.
fn without_rustdoc_links(text: &str) -> String {
    let mut parts = text.split("](");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (_, rest) = part.split_once(')').unwrap_or(("", part));
        plain.push_str(rest);
    }
    plain.replace('[', "")
}

/// What `Field` says of an attribute.
#[derive(Debug, PartialEq, Eq)]
struct Wire {
    json_name: String,
    is_required: bool,
    shape: String,
}

impl Wire {
    /// Whether both files name the same attribute: alike but for the spelling, and for a mistake of the wire.
    fn is_of(&self, field: &Field) -> bool {
        self.json_name.replace("Unset", "Unsent").eq_ignore_ascii_case(&field.name.replace('_', ""))
    }

    /// The JSON type and the unit; the Rust type must agree.
    fn told(&self, rust_type: &str) -> anyhow::Result<(&'static str, &'static str)> {
        let (json_type, unit, rust) = match self.shape.as_str() {
            "SerialNumber" | "Text" => ("string", "", "String"),
            "Date" => ("string", "ISO 8601 with offset", "OffsetTimestamp"),
            "UtcDate" => ("string", "ISO 8601, UTC", "OffsetTimestamp"),
            "Count" => ("integer", "", "u64"),
            "Percentage" => ("number", "%", "f64"),
            "Flag" => ("boolean", "", "bool"),
            "Code" => ("integer", "[code](error-codes.md#network-error-codes)", "NetworkErrorCode"),
            other => bail!("unknown shape {other}"),
        };
        let is = rust_type.trim_start_matches("Option<").trim_end_matches('>');
        ensure!(is == rust, "`{}` is {rust} by its shape, {is} in `Kkt`", self.json_name);
        Ok((json_type, unit))
    }
}

fn wire(source: &str) -> anyhow::Result<Vec<Wire>> {
    let optional = body(source, "fn is_required(self)")?;
    ensure!(
        optional.trim_start().starts_with("!matches!(self,"),
        "`is_required` names no longer what is optional"
    );
    let optional: BTreeSet<&str> = paths(optional).filter_map(|path| path.strip_prefix("Self::")).collect();
    let shapes = shapes(body(source, "fn shape(self)")?);
    body(source, "fn name(self)")?
        .lines()
        .filter_map(|line| line.split_once(" => "))
        .map(|(variant, json_name)| {
            let variant = variant.trim().trim_start_matches("Self::");
            let shape = shapes.get(variant).with_context(|| format!("{variant} has no shape"))?;
            Ok(Wire {
                json_name: json_name.trim_matches([',', '"']).to_owned(),
                is_required: !optional.contains(variant),
                shape: (*shape).to_owned(),
            })
        })
        .collect()
}

/// The shape of each variant: `Self::A | Self::B => Shape::C`, however it is broken into lines.
fn shapes(body: &str) -> BTreeMap<&str, &str> {
    let mut shapes = BTreeMap::new();
    let mut variants: Vec<&str> = Vec::new();
    for path in paths(body) {
        if let Some(variant) = path.strip_prefix("Self::") {
            variants.push(variant);
        } else if let Some(shape) = path.strip_prefix("Shape::") {
            shapes.extend(variants.drain(..).map(|variant| (variant, shape)));
        }
    }
    shapes
}

/// The words of a source text, `Self::A` being one.
fn paths(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != ':')
}

/// What stands between the braces of a method.
fn body<'a>(source: &'a str, signature: &str) -> anyhow::Result<&'a str> {
    source
        .split_once(signature)
        .and_then(|(_, rest)| rest.split_once("{\n"))
        .and_then(|(_, rest)| rest.split_once("\n    }\n"))
        .map(|(body, _)| body)
        .with_context(|| format!("there is no `{signature}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRUCT: &str = "\
pub struct Kkt {
    /// Номер смены: of the open shift. See
    /// [`shift`](crate::shift). Source: A; the rest
    /// C.
    pub shift_number: Option<u64>,
    /// What is left.
    pub extra: Extra,
    pub(crate) hidden: bool,
}
";

    const METHODS: &str = "\
    fn name(self) -> &'static str {
        match self {
            Self::ShiftNumber => \"shiftNumber\",
            Self::UnsentDocs => \"unsentDocs\",
        }
    }

    fn is_required(self) -> bool {
        !matches!(self, Self::UnsentDocs)
    }

    fn shape(self) -> Shape {
        match self {
            Self::ShiftNumber
            | Self::UnsentDocs => {
                Shape::Count
            }
        }
    }
";

    #[test]
    fn attributes_are_the_public_fields_with_both_meanings() -> anyhow::Result<()> {
        let field = Field {
            name: "shift_number".to_owned(),
            rust_type: "Option<u64>".to_owned(),
            english: "of the open shift. See `shift`.".to_owned(),
            russian: "Номер смены".to_owned(),
            source: "A; the rest C".to_owned(),
        };
        assert_eq!(fields(STRUCT)?, [field]);
        Ok(())
    }

    #[test]
    fn a_field_without_its_russian_name_is_refused() {
        let error = fields(&STRUCT.replace("Номер смены", "Number")).map_err(|error| error.to_string());
        assert_eq!(
            error,
            Err("the docs of `shift_number` must begin with its Russian name and a colon".to_owned())
        );
    }

    #[test]
    fn a_field_without_its_source_is_refused() {
        let error = fields(&STRUCT.replace("Source", "From")).map_err(|error| error.to_string());
        assert_eq!(error, Err("the docs of `shift_number` must end with its source".to_owned()));
    }

    #[test]
    fn names_keys_and_shapes_are_read_from_the_matches() -> anyhow::Result<()> {
        let wire = wire(METHODS)?;
        let told: Vec<_> =
            wire.iter().map(|w| (w.json_name.as_str(), w.is_required, w.shape.as_str())).collect();
        assert_eq!(told, [("shiftNumber", true, "Count"), ("unsentDocs", false, "Count")]);
        let field = &fields(STRUCT)?[0];
        assert!(wire[0].is_of(field) && !wire[1].is_of(field));
        assert!(wire[0].told("Option<u64>").is_ok());
        assert!(wire[0].told("Option<String>").is_err());
        Ok(())
    }
}
