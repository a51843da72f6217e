//! Trust: which certificates are believed, and what to tell a person when one is not.

mod failure;
mod roots;

use std::fmt;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};
use rustls_pki_types::UnixTime;
use rustls_platform_verifier::Verifier;

pub(crate) use self::failure::failure;
pub use self::roots::{RootCertificates, SkippedCertificate};
use crate::clock::SharedClock;
use crate::error::{Error, ErrorKind, Result};

/// The TLS configuration of a client: always verified, TLS 1.2 or later, ring as the provider.
#[derive(Clone)]
pub struct TlsSettings {
    config: Arc<ClientConfig>,
}

impl TlsSettings {
    /// Trusts the machine's roots and `extra` ones; without a certificate store on the machine, Mozilla's.
    ///
    /// On Linux the machine's store is the usual bundle file of the distribution, or what `SSL_CERT_FILE` and
    /// `SSL_CERT_DIR` name. The fallback is told as a warning (feature `tracing`).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] when the provider and the roots do not go together.
    pub fn with_platform_roots(extra: Option<&RootCertificates>) -> Result<TlsSettings> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        // Asked without the extra roots first: with them an empty store would pass for a full one.
        let machine = Verifier::new(Arc::clone(&provider));
        TlsSettings::with_machine(machine, extra, provider)
    }

    fn with_machine(
        machine: Result<Verifier, rustls::Error>,
        extra: Option<&RootCertificates>,
        provider: Arc<CryptoProvider>,
    ) -> Result<TlsSettings> {
        let extra = extra.map(RootCertificates::certificates).unwrap_or_default();
        let verifier: Arc<dyn ServerCertVerifier> = match machine {
            Ok(machine) if extra.is_empty() => Arc::new(machine),
            Ok(_) => Arc::new(
                Verifier::new_with_extra_roots(extra.iter().cloned(), Arc::clone(&provider))
                    .map_err(unusable)?,
            ),
            // An image without certificates (scratch, distroless) is no reason to fail.
            Err(error) => {
                warn_of_fallback(&error);
                let mut store = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
                store.add_parsable_certificates(extra.iter().cloned());
                webpki(store, &provider)?
            }
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

    /// Trusts nobody, for where TLS is not spoken: reading the machine's store takes longer than all else at the start.
    pub(crate) fn without_roots() -> Result<TlsSettings> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        Ok(TlsSettings::of(
            builder(provider)?.with_root_certificates(RootCertStore::empty()).with_no_client_auth(),
        ))
    }

    fn new(verifier: Arc<dyn ServerCertVerifier>, provider: Arc<CryptoProvider>) -> Result<TlsSettings> {
        let builder = builder(provider)?.dangerous().with_custom_certificate_verifier(verifier);
        Ok(TlsSettings::of(builder.with_no_client_auth()))
    }

    fn of(mut config: ClientConfig) -> TlsSettings {
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        TlsSettings { config: Arc::new(config) }
    }

    /// The configuration with the dates of certificates held against `clock`.
    pub(crate) fn config_at(&self, clock: &SharedClock) -> Arc<ClientConfig> {
        let mut config = ClientConfig::clone(&self.config);
        config.time_provider = Arc::new(ClockTime(Arc::clone(clock)));
        Arc::new(config)
    }
}

/// The time of day of our clock, as rustls asks for it.
#[derive(Debug)]
struct ClockTime(SharedClock);

impl TimeProvider for ClockTime {
    fn current_time(&self) -> Option<UnixTime> {
        // A clock before 1970 tells no time at all, and every certificate is refused.
        let since_1970 = self.0.wall().duration_since(jiff::Timestamp::UNIX_EPOCH);
        Some(UnixTime::since_unix_epoch(since_1970.try_into().ok()?))
    }
}

impl fmt::Debug for TlsSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsSettings").finish_non_exhaustive()
    }
}

fn builder(provider: Arc<CryptoProvider>) -> Result<ConfigBuilder<ClientConfig, WantsVerifier>> {
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    builder.map_err(unusable)
}

fn webpki(store: RootCertStore, provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>> {
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::clone(provider)).build();
    Ok(verifier.map_err(unusable)?)
}

fn unusable(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::Config, "the TLS settings cannot be used").with_source(error)
}

#[cfg(feature = "tracing")]
fn warn_of_fallback(error: &rustls::Error) {
    tracing::warn!(
        target: "atol_transport",
        %error,
        "this machine has no certificate store: trusting Mozilla's list as it was when this program was built",
    );
}

#[cfg(not(feature = "tracing"))]
fn warn_of_fallback(_: &rustls::Error) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t12_a_machine_without_certificates_falls_back_to_mozillas_list() {
        let provider = || Arc::new(rustls::crypto::ring::default_provider());
        let missing = || Err(rustls::Error::General("No CA certificates were loaded".to_owned()));
        let own = RootCertificates::from_pem(include_bytes!("testdata/root.pem")).unwrap();
        for extra in [None, Some(&own)] {
            assert!(TlsSettings::with_machine(missing(), extra, provider()).is_ok());
        }
    }

    #[cfg(feature = "tracing")]
    #[test]
    fn t12_the_fallback_is_told_as_a_warning() {
        let (reader, writer) = std::io::pipe().unwrap();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .without_time()
            .with_writer(move || writer.try_clone().unwrap());
        tracing::subscriber::with_default(subscriber.finish(), || {
            warn_of_fallback(&rustls::Error::General("No CA certificates were loaded".to_owned()));
        });
        insta::assert_snapshot!(std::io::read_to_string(reader).unwrap().trim(), @"WARN atol_transport: this machine has no certificate store: trusting Mozilla's list as it was when this program was built error=unexpected error: No CA certificates were loaded");
    }

    #[test]
    fn nobody_asks_for_the_default_provider_of_the_process() {
        TlsSettings::with_platform_roots(None).unwrap();
        assert!(CryptoProvider::get_default().is_none());
    }

    #[test]
    fn nothing_but_http_1_1_is_offered() {
        let only = RootCertificates::from_pem(include_bytes!("testdata/root.pem")).unwrap();
        for settings in [TlsSettings::with_platform_roots(None), TlsSettings::with_only_roots(&only)] {
            assert_eq!(settings.unwrap().config.alpn_protocols, [b"http/1.1"]);
        }
    }
}
