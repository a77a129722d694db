//! Encryption: how much of the server is verified, and against which certificates.

use std::fmt;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{VerifierBuilderError, WebPkiServerVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How much of the server is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verify {
    /// Nothing: encrypted against listeners, not against somebody who plays the server.
    Nothing,
    /// That a trusted authority signed its certificate.
    Authority,
    /// That, and that the certificate is for the host in the URL.
    Full,
}

/// What a connection is encrypted with.
///
/// `roots` is the path of a PEM file with the trusted authorities; the system's, if `None`.
///
/// # Errors
/// If the certificates cannot be read, or there are none.
pub(super) fn connector(verify: Verify, roots: Option<&str>) -> Result<MakeRustlsConnect, String> {
    let provider = Arc::new(ring::default_provider());
    let verifier = Verifier::new(verify, roots, &provider)?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// The certificates of the authorities that are trusted.
fn trusted(roots: Option<&str>) -> Result<RootCertStore, String> {
    let mut store = RootCertStore::empty();
    let certificates = match roots {
        None => rustls_native_certs::load_native_certs().certs,
        Some(path) => {
            let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
            read.map_err(|error| format!("sslrootcert {path} cannot be read: {error}"))?
        }
    };
    store.add_parsable_certificates(certificates);
    match (store.is_empty(), roots) {
        (false, _) => Ok(store),
        (true, Some(path)) => Err(format!("sslrootcert {path} holds no certificate")),
        (true, None) => Err(
            "this system has no trusted certificates: install them (ca-certificates), or name a PEM \
             file by `sslrootcert=PATH`"
                .to_owned(),
        ),
    }
}

/// Verifies as much as was asked for.
struct Verifier {
    provider: Arc<CryptoProvider>,
    /// None verifies nothing.
    chain: Option<Arc<WebPkiServerVerifier>>,
    name: bool,
}

impl Verifier {
    fn new(
        verify: Verify,
        roots: Option<&str>,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Self, String> {
        let build = |store| {
            WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::clone(provider))
                .build()
                .map_err(|error: VerifierBuilderError| error.to_string())
        };
        let chain = match verify {
            Verify::Nothing => None,
            Verify::Authority | Verify::Full => Some(build(trusted(roots)?)?),
        };
        let name = verify == Verify::Full;
        Ok(Self { provider: Arc::clone(provider), chain, name })
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        server: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        stapled: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(chain) = &self.chain else {
            return Ok(ServerCertVerified::assertion());
        };
        match chain.verify_server_cert(server, between, name, stapled, now) {
            // The name is the last thing that is looked at, so everything else was in order.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !self.name => Ok(ServerCertVerified::assertion()),
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        server: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, server, signature, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        server: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, server, signature, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("name", &self.name).finish_non_exhaustive()
    }
}
