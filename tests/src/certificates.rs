//! Certificates made for one test.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use atol_transport::tls::RootCertificates;
use jiff::Timestamp;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// An authority, or an intermediate one, that signs certificates of servers.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    /// What its servers send along besides their own certificate.
    chain: Vec<CertificateDer<'static>>,
}

impl Authority {
    /// A root of that name.
    pub fn new(name: &str) -> Authority {
        let issuer = CertifiedIssuer::self_signed(authority(name), key()).expect("a root can be made");
        Authority { issuer, chain: Vec::new() }
    }

    /// An authority below this one.
    #[must_use]
    pub fn intermediate(&self, name: &str) -> Authority {
        let issuer =
            CertifiedIssuer::signed_by(authority(name), key(), &self.issuer).expect("it can be signed");
        let mut chain = vec![issuer.der().clone()];
        chain.extend(self.chain.iter().cloned());
        Authority { issuer, chain }
    }

    /// The authority whose servers forget to send the certificates above their own.
    #[must_use]
    pub fn forgetful(mut self) -> Authority {
        self.chain.clear();
        self
    }

    /// Its certificate, to be trusted.
    pub fn roots(&self) -> RootCertificates {
        RootCertificates::from_pem(self.issuer.pem().as_bytes()).expect("our own root can be read")
    }

    /// A server for a host, with a certificate that is always valid.
    pub fn server(&self, host: &str) -> Arc<ServerConfig> {
        self.sign(&leaf(host))
    }

    /// A server with a certificate that is valid between two moments only.
    pub fn server_between(&self, host: &str, from: Timestamp, until: Timestamp) -> Arc<ServerConfig> {
        let mut params = leaf(host);
        params.not_before = system_time(from).into();
        params.not_after = system_time(until).into();
        self.sign(&params)
    }

    fn sign(&self, params: &CertificateParams) -> Arc<ServerConfig> {
        let key = key();
        let certificate = params.signed_by(&key, &self.issuer).expect("it can be signed");
        let mut chain = vec![certificate.der().clone()];
        chain.extend(self.chain.iter().cloned());
        server(chain, &key)
    }

    /// A server whose certificate is signed by nobody but itself.
    pub fn self_signed(host: &str) -> Arc<ServerConfig> {
        let key = key();
        let certificate = leaf(host).self_signed(&key).expect("it can be signed");
        server(vec![certificate.der().clone()], &key)
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").finish_non_exhaustive()
    }
}

fn system_time(time: Timestamp) -> SystemTime {
    let seconds = u64::try_from(time.as_second()).expect("certificates are younger than 1970");
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn key() -> KeyPair {
    KeyPair::generate().expect("a key can be made")
}

fn leaf(host: &str) -> CertificateParams {
    CertificateParams::new([host.to_owned()]).expect("the host can stand in a certificate")
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

fn server(chain: Vec<CertificateDer<'static>>, key: &KeyPair) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("the key has a known form");
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the versions are supported")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("key and certificate belong together");
    Arc::new(config)
}
