//! Where the store is and where to listen, as the builder was told.

use std::fmt;
use std::sync::Arc;

use super::Mistake;
use crate::source::{self, Source, UrlError};

/// Where the store is, and where to listen if not there.
#[derive(Default)]
pub(super) struct Place {
    pub(super) store: Option<Given>,
    pub(super) listen: Option<String>,
    /// The URL of a shared tier before it, and how that is used.
    #[cfg(feature = "redis")]
    pub(super) redis: Option<(String, source::RedisOptions)>,
}

/// What was given for a store.
pub(super) enum Given {
    Url(String),
    Source(Arc<dyn Source>),
}

impl Place {
    /// The store; nothing is opened or connected yet.
    ///
    /// # Errors
    /// What is wrong with what was said.
    pub(super) fn source(&self) -> Result<Arc<dyn Source>, Mistake> {
        let store = self.bare()?;
        #[cfg(feature = "redis")]
        if let Some((url, options)) = &self.redis {
            return Ok(Arc::new(source::RedisTier::new(store, url, options.clone())?));
        }
        Ok(store)
    }

    /// The store without anything before it.
    fn bare(&self) -> Result<Arc<dyn Source>, Mistake> {
        let listen = self.listen.as_deref();
        match &self.store {
            None => Err(Mistake::NoStore),
            Some(Given::Url(url)) => source::open(url, listen).map_err(Mistake::from),
            Some(Given::Source(_)) if listen.is_some() => Err(UrlError::NoListening.into()),
            Some(Given::Source(source)) => Ok(source.clone()),
        }
    }
}

/// Never shows a URL, which may hold a password.
impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.store {
            None => "unknown",
            Some(Given::Url(_)) => "a URL",
            Some(Given::Source(_)) => "a store of the program's own",
        })
    }
}
