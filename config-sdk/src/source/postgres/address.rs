//! Where a Postgres database is, from its URL; and what we set where the URL is silent.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::AbortHandle;
use tokio_postgres::config::{Config, Host, SslMode};
use tokio_postgres::{Client, Connection, Error, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::prepared::Prepared;
use super::tls::{self, Verify};

/// A server that does not answer in this time counts as away.
const CONNECT: Duration = Duration::from_secs(3);
/// Sent data that is not acknowledged in this time ends the connection.
const UNACKNOWLEDGED: Duration = Duration::from_secs(10);
/// When an idle connection is first probed, how often from then on, and after how many probes without
/// an answer it ends.
const IDLE: Duration = Duration::from_secs(10);
const PROBE: Duration = Duration::from_secs(3);
const PROBES: u32 = 3;

/// Drives a connection, however it is encrypted, until it ends.
pub(super) trait Drive {
    /// Drives it.
    fn drive<S, T>(self, connection: Connection<S, T>) -> impl Future<Output = ()> + Send + 'static
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static;
}

/// Where a database is and how to get in. Shows itself without the password.
pub(super) struct Address {
    config: Config,
    /// None speaks in the clear.
    tls: Option<MakeRustlsConnect>,
}

impl Address {
    /// # Errors
    /// What is wrong with the URL; nothing of the URL is quoted, for it may be the password.
    pub(super) fn parse(url: &str) -> Result<Self, String> {
        let (address, mode, roots) = apart(url);
        let mut config: Config = address.parse().map_err(|_| {
            "expected postgres://USER:PASSWORD@HOST:PORT/DATABASE; in a password, write characters \
             such as @ : / ? # % in their percent form"
                .to_owned()
        })?;
        if config.get_hosts().is_empty() {
            return Err("it names no host: postgres://USER:PASSWORD@HOST:PORT/DATABASE".to_owned());
        }
        let (mode, tls) = encryption(&config, mode, roots.as_deref())?;
        config.ssl_mode(mode);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(UNACKNOWLEDGED);
        }
        if config.get_application_name().is_none() {
            config.application_name("config-sdk");
        }
        // Here the driver does not tell silence from its own default, which is two hours.
        if config.get_keepalives_idle() == Config::new().get_keepalives_idle() {
            config.keepalives_idle(IDLE);
        }
        if config.get_keepalives_interval().is_none() {
            config.keepalives_interval(PROBE);
        }
        if config.get_keepalives_retries().is_none() {
            config.keepalives_retries(PROBES);
        }
        Ok(Self { config, tls })
    }

    /// The same, for a session that is to prepare.
    pub(super) fn beginning(&self, prepared: &Prepared) -> Self {
        let mut config = self.config.clone();
        config.options(prepared.options(config.get_options()));
        Self { config, tls: self.tls.clone() }
    }

    /// A new connection, and what drives it; `drive` is given the latter.
    pub(super) async fn connect<D: Drive>(&self, drive: D) -> Result<(Client, AbortHandle), Error> {
        match &self.tls {
            Some(tls) => {
                let (client, connection) = self.config.connect(tls.clone()).await?;
                Ok((client, tokio::spawn(drive.drive(connection)).abort_handle()))
            }
            None => {
                let (client, connection) = self.config.connect(NoTls).await?;
                Ok((client, tokio::spawn(drive.drive(connection)).abort_handle()))
            }
        }
    }

    pub(super) fn user(&self) -> &str {
        self.config.get_user().unwrap_or("the default user")
    }

    pub(super) fn database(&self) -> &str {
        self.config.get_dbname().or(self.config.get_user()).unwrap_or("the default database")
    }
}

/// `host:port/database`
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, host) in self.config.get_hosts().iter().enumerate() {
            let ports = self.config.get_ports();
            let port = ports.get(index).or(ports.first()).copied().unwrap_or(5432);
            let comma = if index == 0 { "" } else { "," };
            match host {
                Host::Tcp(name) => write!(f, "{comma}{name}:{port}")?,
                #[cfg(unix)]
                Host::Unix(path) => write!(f, "{comma}{}:{port}", path.display())?,
            }
        }
        write!(f, "/{}", self.database())
    }
}

/// The same, and whether it is encrypted.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self}, {:?})", self.config.get_ssl_mode())
    }
}

/// The URL without the options that are judged here and not by the driver, and those.
fn apart(url: &str) -> (String, Option<&str>, Option<String>) {
    let Some((address, options)) = url.split_once('?') else {
        return (url.to_owned(), None, None);
    };
    let (mut mode, mut roots, mut rest) = (None, None, Vec::new());
    for option in options.split('&') {
        match option.split_once('=') {
            Some(("sslmode", word)) => mode = Some(word),
            Some(("sslrootcert", path)) => {
                let path = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
                roots = Some(path.into_owned());
            }
            _ => rest.push(option),
        }
    }
    if rest.is_empty() {
        return (address.to_owned(), mode, roots);
    }
    (format!("{address}?{}", rest.join("&")), mode, roots)
}

