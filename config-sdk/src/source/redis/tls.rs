//! Encryption of connections to Redis: the server has to prove who it is.

use std::io;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::source::UrlError;

/// How a connection is encrypted.
pub(super) struct Encryption(TlsConnector);

impl Encryption {
    /// With the authorities in the PEM file `roots`; the system's, if `None`.
    ///
    /// # Errors
    /// If there are none, or they cannot be read.
    pub(super) fn new(roots: Option<&str>) -> Result<Self, UrlError> {
        let wrong = UrlError::Redis;
        let mut store = RootCertStore::empty();
        let certificates = match roots {
            None => rustls_native_certs::load_native_certs().certs,
            Some(path) => {
                let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
                read.map_err(|error| wrong(format!("sslrootcert {path} cannot be read: {error}")))?
            }
        };
        store.add_parsable_certificates(certificates);
        if store.is_empty() {
            let named = "no trusted certificates were found: install them (ca-certificates), or \
                         name a PEM file by `sslrootcert=PATH`";
            return Err(wrong(named.to_owned()));
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| wrong(error.to_string()))?
            .with_root_certificates(store)
            .with_no_client_auth();
        Ok(Self(TlsConnector::from(Arc::new(config))))
    }

    /// Encrypts `stream`, which leads to `host`.
    ///
    /// # Errors
    /// If the server does not, or cannot prove that it is `host`.
    pub(super) async fn over(
        &self,
        stream: TcpStream,
        host: &str,
    ) -> io::Result<TlsStream<TcpStream>> {
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        self.0.connect(name, stream).await
    }
}
