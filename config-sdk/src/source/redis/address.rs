//! Where a Redis server is and how it is reached, from its URL.

use redis::{ConnectionAddr, IntoConnectionInfo, ProtocolVersion, RedisConnectionInfo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::tls;
use crate::source::UrlError;

/// Where a server is: `redis://USER:PASSWORD@HOST:PORT/NUMBER`, or `rediss://` for an encrypted one.
pub(super) struct Address {
    host: String,
    port: u16,
    /// User, password and number of the database.
    settings: RedisConnectionInfo,
    /// How the connection is encrypted, if it is.
    encryption: Option<tls::Encryption>,
}

/// What a connection runs over.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

impl Address {
    /// The address that `url` names.
    ///
    /// # Errors
    /// What is wrong with it, without the URL itself.
    pub(super) fn parse(url: &str) -> Result<Self, UrlError> {
        let (scheme, rest) = url.split_once("://").ok_or(UrlError::NoRedis)?;
        let (rest, options) = rest.split_once('?').unwrap_or((rest, ""));
        let wrong = |reason: &str| UrlError::Redis(reason.to_owned());
        let mut roots = None;
        for option in options.split('&').filter(|option| !option.is_empty()) {
            match option.split_once('=') {
                Some(("sslrootcert", path)) => roots = Some(decoded(path)),
                _ => return Err(wrong("the only option is `sslrootcert=PATH`")),
            }
        }
        let encryption = match scheme.to_ascii_lowercase().as_str() {
            "redis" if roots.is_some() => {
                return Err(wrong("`sslrootcert` is for an encrypted connection: say `rediss://`"));
            }
            "redis" => None,
            "rediss" => Some(tls::Encryption::new(roots.as_deref())?),
            _ => return Err(UrlError::NoRedis),
        };
        if rest.contains('#') {
            return Err(wrong("write `#` in a password as `%23`; nothing follows the database"));
        }
        let parsed = format!("redis://{rest}").into_connection_info().map_err(|error| {
            // The driver tells one from the other only in words.
            wrong(if error.to_string().contains("database") {
                "the database behind the host is a number"
            } else {
                "it is `redis://USER:PASSWORD@HOST:PORT/NUMBER`, the password in percent form"
            })
        })?;
        let ConnectionAddr::Tcp(host, port) = parsed.addr().clone() else {
            return Err(wrong("it names no host"));
        };
        // Answers and messages share a connection only in the newer form of the protocol.
        let settings = parsed.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        Ok(Self { host, port, settings, encryption })
    }

    pub(super) fn settings(&self) -> &RedisConnectionInfo {
        &self.settings
    }

    /// Opens a connection that nothing has been said on.
    ///
    /// # Errors
    /// Why that failed.
    pub(super) async fn connect(&self) -> std::io::Result<Box<dyn Stream>> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        stream.set_nodelay(true)?;
        match &self.encryption {
            None => Ok(Box::new(stream)),
            Some(encryption) => Ok(Box::new(encryption.over(stream, &self.host).await?)),
        }
    }
}

/// Never with user or password.
impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "redis {}:{}/{}", self.host, self.port, self.settings.db())
    }
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(url: &str) -> String {
        Address::parse(url).map_or_else(|error| error.to_string(), |address| address.to_string())
    }

    #[test]
    fn an_address_shows_where_and_not_who() {
        assert_eq!(shown("redis://cache.internal"), "redis cache.internal:6379/0");
        assert_eq!(shown("redis://app:hunter2@127.0.0.1:7000/3"), "redis 127.0.0.1:7000/3");
        assert_eq!(shown("REDIS://:hun%23ter2@[::1]"), "redis ::1:6379/0");
    }

    #[test]
    fn what_is_wrong_with_a_url_is_told_without_its_password() {
        for url in [
            "hunter2",
            "http://hunter2@host",
            "redis://",
            "redis://user:hunter2@",
            "redis://:hunter2@host/hunter2",
            "redis://:hunter2@host:hunter2",
            "redis://:hunter2#@host",
            "redis://:hunter2@host?hunter2",
            "redis://:hunter2@host?sslrootcert=/hunter2",
            "redis://:hunter2@0.0.0.0",
        ] {
            let error = Address::parse(url).map(|_| ()).unwrap_err().to_string();
            assert!(!error.contains("hunter2"), "{error}");
            assert!(error.contains("redis"), "{error}");
        }
        let error = shown("redis://host/shop");
        assert!(error.starts_with("the redis URL cannot be used: the database"), "{error}");
        let error = shown("http://host");
        assert_eq!(error, "a redis URL starts with `redis://`, or `rediss://` if it is encrypted");
    }
}
