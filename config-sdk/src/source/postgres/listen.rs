//! Listening for changes, and knowing when it cannot or has gone deaf.

use std::convert::Infallible;
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
use super::columns;
use super::connection::failure;
use super::echo::Echo;
use crate::source::{Deaf, Signal, SourceError};

/// How often the connection has to prove that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// How long an answer may take; an open connection to a frozen server never answers.
const ANSWER: Duration = Duration::from_secs(3);
/// How long the self-test may take, which waits for a while itself.
const TEST: Duration = Duration::from_secs(6);

/// What the connection's driver hears.
struct Ears {
    signal: Signal,
    /// The epoch that the last notification named.
    epoch: AtomicU64,
    echo: Echo,
}

/// What a heartbeat tells.
#[derive(Default, PartialEq)]
struct Pulse {
    epoch: u64,
    columns: String,
}

/// Listens until the connection is lost, or proves unable to hear.
pub(super) async fn listen(store: &PostgresStore, signal: Signal) -> Deaf {
    match try_listen(store, signal).await {
        Ok(never) => match never {},
        Err(deaf) => deaf,
    }
}

async fn try_listen(store: &PostgresStore, signal: Signal) -> Result<Infallible, Deaf> {
    let address = store.listening_address();
    let failed = |error| failure(address, &error);
    let ears =
        Arc::new(Ears { signal: signal.clone(), epoch: AtomicU64::new(0), echo: Echo::new() });
    let connected = within(ANSWER, address.connect(Arc::clone(&ears))).await?;
    let (client, driver) = connected.map_err(failed)?;
    let _end = EndWith(driver);

    let echo = within(TEST, ears.echo.comes_back(&client, store)).await;
    store.heard(matches!(echo, Ok(Ok(())))).await;
    echo??;
    // Outside any transaction: inside one, nothing is heard until it ends.
    let listen = format!("listen config_sdk; unlisten {}", ears.echo.channel);
    within(ANSWER, client.batch_execute(&listen)).await?.map_err(failed)?;
    let mut known = pulse(&client).await?.map_err(failed)?;
    signal.listening();

    loop {
        tokio::select! {
            () = sleep(HEARTBEAT) => {}
            () = closed(&client) => {
                let ended = format!(
                    "{address}: the listening connection ended: if it does not come back, see the \
                     server's log"
                );
                return Err(SourceError::unreachable(ended).into());
            }
        }
        let now = pulse(&client).await?.map_err(failed)?;
        signal.seen(now.epoch);
        if now.epoch != known.epoch && ears.epoch.load(Ordering::Relaxed) != now.epoch {
            tracing::debug!(epoch = now.epoch, "a change was not heard of; the heartbeat found it");
            signal.missed();
        }
        if now.columns != known.columns {
            tracing::debug!("a table was altered, made or dropped; everything is read again");
            signal.anew();
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
    /// A notification only ever means "look", and nothing if readers have its epoch: what it says is a hint,
    /// and anybody can send one.
    fn take(&self, channel: &str, payload: &str) {
        if channel == self.echo.channel {
            return self.echo.hear();
        }
        let (epoch, names) = payload.split_once(' ').unwrap_or((payload, ""));
        let names = names.split_whitespace();
        match epoch.parse() {
            Ok(epoch) => {
                self.epoch.store(epoch, Ordering::Relaxed);
                self.signal.told(epoch, names);
            }
            Err(_) => self.signal.changed(names),
        }
    }
}

/// What a pass is told after notifications with these payloads.
#[cfg(feature = "testing")]
pub(crate) async fn heard<'a>(payloads: impl IntoIterator<Item = &'a str>) -> (u64, Vec<String>) {
    let (signal, listening) = Signal::new();
    let ears = Ears { signal, epoch: AtomicU64::new(0), echo: Echo::new() };
    payloads.into_iter().for_each(|payload| ears.take("config_sdk", payload));
    let names = listening.heard().await.names;
    (ears.epoch.load(Ordering::Relaxed), names.into_iter().collect())
}

async fn pulse(client: &Client) -> Result<Result<Pulse, tokio_postgres::Error>, SourceError> {
    let pulse = format!("select epoch, {} as columns from config_sdk.epoch", columns::MARK);
    let answer = within(ANSWER, client.simple_query(&pulse)).await?;
    Ok(answer.map(|messages| messages.iter().find_map(Pulse::of).unwrap_or_default()))
}

impl Pulse {
    fn of(message: &SimpleQueryMessage) -> Option<Self> {
        let SimpleQueryMessage::Row(row) = message else { return None };
        let text = |column| row.try_get(column).ok().flatten().unwrap_or_default();
        Some(Self { epoch: text("epoch").parse().ok()?, columns: text("columns").to_owned() })
    }
}

async fn within<F: Future>(limit: Duration, answer: F) -> Result<F::Output, SourceError> {
    let late = |_| {
        SourceError::unreachable(
            "the server does not answer on the listening connection: see that it is not frozen or cut off",
        )
    };
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
