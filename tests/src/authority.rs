//! A certificate authority of our own, and servers with its certificates, good and bad.

use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use tempfile::NamedTempFile;

use crate::postgres::Server;

/// What is wrong with a server's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Nothing.
    None,
    /// It is for another host.
    OtherHost,
    /// Its time is over.
    Expired,
}

/// An authority that nobody trusts unless told to.
#[derive(Debug)]
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    file: NamedTempFile,
}

impl Authority {
    /// A new one.
    ///
    /// # Panics
    /// When its certificate cannot be written.
    #[must_use]
    pub fn create() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        let file = NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), certificate.pem()).expect("written");
        Self { issuer: Issuer::new(params, key), file }
    }

    /// The authority's own certificate, as a PEM file.
    #[must_use]
    pub fn certificate(&self) -> &Path {
        self.file.path()
    }

    /// Lets `server` encrypt, with a certificate that has `flaw`; restarts it for that.
    ///
    /// # Panics
    /// When that fails.
    pub fn equip(&self, server: &Server, flaw: Flaw) {
        let (certificate, key) = self.issue(flaw);
        write(server, "server.crt", &certificate);
        write(server, "server.key", &key);
        server.psql("postgres", "alter system set ssl = on");
        server.restart();
    }

    /// A certificate for this machine that has `flaw`, and its key, as PEM.
    ///
    /// # Panics
    /// When that fails.
    #[must_use]
    pub fn issue(&self, flaw: Flaw) -> (String, String) {
        let names = match flaw {
            Flaw::OtherHost => vec!["elsewhere.example".to_owned()],
            _ => vec!["127.0.0.1".to_owned(), "localhost".to_owned()],
        };
        let mut params = CertificateParams::new(names).expect("names");
        if flaw == Flaw::Expired {
            params.not_before = date_time_ymd(2001, 1, 1);
            params.not_after = date_time_ymd(2002, 1, 1);
        }
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        (certificate.pem(), key.serialize_pem())
    }
}

/// Lets the server write the file itself, into its folder and under its user.
fn write(server: &Server, name: &str, text: &str) {
    let lines = text.trim().replace("\r\n", "\n");
    let program = format!("umask 077; cat > {name}");
    server.psql(
        "postgres",
        &format!("copy (select unnest(string_to_array('{lines}', E'\\n'))) to program '{program}'"),
    );
}
