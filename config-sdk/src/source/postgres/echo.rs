//! The self-test of listening: what is notified where the store is asked has to be heard where it listens.

use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{sleep, timeout};
use tokio_postgres::{Client, Error};

use super::PostgresStore;
use super::connection::session;
use crate::source::SourceError;

/// How long a notification may take before push counts as not working here.
const ARRIVES: Duration = Duration::from_secs(3);
/// How often to look whose session is whose.
const LOOKS: u32 = 3;
/// How often to look for the session that was left listening, and the pause between.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(25);

/// A test on a channel that nobody else knows, so that whatever a pooler leaves of it disturbs nobody.
pub(super) struct Echo {
    pub(super) channel: String,
    heard: Notify,
}

impl Echo {
    pub(super) fn new() -> Self {
        let channel = format!("config_sdk_{:016x}", fastrand::u64(..));
        Self { channel, heard: Notify::new() }
    }

    /// Whether what `store` is notified of is heard on `client`, which is left listening to the
    /// test's channel then.
    ///
    /// The notification is sent from another connection: sent on the listening one, it would come
    /// back even through a pooler, as soon as that gave both the same session.
    pub(super) async fn comes_back(
        &self,
        client: &Client,
        store: &PostgresStore,
    ) -> Result<bool, SourceError> {
        let failed = |error| store.listening_failed(&error);
        if is_shared(client, store).await? {
            return Ok(false);
        }
        let listen = format!("listen {}", self.channel);
        let listener = session(client, &listen).await.map_err(failed)?;
        store.session(&format!("notify {}", self.channel)).await?;
        if timeout(ARRIVES, self.heard.notified()).await.is_ok() {
            return Ok(true);
        }
        self.clear(client, &listener).await.map_err(failed)?;
        Ok(false)
    }

    /// A notification on the test's channel has arrived.
    pub(super) fn hear(&self) {
        self.heard.notify_one();
    }

    /// Ends the listening of session `listener`, wherever a pooler has put it: until it is the one
    /// that answers. Where it does not turn up, one channel is left that nobody speaks on.
    async fn clear(&self, client: &Client, listener: &str) -> Result<(), Error> {
        let unlisten = format!("unlisten {}", self.channel);
        for _ in 0..TRIES {
            if session(client, &unlisten).await? == listener {
                break;
            }
            sleep(PAUSE).await;
        }
        Ok(())
    }
}

/// Whether the session of `client` is seen to be others' as well. A pooler that is not busy shows it
/// at once, and then nothing has to be tried that it could keep.
async fn is_shared(client: &Client, store: &PostgresStore) -> Result<bool, SourceError> {
    let look = async || {
        let session = session(client, "").await;
        session.map_err(|error| store.listening_failed(&error))
    };
    let own = look().await?;
    for _ in 0..LOOKS {
        if store.session("").await? == own || look().await? != own {
            return Ok(true);
        }
    }
    Ok(false)
}
