//! Where a Postgres database is, from its URL; and what we set where the URL is silent.

use std::fmt;
use std::time::Duration;

use tokio_postgres::config::{Config, Host};

/// A server that does not answer in this time counts as away.
const CONNECT: Duration = Duration::from_secs(3);
/// Sent data that is not acknowledged in this time ends the connection.
const UNACKNOWLEDGED: Duration = Duration::from_secs(10);
/// When an idle connection is first probed.
const IDLE: Duration = Duration::from_secs(10);

/// Where a database is and how to get in. Shows itself without the password.
pub(super) struct Address(Config);

impl Address {
    /// # Errors
    /// What is wrong with the URL; nothing of the URL is quoted, for it may be the password.
    pub(super) fn parse(url: &str) -> Result<Self, String> {
        let (address, sslmode) = without_sslmode(url);
        let mut config: Config = address.parse().map_err(|_| {
            "expected postgres://USER:PASSWORD@HOST:PORT/DATABASE; in a password, write characters \
             such as @ : / ? # % in their percent form"
                .to_owned()
        })?;
        if config.get_hosts().is_empty() {
            return Err("it names no host: postgres://USER:PASSWORD@HOST:PORT/DATABASE".to_owned());
        }
        allow_plaintext(&config, sslmode.as_deref())?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(UNACKNOWLEDGED);
        }
        if config.get_application_name().is_none() {
            config.application_name("config-sdk");
        }
        config.keepalives_idle(IDLE);
        Ok(Self(config))
    }

    pub(super) fn config(&self) -> &Config {
        &self.0
    }

    pub(super) fn user(&self) -> &str {
        self.0.get_user().unwrap_or("the default user")
    }

    pub(super) fn database(&self) -> &str {
        self.0
            .get_dbname()
            .or(self.0.get_user())
            .unwrap_or("the default database")
    }
}

/// `host:port/database`
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, host) in self.0.get_hosts().iter().enumerate() {
            let ports = self.0.get_ports();
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

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

/// The URL without its `sslmode`, which is judged here and not by the driver.
fn without_sslmode(url: &str) -> (String, Option<String>) {
    let Some((address, options)) = url.split_once('?') else {
        return (url.to_owned(), None);
    };
    let is_mode = |option: &&str| option.starts_with("sslmode=");
    let mode = options.split('&').find(is_mode);
    let mode = mode
        .and_then(|mode| mode.split_once('='))
        .map(|(_, mode)| mode.to_owned());
    let rest: Vec<_> = options
        .split('&')
        .filter(|option| !is_mode(option))
        .collect();
    match rest.join("&") {
        rest if rest.is_empty() => (address.to_owned(), mode),
        rest => (format!("{address}?{rest}"), mode),
    }
}

/// Passwords and values go in the clear to this machine, and to another only if the URL says so.
fn allow_plaintext(config: &Config, sslmode: Option<&str>) -> Result<(), String> {
    match sslmode {
        Some("disable") => Ok(()),
        None | Some("prefer" | "allow") if config.get_hosts().iter().all(is_here) => Ok(()),
        None | Some("prefer" | "allow") => Err(
            "the host is another machine, and this version cannot encrypt: say `sslmode=disable` in \
             the URL if the network is yours alone"
                .to_owned(),
        ),
        Some("require" | "verify-ca" | "verify-full") => Err(
            "this version cannot encrypt: where the network is yours alone, say `sslmode=disable`"
                .to_owned(),
        ),
        Some(_) => Err(
            "`sslmode` must be one of disable, allow, prefer, require, verify-ca, verify-full"
                .to_owned(),
        ),
    }
}

fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            let address = name.trim_start_matches('[').trim_end_matches(']').parse();
            name == "localhost"
                || address.is_ok_and(|address: std::net::IpAddr| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Address;

    #[test]
    fn an_address_never_shows_its_password() {
        let address = Address::parse("postgres://app:hunter2@localhost:5433/shop").unwrap();
        assert_eq!(
            format!("{address} {address:?}"),
            "localhost:5433/shop Address(localhost:5433/shop)"
        );
    }

    #[test]
    fn silent_connections_are_probed_and_given_up() {
        let address = Address::parse("postgres://app:x@localhost/shop").unwrap();
        let config = address.config();
        assert!(config.get_keepalives());
        assert!(config.get_keepalives_idle() <= Duration::from_secs(10));
        assert!(
            config
                .get_connect_timeout()
                .is_some_and(|time| *time <= Duration::from_secs(5))
        );
        assert!(
            config
                .get_tcp_user_timeout()
                .is_some_and(|time| *time <= Duration::from_secs(10))
        );
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
    fn plaintext_goes_to_another_host_only_when_asked_for() {
        assert!(Address::parse("postgres://app:x@db.example/shop").is_err());
        assert!(Address::parse("postgres://app:x@db.example/shop?sslmode=prefer").is_err());
        assert!(Address::parse("postgres://app:x@db.example/shop?sslmode=require").is_err());
        assert!(Address::parse("postgres://app:x@localhost/shop?sslmode=whatever").is_err());
        assert!(Address::parse("postgres://app:x@db.example/shop?sslmode=disable").is_ok());
        assert!(
            Address::parse("postgres://app:x@[::1]/shop?sslmode=prefer&connect_timeout=1").is_ok()
        );
    }
}
