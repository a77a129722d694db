//! One connection to Redis: what is asked on it, each question with a deadline.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Cmd, FromRedisValue, Msg, Pipeline, PushInfo, Script, cmd};
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};

use super::address::Address;

/// How long an answer may take, and a connection; an open one to a frozen server never answers.
pub(super) const ANSWER: Duration = Duration::from_millis(250);
/// How often to look whether the connection has ended.
const LOOK: Duration = Duration::from_millis(100);
/// Questions that may wait for an answer at once; more wait for their turn.
const AT_ONCE: usize = 256;

/// A connection that many tasks use at once. Cheap to clone; it ends with its last clone.
#[derive(Clone)]
pub(super) struct Line {
    connection: MultiplexedConnection,
    /// Tells this connection from those before and after it.
    pub(super) number: u64,
    driver: Arc<EndWith>,
}

/// Why a question has no answer.
#[derive(Debug)]
pub(super) struct Failure(String);

/// The scripts, loaded whenever a connection is made: a server that was restarted knows none.
pub(super) struct Scripts {
    pub(super) follow: Script,
    pub(super) keep: Script,
    pub(super) tell: Script,
}

impl Scripts {
    pub(super) fn new() -> Self {
        Self {
            follow: Script::new(include_str!("follow.lua")),
            keep: Script::new(include_str!("keep.lua")),
            tell: Script::new(include_str!("tell.lua")),
        }
    }
}

impl Line {
    /// Connects, and from then on passes everything that is said on `channel` to `hear`.
    ///
    /// # Errors
    /// If the server cannot be reached, does not answer or refuses.
    pub(super) async fn open(
        address: &Address,
        scripts: &Scripts,
        channel: &str,
        hear: impl Fn(&str) + Send + Sync + 'static,
    ) -> Result<Self, Failure> {
        static NUMBER: AtomicU64 = AtomicU64::new(1);
        let said = move |push: PushInfo| {
            if let Some(message) = Msg::from_push_info(push)
                && let Ok(text) = std::str::from_utf8(message.get_payload_bytes())
            {
                hear(text);
            }
            Ok::<(), ()>(())
        };
        let config = AsyncConnectionConfig::new()
            .set_response_timeout(Some(ANSWER))
            .set_concurrency_limit(AT_ONCE)
            .set_push_sender(said);
        let stream = within(async { address.connect().await.map_err(Failure::of) }).await?;
        let connected = MultiplexedConnection::new_with_config(address.settings(), stream, config);
        let (connection, driver) = within(async { connected.await.map_err(Failure::of) }).await?;
        let driver = Arc::new(EndWith(tokio::spawn(driver).abort_handle()));
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let mut line = Self { connection, number, driver };
        let subscribed = line.connection.subscribe(channel);
        within(async { subscribed.await.map_err(Failure::of) }).await?;
        for script in [&scripts.follow, &scripts.keep, &scripts.tell] {
            let loaded = script.load_async(&mut line.connection);
            within(async { loaded.await.map_err(Failure::of) }).await?;
        }
        Ok(line)
    }

    /// Waits until the connection is known to have ended. Cancel safe.
    pub(super) async fn ended(&self) {
        while !self.driver.0.is_finished() {
            sleep(LOOK).await;
        }
    }

    /// Sends all of `questions` at once.
    ///
    /// # Errors
    /// If one of them has no answer in time, or is refused.
    pub(super) async fn ask<T: FromRedisValue>(&self, questions: &Pipeline) -> Result<T, Failure> {
        let mut connection = self.connection.clone();
        within(async { questions.query_async(&mut connection).await.map_err(Failure::of) }).await
    }
}

/// The question that runs `script` on `keys`.
pub(super) fn call<'a>(script: &Script, keys: impl IntoIterator<Item = &'a String>) -> Cmd {
    let keys: Vec<_> = keys.into_iter().collect();
    let mut question = cmd("EVALSHA");
    question.arg(script.get_hash()).arg(keys.len()).arg(keys);
    question
}

impl Failure {
    pub(super) fn new(what: &str) -> Self {
        Self(what.to_owned())
    }

    fn of(error: impl fmt::Display) -> Self {
        Self(error.to_string())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

async fn within<T>(answer: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let late = |_| Failure(format!("no answer within {}", humantime::format_duration(ANSWER)));
    timeout(ANSWER, answer).await.map_err(late)?
}

/// Ends the task that drives a connection with the last that could ask on it.
struct EndWith(AbortHandle);

impl Drop for EndWith {
    fn drop(&mut self) {
        self.0.abort();
    }
}
