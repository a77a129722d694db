//! What is known of a published value besides itself.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use serde::Serialize;

use crate::key::Key;

/// Where a value that is being read came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The compiled-in defaults.
    Default,
    /// The store.
    Store,
    /// The last good value on disk.
    Disk,
    /// An environment variable, over whatever stands below it.
    Environment,
    /// A value fixed by a test.
    Fixed,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Default => "default",
            Self::Store => "store",
            Self::Disk => "disk",
            Self::Environment => "environment",
            Self::Fixed => "fixed",
        })
    }
}

/// What is known of a published value besides itself.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
#[repr(C)] // so that the key is near the front: see `Published`
pub struct Meta {
    /// The block's name.
    pub block: &'static str,
    /// Which copy it is, of a keyed block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Key>,
    /// Number of the stored copy; 0 where there is none.
    pub version: u64,
    /// The store's epoch when this value was read; 0 before the first read.
    pub epoch: u64,
    /// Where it came from; `Environment` as soon as one field does.
    pub origin: Origin,
    /// When it was published, by this machine's clock.
    #[serde(serialize_with = "crate::time::serialize")]
    pub since: SystemTime,
    /// Who stored it, if the store knows.
    pub author: Option<String>,
    /// When it was stored, by the store's clock, if the store knows.
    #[serde(serialize_with = "crate::time::serialize_option")]
    pub time: Option<SystemTime>,
    /// Why it was stored, if its author said so.
    pub reason: Option<String>,
    /// Where each field came from, in the order of the schema.
    #[serde(skip)]
    pub(crate) fields: Arc<[Origin]>,
}

impl Meta {
    /// Of a value that no store has been asked for.
    pub(crate) fn unstored(block: &'static str, origin: Origin, fields: Arc<[Origin]>) -> Self {
        Self {
            block,
            key: None,
            version: 0,
            epoch: 0,
            origin,
            since: SystemTime::now(),
            author: None,
            time: None,
            reason: None,
            fields,
        }
    }
}
