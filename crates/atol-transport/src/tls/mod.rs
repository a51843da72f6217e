//! Trust: which certificates are believed, and what to tell a person when one is not.

mod roots;

use std::fmt;
use std::io;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::{CertificateError, ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

pub use self::roots::{RootCertificates, SkippedCertificate};
use crate::error::{Error, ErrorKind, Result, TlsFailure};
use crate::leaf::failure::{ConnectError, find};

/// The TLS configuration of a client: always verified, TLS 1.2 or later, ring as the provider.
#[derive(Clone)]
pub struct TlsSettings {
    config: Arc<ClientConfig>,
}

impl TlsSettings {
    /// Trusts the machine's roots and `extra` ones; without a certificate store on the machine, Mozilla's.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] when the provider and the roots do not go together.
    pub fn with_platform_roots(extra: Option<&RootCertificates>) -> Result<TlsSettings> {
        let extra = extra.map(RootCertificates::certificates).unwrap_or_default();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier: Arc<dyn ServerCertVerifier> = if let Ok(verifier) =
            Verifier::new_with_extra_roots(extra.iter().cloned(), Arc::clone(&provider))
        {
            Arc::new(verifier)
        } else {
            // An image without certificates (scratch, distroless) is no reason to fail.
            let mut store = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
            store.add_parsable_certificates(extra.iter().cloned());
            webpki(store, &provider)?
        };
        TlsSettings::new(verifier, provider)
    }

    /// Trusts these roots and no others.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] when none of them can be used.
    pub fn with_only_roots(roots: &RootCertificates) -> Result<TlsSettings> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(roots.certificates().iter().cloned());
        TlsSettings::new(webpki(store, &provider)?, provider)
    }

    fn new(
        verifier: Arc<dyn ServerCertVerifier>,
        provider: Arc<rustls::crypto::CryptoProvider>,
    ) -> Result<TlsSettings> {
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(unusable)?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsSettings { config: Arc::new(config) })
    }

    pub(crate) fn config(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.config)
    }
}

impl fmt::Debug for TlsSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsSettings").finish_non_exhaustive()
    }
}

fn webpki(
    store: RootCertStore,
    provider: &Arc<rustls::crypto::CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>> {
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::clone(provider)).build();
    Ok(verifier.map_err(unusable)?)
}

fn unusable(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::Config, "the TLS settings cannot be used").with_source(error)
}

/// Names a failed handshake.
pub(crate) fn failure(host: &str, error: &io::Error) -> ConnectError {
    let named = |failure, what: &str| {
        ConnectError::new(ErrorKind::Tls(failure), format!("TLS with `{host}` failed: {what}"))
    };
    let Some(tls) = find::<rustls::Error>(error) else {
        return named(
            TlsFailure::Closed,
            "the other side closed the connection in the middle of the handshake",
        );
    };
    match tls {
        rustls::Error::InvalidCertificate(certificate) => match certificate {
            CertificateError::UnknownIssuer => named(
                TlsFailure::UnknownIssuer,
                "its certificate is signed by an authority that is not trusted here, or an intermediate certificate is missing",
            )
            .with_advice(
                "if a company proxy or the НУЦ Минцифры issued it, get that root (the latter from https://www.gosuslugi.ru/crt), check its fingerprint and pass it as an additional root certificate (`--ca-file`, `root_certificates`); verification cannot be turned off",
            ),
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                named(TlsFailure::WrongName, "its certificate is for another name")
                    .with_advice("check the environment's address; something may be answering in the service's place")
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                named(TlsFailure::Expired, "its certificate has expired").with_advice("check this machine's clock first")
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                named(TlsFailure::NotYetValid, "its certificate is not valid yet")
                    .with_advice("check this machine's clock first")
            }
            other => named(TlsFailure::Other, &format!("its certificate is not acceptable: {other}")),
        },
        rustls::Error::InvalidMessage(_) => named(TlsFailure::NotTls, "the other side does not speak TLS on this port"),
        other => named(TlsFailure::Other, &other.to_string()),
    }
}
