//! Root certificates that a user brings along.

use std::fmt;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::{self, PemObject};

use crate::error::{Error, ErrorKind, Result};

/// Certificates of authorities to trust, checked one by one.
///
/// ```
/// use atol_transport::tls::RootCertificates;
///
/// let error = RootCertificates::from_pem(b"no certificate in here").unwrap_err();
/// assert_eq!(error.to_string(), "no usable root certificate: the text holds no PEM certificate at all");
/// ```
///
/// A bundle may hold certificates that cannot be used here, such as those with GOST keys: they are
/// [skipped](Self::skipped) with the reason, the others are loaded.
#[derive(Clone)]
pub struct RootCertificates {
    certificates: Vec<CertificateDer<'static>>,
    skipped: Vec<SkippedCertificate>,
}

/// A certificate of a bundle that could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SkippedCertificate {
    /// Its place in the bundle, counted from 0.
    pub index: usize,
    /// Why it was left out.
    pub reason: String,
}

impl RootCertificates {
    /// Reads a PEM bundle: any number of `BEGIN CERTIFICATE` blocks, with anything between them.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] when not one certificate in it can be used.
    pub fn from_pem(pem: &[u8]) -> Result<RootCertificates> {
        RootCertificates::from_each(
            CertificateDer::pem_slice_iter(pem)
                .map(|entry| entry.map_err(|error| format!("its PEM is broken: {}", told(&error)))),
            "the text holds no PEM certificate at all",
        )
    }

    /// Takes one DER certificate.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] when it cannot be used.
    pub fn from_der(der: impl Into<Vec<u8>>) -> Result<RootCertificates> {
        RootCertificates::from_each(std::iter::once(Ok(CertificateDer::from(der.into()))), "")
    }

    /// How many certificates can be used.
    pub fn len(&self) -> usize {
        self.certificates.len()
    }

    /// Whether there are none; never so, but clippy and readers like to ask.
    pub fn is_empty(&self) -> bool {
        self.certificates.is_empty()
    }

    /// What was left out, and why.
    pub fn skipped(&self) -> &[SkippedCertificate] {
        &self.skipped
    }

    pub(super) fn certificates(&self) -> Vec<CertificateDer<'static>> {
        self.certificates.clone()
    }

    fn from_each(
        entries: impl Iterator<Item = Result<CertificateDer<'static>, String>>,
        if_none: &str,
    ) -> Result<RootCertificates> {
        let mut roots = RootCertificates { certificates: Vec::new(), skipped: Vec::new() };
        for (index, entry) in entries.enumerate() {
            match entry.and_then(usable) {
                Ok(certificate) => roots.certificates.push(certificate),
                Err(reason) => roots.skipped.push(SkippedCertificate { index, reason }),
            }
        }
        if roots.is_empty() {
            let why = roots.skipped.first().map_or(if_none, |skipped| skipped.reason.as_str());
            return Err(Error::new(ErrorKind::Config, format!("no usable root certificate: {why}")));
        }
        Ok(roots)
    }
}

impl fmt::Debug for RootCertificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RootCertificates")
            .field("len", &self.len())
            .field("skipped", &self.skipped)
            .finish_non_exhaustive()
    }
}

/// What is wrong, without the text it is wrong in, which the error would quote at full length: a bundle may hold a key.
fn told(error: &pem::Error) -> &'static str {
    match error {
        pem::Error::MissingSectionEnd { .. } => "a block has no end line of its kind",
        pem::Error::IllegalSectionStart { .. } => "a BEGIN line does not end in five dashes",
        pem::Error::Base64Decode(_) => "what stands in a block is not base64",
        pem::Error::SectionTooLarge => "a block is larger than 256 MB",
        _ => "it cannot be read",
    }
}

