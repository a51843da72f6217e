//! Rows for spreadsheets: RFC 4180 with a header, the names those of the service.

use std::io::{self, Write};

use atol_monitor::Kkt;
use atol_monitor::health::Assessment;
use atol_transport::error::Excerpt;
use csv::{Terminator, Writer, WriterBuilder};
use serde_json::Value;

/// The attributes in the order of the service.
const ATTRIBUTES: [&str; 18] = [
    "serialNumber",
    "registrationNumber",
    "deviceNumber",
    "fiscalizationDate",
    "fiscalStorageExpiration",
    "signedDocuments",
    "fiscalStoragePercentageUse",
    "fiscalStorageINN",
    "fiscalStorageSerialNumber",
    "fiscalStoragePaymentAddress",
    "groupCode",
    "timestamp",
    "isShiftOpened",
    "shiftNumber",
    "shiftReceipt",
    "unsentDocs",
    "firstUnsetDocTimestamp",
    "networkErrorCode",
];

/// The attribute that may come by another name, as which `to_value` gives it back.
const OF_TWO_NAMES: [&str; 2] = ["firstUnsetDocTimestamp", "firstUnsentDocTimestamp"];

/// What we think of it, in two columns behind those of the service.
const VERDICT: [&str; 2] = ["severity", "findings"];

/// Writes registers as rows.
pub(crate) struct CsvRows<W: Write>(Writer<W>);

impl<W: Write> CsvRows<W> {
    /// Writes the header.
    pub(crate) fn new(out: W) -> io::Result<CsvRows<W>> {
        let mut rows = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
        rows.write_record(ATTRIBUTES.iter().chain(&VERDICT))?;
        Ok(CsvRows(rows))
    }

    pub(crate) fn write(&mut self, kkt: &Kkt, assessment: &Assessment) -> io::Result<()> {
        let attributes = kkt.to_value();
        for name in ATTRIBUTES {
            let value = match attributes.get(name) {
                None if name == OF_TWO_NAMES[0] => attributes.get(OF_TWO_NAMES[1]),
                value => value,
            };
            self.0.write_field(cell(value.unwrap_or(&Value::Null)))?;
        }
        let findings: Vec<_> = assessment.findings.iter().map(|finding| finding.kind().as_str()).collect();
        self.0.write_field(assessment.severity.as_str())?;
        self.0.write_field(findings.join(" "))?;
        self.0.write_record(None::<&[u8]>)?;
        Ok(())
    }

    pub(crate) fn finish(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// An attribute as a cell; one that is not told is empty.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => harmless(text),
        other => other.to_string(),
    }
}

/// Text that no spreadsheet takes for a formula and no terminal for a command.
fn harmless(text: &str) -> String {
    let is_formula = text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    let apostrophe = if is_formula { "'" } else { "" };
    format!("{apostrophe}{}", Excerpt::of(text, usize::MAX))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use atol_monitor::health::Policy;

    use super::*;

    fn rows(kkts: impl IntoIterator<Item = Kkt>) -> String {
        let mut out = Vec::new();
        let mut rows = CsvRows::new(&mut out).unwrap();
        for kkt in kkts {
            let assessment = Policy::default().assess(&kkt, "2026-11-24T10:00:00Z".parse().unwrap());
            rows.write(&kkt, &assessment).unwrap();
        }
        rows.finish().unwrap();
        drop(rows);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn rows_follow_rfc_4180() {
        let address = "г. Томск, \"Центр\"\nпр. Ленина, 1";
        let text = rows([
            Kkt::builder("00107703864827")
                .fiscal_storage_payment_address(address)
                .signed_documents(5)
                .build(),
            Kkt::builder("00107703864828").is_shift_opened(false).build(),
        ]);
        insta::assert_snapshot!(text.replace('\r', "␍"));
        assert!(text.lines().all(|line| line.matches(',').count() >= ATTRIBUTES.len() + VERDICT.len() - 1));
    }

    #[test]
    fn no_cell_is_a_formula() {
        for evil in ["=1+1", "+7", "-1", "@SUM(A1)", " =1+1", "\t=1+1", "\r=1+1", "＝1+1"] {
            let text = rows([Kkt::builder("1").group_code(evil).build()]);
            let cell = text.lines().nth(1).unwrap().split(',').nth(10).unwrap();
            assert!(cell.starts_with(['\'', '"']), "{evil:?}: {cell:?}");
        }
    }

    #[test]
    fn the_header_names_every_attribute_of_a_register() {
        let date = "2026-11-24T10:00:00+00:00".parse().unwrap();
        let kkt = Kkt::builder("1").unsent_docs(1).first_unsent_doc_timestamp(Some(date)).build();
        let names: BTreeSet<_> = kkt.to_value().as_object().unwrap().keys().cloned().collect();
        assert_eq!(names, ATTRIBUTES.map(str::to_owned).into());
        // Whatever the service calls it, it is in its column.
        let json = kkt.to_json().replace(OF_TWO_NAMES[0], OF_TWO_NAMES[1]);
        let renamed = Kkt::from_json(json.as_bytes()).unwrap();
        assert_ne!(renamed.to_value(), kkt.to_value());
        assert_eq!(rows([renamed]), rows([kkt]));
    }
}
