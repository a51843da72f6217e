//! Root certificates that a user brings along.

use std::fmt;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

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
            CertificateDer::pem_slice_iter(pem).map(|entry| entry.map_err(|error| error.to_string())),
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

/// A trial run: what a store refuses now would be refused in every handshake.
fn usable(certificate: CertificateDer<'static>) -> Result<CertificateDer<'static>, String> {
    rustls::RootCertStore::empty().add(certificate.clone()).map_err(|error| error.to_string())?;
    Ok(certificate)
}
