//! A store from its URL: `memory:`, `sqlite:PATH` or `postgres://…`.

use std::sync::Arc;

use super::{MemoryStore, Source};

/// What is wrong with a store's URL; never with the URL itself, which may hold a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UrlError {
    /// There is none.
    #[error(
        "the store's URL is empty: give `memory:`, `sqlite:PATH` or `postgres://USER@HOST/DATABASE`"
    )]
    Empty,
    /// It does not start with a scheme.
    #[error("the store's URL has no scheme: it starts with `memory:`, `sqlite:` or `postgres://`")]
    NoScheme,
    /// It starts with one that is not known.
    #[error(
        "`{0}:` is not a store this library knows: use `memory:`, `sqlite:PATH` or `postgres://…`"
    )]
    UnknownScheme(String),
    /// That store was left out of the build.
    #[error("`{0}:` stores need the feature `{0}` of config-sdk: add it in Cargo.toml")]
    Feature(&'static str),
    /// `sqlite:` with nothing behind it.
    #[error("`sqlite:` needs a path: `sqlite:config.db`, or `sqlite:/var/lib/app/config.db`")]
    NoPath,
    /// `sqlite:` with something behind it that is no plain path.
    #[error(
        "behind `sqlite:` stands a plain path, without options; for a store in memory say `memory:`"
    )]
    NotAPath,
    /// The part behind `postgres://` is wrong.
    #[error("the postgres URL cannot be used: {0}")]
    Postgres(String),
    /// The same, of the URL to listen at.
    #[error("the postgres URL to listen at cannot be used: {0}")]
    Listen(String),
    /// There is nothing to listen at apart from the store.
    #[error("`listen_url` is for a store that `.url(\"postgres://…\")` names: take it away")]
    NoListening,
    /// The URL of a Redis server does not begin as one.
    #[error("a redis URL starts with `redis://`, or `rediss://` if it is encrypted")]
    NoRedis,
    /// The rest of it is wrong.
    #[error("the redis URL cannot be used: {0}")]
    Redis(String),
    /// A namespace in Redis has no such name.
    #[error("a redis namespace is 1 to 64 letters, digits or `-_.:`: rename it")]
    Namespace,
}

/// The store that `url` names, listening at `listen` if there is one; nothing is opened or connected
/// yet.
///
/// # Errors
/// What is wrong with the URLs and what they should look like.
pub(crate) fn open(url: &str, listen: Option<&str>) -> Result<Arc<dyn Source>, UrlError> {
    if url.trim().is_empty() {
        return Err(UrlError::Empty);
    }
    let (scheme, rest) = url.split_once(':').ok_or(UrlError::NoScheme)?;
    match scheme.to_ascii_lowercase().as_str() {
        "postgres" | "postgresql" => postgres(url, listen),
        "memory" | "sqlite" if listen.is_some() => Err(UrlError::NoListening),
        "memory" => Ok(Arc::new(MemoryStore::new())),
        "sqlite" => sqlite(rest),
        other if is_scheme(other) => Err(UrlError::UnknownScheme(other.to_owned())),
        _ => Err(UrlError::NoScheme),
    }
}

/// Words that cannot be a scheme may be anything, a password too, and are not repeated.
fn is_scheme(text: &str) -> bool {
    text.len() <= 16 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(feature = "sqlite")]
fn sqlite(rest: &str) -> Result<Arc<dyn Source>, UrlError> {
    let path = rest.strip_prefix("//").unwrap_or(rest);
    if path.is_empty() {
        return Err(UrlError::NoPath);
    }
    if path.contains('?') || path == ":memory:" {
        return Err(UrlError::NotAPath);
    }
    Ok(Arc::new(super::sqlite::SqliteStore::new(path)))
}

#[cfg(not(feature = "sqlite"))]
fn sqlite(_rest: &str) -> Result<Arc<dyn Source>, UrlError> {
    Err(UrlError::Feature("sqlite"))
}

#[cfg(feature = "postgres")]
fn postgres(url: &str, listen: Option<&str>) -> Result<Arc<dyn Source>, UrlError> {
    let store = super::postgres::PostgresStore::new(url)?;
    match listen {
        Some(listen) => Ok(Arc::new(store.listen_url(listen)?)),
        None => Ok(Arc::new(store)),
    }
}

#[cfg(not(feature = "postgres"))]
fn postgres(_url: &str, _listen: Option<&str>) -> Result<Arc<dyn Source>, UrlError> {
    Err(UrlError::Feature("postgres"))
}