/// A trial run: what a store refuses now would be refused in every handshake.
fn usable(certificate: CertificateDer<'static>) -> Result<CertificateDer<'static>, String> {
    let mut store = rustls::RootCertStore::empty();
    store.add(certificate.clone()).map_err(|_| "it cannot be read as an X.509 certificate".to_owned())?;
    // A store takes any key; only a handshake would find out.
    if store.roots.iter().any(|root| is_gost(&root.subject_public_key_info)) {
        return Err("its key is of a GOST kind, which TLS here cannot check".to_owned());
    }
    Ok(certificate)
}

/// Whether the algorithm of a key, which stands first in it, is one of the Russian standards (arc 1.2.643).
fn is_gost(key: &[u8]) -> bool {
    const ARC: &[u8] = &[0x2a, 0x85, 0x03];
    // SEQUENCE, length, OBJECT IDENTIFIER, length, then the identifier.
    key.get(4..).is_some_and(|identifier| identifier.starts_with(ARC))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A root made for these tests, valid for a hundred years.
    const ROOT: &str = include_str!("testdata/root.pem");

    fn root() -> CertificateDer<'static> {
        CertificateDer::from_pem_slice(ROOT.as_bytes()).unwrap()
    }

    /// A root whose key claims to be GOST R 34.10-2012: the identifiers are exchanged for ones of the same length.
    fn gost_root() -> CertificateDer<'static> {
        const EC_P256: &[u8] =
            b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
        const GOST: &[u8] = b"\x06\x08\x2a\x85\x03\x07\x01\x01\x01\x01\x06\x07\x2a\x85\x03\x02\x02\x23\x01";
        let mut der = root().to_vec();
        let at = memchr::memmem::find(&der, EC_P256).unwrap();
        der[at..at + GOST.len()].copy_from_slice(GOST);
        der.into()
    }

    fn skipped(roots: &RootCertificates) -> String {
        let lines = roots.skipped().iter().map(|skipped| format!("{}: {}", skipped.index, skipped.reason));
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn t13_of_a_bundle_the_good_certificates_are_taken_and_the_others_told() {
        let block = |base64| format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n");
        let bundle = [
            "Bundle of the ministry\n".to_owned(),
            ROOT.to_owned(),
            block("bm8gY2VydGlmaWNhdGU="),
            block("?no base64?"),
            ROOT.to_owned(),
        ]
        .concat();
        let roots = RootCertificates::from_pem(bundle.as_bytes()).unwrap();
        assert_eq!(roots.len(), 2);
        insta::assert_snapshot!(
            skipped(&roots),
            @r"
        1: it cannot be read as an X.509 certificate
        2: its PEM is broken: what stands in a block is not base64
        "
        );
    }

    #[test]
    fn t13_a_root_with_a_gost_key_is_left_out() {
        let both = [Ok(gost_root()), Ok(root())];
        let roots = RootCertificates::from_each(both.into_iter(), "").unwrap();
        assert_eq!(roots.len(), 1);
        insta::assert_snapshot!(skipped(&roots), @"0: its key is of a GOST kind, which TLS here cannot check");
    }

    #[test]
    fn a_broken_line_is_told_and_not_quoted() {
        let refused = |pem: &str| RootCertificates::from_pem(pem.as_bytes()).unwrap_err().to_string();
        insta::assert_snapshot!(
            refused("-----BEGIN PRIVATE KEY canary\n"),
            @"no usable root certificate: its PEM is broken: a BEGIN line does not end in five dashes"
        );
        insta::assert_snapshot!(
            refused("-----BEGIN CANARY-----\ncanary\n"),
            @"no usable root certificate: its PEM is broken: a block has no end line of its kind"
        );
    }

    #[test]
    fn t13_a_bundle_with_nothing_usable_is_refused() {
        insta::assert_snapshot!(
            RootCertificates::from_der(gost_root().to_vec()).unwrap_err(),
            @"no usable root certificate: its key is of a GOST kind, which TLS here cannot check"
        );
        assert!(RootCertificates::from_der("nothing").unwrap_err().is_config());
    }
}
