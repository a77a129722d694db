//! Listening for changes, and knowing when it cannot or has gone deaf.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};
use tokio_postgres::{AsyncMessage, Client, SimpleQueryMessage};

use super::PostgresStore;
use super::address::Drive;
use super::echo::Echo;
use crate::source::{Deaf, Signal, SourceError};

/// How often the connection has to prove that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// How long an answer may take; an open connection to a frozen server never answers.
const ANSWER: Duration = Duration::from_secs(5);
/// How long the self-test may take, which waits for a while itself.
const TEST: Duration = Duration::from_secs(8);

/// What the connection's driver hears.
struct Ears {
    signal: Signal,
    /// The highest epoch that a notification named.
    epoch: AtomicU64,
    echo: Echo,
}

/// Listens until the connection is lost, or proves unable to hear.
pub(super) async fn listen(store: &PostgresStore, signal: Signal) -> Deaf {
    match try_listen(store, signal).await {
        Ok(never) => never,
        Err(error) => Deaf::Lost(error),
    }
}

async fn try_listen(store: &PostgresStore, signal: Signal) -> Result<Deaf, SourceError> {
    let failed = |error| store.listening_failed(&error);
    let ears =
        Arc::new(Ears { signal: signal.clone(), epoch: AtomicU64::new(0), echo: Echo::new() });
    let connected = within(ANSWER, store.listening_address().connect(Arc::clone(&ears))).await?;
    let (client, driver) = connected.map_err(failed)?;
    let _end = EndWith(driver);

    if !within(TEST, ears.echo.comes_back(&client, store)).await?? {
        return Ok(Deaf::Never { reason: unheard(store.listening.is_some()) });
    }
    // Outside any transaction: inside one, nothing is heard until it ends.
    let listen = format!("listen config_sdk; unlisten {}", ears.echo.channel);
    within(ANSWER, client.batch_execute(&listen)).await?.map_err(failed)?;
    signal.listening();

    let mut known = epoch(&client).await?.map_err(failed)?;
    loop {
        tokio::select! {
            () = sleep(HEARTBEAT) => {}
            () = closed(&client) => return Err(SourceError::unreachable(format!("{}: the connection ended", store.listening_address()))),
        }
        let now = epoch(&client).await?.map_err(failed)?;
        if now != known && ears.epoch.load(Ordering::Relaxed) != now {
            tracing::debug!(epoch = now, "a change was not heard of; the heartbeat found it");
            signal.changed([]);
        }
        known = now;
    }
}

/// Drives the connection, and passes on what it hears.
impl Drive for Arc<Ears> {
    async fn drive<S, T>(self, mut connection: tokio_postgres::Connection<S, T>)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notification(note) = message {
                self.take(note.channel(), note.payload());
            }
        }
    }
}

impl Ears {
    /// A notification only ever means "look": what it says is a hint, and anybody can send one.
    fn take(&self, channel: &str, payload: &str) {
        if channel == self.echo.channel {
            return self.echo.hear();
        }
        let (epoch, names) = payload.split_once(' ').unwrap_or((payload, ""));
        if let Ok(epoch) = epoch.parse() {
            self.epoch.store(epoch, Ordering::Relaxed);
        }
        self.signal.changed(names.split_whitespace());
    }
}

/// Why push cannot work, and the remedy.
fn unheard(apart: bool) -> String {
    let text = if apart {
        "what is notified at `url` is not heard at `listen_url`: let it lead to the same database, \
         and past any transaction-mode pooler"
    } else {
        "a notification did not come back, as through a transaction-mode pooler: give the database \
         itself as `listen_url`"
    };
    text.to_owned()
}

async fn epoch(client: &Client) -> Result<Result<u64, tokio_postgres::Error>, SourceError> {
    let answer = within(ANSWER, client.simple_query("select epoch from config_sdk.epoch")).await?;
    Ok(answer.map(|messages| {
        let number = |message: &SimpleQueryMessage| match message {
            SimpleQueryMessage::Row(row) => row.get(0)?.parse().ok(),
            _ => None,
        };
        messages.iter().find_map(number).unwrap_or(0)
    }))
}

async fn within<F: Future>(limit: Duration, answer: F) -> Result<F::Output, SourceError> {
    let late =
        |_| SourceError::unreachable("the server does not answer on the listening connection");
    timeout(limit, answer).await.map_err(late)
}

/// Waits until the connection is known to have ended.
async fn closed(client: &Client) {
    while !client.is_closed() {
        sleep(Duration::from_millis(100)).await;
    }
}

/// Ends the driver with the listening.
struct EndWith(AbortHandle);

impl Drop for EndWith {
    fn drop(&mut self) {
        self.0.abort();
    }
}
