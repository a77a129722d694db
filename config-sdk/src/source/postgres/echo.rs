//! The self-test of listening: what is notified where the store is asked has to be heard where it listens.

use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{sleep, timeout};
use tokio_postgres::{Client, Error};

use super::PostgresStore;
use super::address::Address;
use super::connection::{failure, session};
use crate::source::Deaf;

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

    /// Hears on `client` what `store` is notified of; leaves it listening to the test's channel.
    ///
    /// The notification is sent from another connection: sent on the listening one, it would come
    /// back even through a pooler, as soon as that gave both the same session.
    ///
    /// # Errors
    /// Why push cannot work here, or what was lost on the way.
    pub(super) async fn comes_back(
        &self,
        client: &Client,
        store: &PostgresStore,
    ) -> Result<(), Deaf> {
        let refused = |error| refused(&error, store.listening_address());
        if is_shared(client, store).await? {
            return Err(unheard(store));
        }
        let listen = format!("listen {}", self.channel);
        let listener = session(client, &listen).await.map_err(refused)?;
        let notified = store.session(&format!("notify {}", self.channel)).await?;
        notified.map_err(|error| self::refused(&error, &store.address))?;
        if timeout(ARRIVES, self.heard.notified()).await.is_ok() {
            return Ok(());
        }
        self.clear(client, &listener).await.map_err(refused)?;
        Err(unheard(store))
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
async fn is_shared(client: &Client, store: &PostgresStore) -> Result<bool, Deaf> {
    let failed = |error| failure(store.listening_address(), &error);
    let own = session(client, "").await.map_err(failed)?;
    for _ in 0..LOOKS {
        let asking = store.session("").await?.map_err(|error| failure(&store.address, &error))?;
        if asking == own || session(client, "").await.map_err(failed)? != own {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A standby that replays, for one, lets nobody listen or notify.
fn refused(error: &Error, address: &Address) -> Deaf {
    match error.as_db_error() {
        Some(said) => Deaf::Never { reason: format!("{address}: {}", said.message()) },
        None => Deaf::Lost(failure(address, error)),
    }
}

fn unheard(store: &PostgresStore) -> Deaf {
    let reason = if store.listening.is_some() {
        "what is notified at `url` is not heard at `listen_url`: let it lead to the same database, \
         and past any transaction-mode pooler"
    } else {
        "a notification did not come back, as through a transaction-mode pooler: give the database \
         itself as `listen_url`"
    };
    Deaf::Never { reason: reason.to_owned() }
}