/// How the connection is encrypted, in libpq's words. Without a word: this machine may be spoken to
/// in the clear, and any other has to prove who it is.
///
/// # Errors
/// If the word is none of libpq's, or the certificates cannot be used.
fn encryption(
    config: &Config,
    mode: Option<&str>,
    roots: Option<&str>,
) -> Result<(SslMode, Option<MakeRustlsConnect>), String> {
    let mut addresses = config.get_hostaddrs().iter();
    let local = config.get_hosts().iter().all(is_here) && addresses.all(IpAddr::is_loopback);
    let roots = roots.filter(|path| *path != "system");
    let encrypted = |mode, verify| Ok((mode, Some(tls::connector(verify, roots)?)));
    match mode {
        Some("disable") => Ok((SslMode::Disable, None)),
        Some("prefer") if local => encrypted(SslMode::Prefer, Verify::Nothing),
        None if local && roots.is_none() => encrypted(SslMode::Prefer, Verify::Nothing),
        // Libpq would go on in the clear where the server does not encrypt; to another machine that
        // has to be said as `disable`.
        Some("prefer") => encrypted(SslMode::Require, Verify::Nothing),
        Some("require") if roots.is_none() => encrypted(SslMode::Require, Verify::Nothing),
        Some("require" | "verify-ca") => encrypted(SslMode::Require, Verify::Authority),
        None | Some("verify-full") => encrypted(SslMode::Require, Verify::Full),
        Some(_) => {
            Err("`sslmode` must be one of disable, prefer, require, verify-ca, verify-full"
                .to_owned())
        }
    }
}

fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            let address = name.trim_start_matches('[').trim_end_matches(']').parse();
            name == "localhost" || address.is_ok_and(|address: IpAddr| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Address, SslMode};

    #[test]
    fn an_address_never_shows_its_password() {
        let address = Address::parse("postgres://app:hunter2@localhost:5433/shop").unwrap();
        assert_eq!(
            format!("{address} {address:?}"),
            "localhost:5433/shop Address(localhost:5433/shop, Prefer)"
        );
    }

    #[test]
    fn silent_connections_are_probed_and_given_up() {
        let address = Address::parse("postgres://app:x@localhost/shop").unwrap();
        let config = &address.config;
        assert!(config.get_keepalives());
        assert!(config.get_keepalives_idle() <= Duration::from_secs(10));
        assert!(config.get_connect_timeout().is_some_and(|time| *time <= Duration::from_secs(5)));
        assert!(config.get_tcp_user_timeout().is_some_and(|time| *time <= Duration::from_secs(10)));
        assert_eq!(config.get_keepalives_interval(), Some(Duration::from_secs(3)));
        assert_eq!(config.get_keepalives_retries(), Some(3));
    }

    #[test]
    fn what_the_url_says_of_silence_is_kept() {
        let said = "keepalives_idle=60&keepalives_interval=20&keepalives_retries=9&\
                    connect_timeout=7&tcp_user_timeout=30&application_name=shop";
        let address = Address::parse(&format!("postgres://app:x@localhost/shop?{said}")).unwrap();
        let config = &address.config;
        assert_eq!(config.get_keepalives_idle(), Duration::from_secs(60));
        assert_eq!(config.get_keepalives_interval(), Some(Duration::from_secs(20)));
        assert_eq!(config.get_keepalives_retries(), Some(9));
        assert_eq!(config.get_connect_timeout(), Some(&Duration::from_secs(7)));
        assert_eq!(config.get_tcp_user_timeout(), Some(&Duration::from_secs(30)));
        assert_eq!(config.get_application_name(), Some("shop"));
    }

    #[test]
    fn a_malformed_url_is_not_quoted() {
        for url in [
            "postgres://app:hunter2@host:port/x",
            "postgres://hunter2",
            "postgres://u:hunter2@@/?x=hunter2",
        ] {
            if let Err(error) = Address::parse(url) {
                assert!(!error.contains("hunter2"), "{error}");
            }
        }
        assert!(Address::parse("postgres://app:hunter2@host:port/x").is_err());
    }

    #[test]
    fn another_host_is_verified_unless_the_url_says_otherwise() {
        let mode = |url: &str| {
            let address = Address::parse(&format!("postgres://app:x@{url}")).unwrap();
            (address.config.get_ssl_mode(), address.tls.is_some())
        };
        assert_eq!(mode("localhost/shop"), (SslMode::Prefer, true));
        assert_eq!(mode("[::1]/shop?sslmode=prefer&connect_timeout=1"), (SslMode::Prefer, true));
        assert_eq!(
            mode("localhost/shop?hostaddr=10.0.0.5&sslmode=prefer"),
            (SslMode::Require, true)
        );
        assert_eq!(mode("db.example/shop?sslmode=prefer"), (SslMode::Require, true));
        assert_eq!(mode("db.example/shop?sslmode=require"), (SslMode::Require, true));
        assert_eq!(mode("db.example/shop?sslmode=disable"), (SslMode::Disable, false));
    }

    #[test]
    fn an_sslmode_or_certificate_that_cannot_be_used_is_named() {
        let error = |url: &str| Address::parse(&format!("postgres://app:x@{url}")).unwrap_err();
        assert!(error("localhost/shop?sslmode=verify").contains("verify-full"));
        let missing = error("localhost/shop?sslmode=verify-ca&sslrootcert=%2Fno%2Fsuch.pem");
        assert!(missing.contains("/no/such.pem"), "{missing}");
    }
}
