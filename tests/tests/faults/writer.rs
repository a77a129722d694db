//! Somebody who changes both blocks in one transaction, twenty times a second, whatever happens.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use config_tests::postgres::Database;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

const PAUSE: Duration = Duration::from_millis(50);
/// After a failure.
const TRY_AGAIN: Duration = Duration::from_millis(10);

/// Writes until dropped: number after number, each acknowledged before the next.
pub(crate) struct Writer {
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

/// Nothing is written while this is held.
pub(crate) struct Pause(Arc<Shared>);

#[derive(Default)]
struct Shared {
    url: String,
    pauses: AtomicUsize,
    /// Held while a change is on its way.
    turn: Mutex<()>,
    tried: AtomicI64,
    committed: AtomicI64,
    commits: AtomicI64,
}

impl Writer {
    pub(crate) fn start(url: String) -> Self {
        let shared = Arc::new(Shared { url, ..Shared::default() });
        let task = tokio::spawn(Arc::clone(&shared).write());
        Self { shared, task }
    }

    /// The newest number whose commit was acknowledged.
    pub(crate) fn committed(&self) -> i64 {
        self.shared.committed.load(Ordering::SeqCst)
    }

    /// How many commits were acknowledged.
    pub(crate) fn commits(&self) -> i64 {
        self.shared.commits.load(Ordering::SeqCst)
    }

    /// Lets the change that is on its way be committed, and nothing follow it.
    pub(crate) async fn pause(&self) -> Pause {
        self.shared.pauses.fetch_add(1, Ordering::SeqCst);
        drop(self.shared.turn.lock().await);
        Pause(Arc::clone(&self.shared))
    }

    /// A number that nobody has used, for a change by another hand.
    pub(crate) fn number(&self) -> i64 {
        self.shared.tried.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// A change by another hand was acknowledged.
    pub(crate) fn note(&self, number: i64) {
        self.shared.note(number);
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Drop for Pause {
    fn drop(&mut self) {
        self.0.pauses.fetch_sub(1, Ordering::SeqCst);
    }
}

/// SQL that sets both fields of both blocks to `number`, in one transaction.
pub(crate) fn set_both(number: i64) -> String {
    format!("begin; {}; {}; commit", set("north", number), set("south", number))
}

/// SQL that sets both fields of `block` to `number`.
pub(crate) fn set(block: &str, number: i64) -> String {
    format!("update {block}_config set first = {number}, second = {number} where status = 'active'")
}

/// The number that both blocks hold in the store, or the lower one.
pub(crate) fn stored(database: &Database) -> i64 {
    let number = database.psql(
        "select least(n.first::bigint, s.first::bigint) from north_config n, south_config s \
         where n.status = 'active' and s.status = 'active'",
    );
    number.parse().expect("a number")
}

impl Shared {
    async fn write(self: Arc<Self>) {
        loop {
            if let Ok(client) = connect(&self.url).await {
                while !client.is_closed() {
                    let wait = if self.change(&client).await { PAUSE } else { TRY_AGAIN };
                    tokio::time::sleep(wait).await;
                }
            }
            tokio::time::sleep(TRY_AGAIN).await;
        }
    }

    /// One more change, and whether it was acknowledged.
    async fn change(&self, client: &Client) -> bool {
        let _turn = self.turn.lock().await;
        if self.pauses.load(Ordering::SeqCst) > 0 {
            return false;
        }
        let number = self.tried.fetch_add(1, Ordering::SeqCst) + 1;
        let done = commit(client, number).await;
        if done {
            self.note(number);
        }
        done
    }

    fn note(&self, number: i64) {
        self.committed.fetch_max(number, Ordering::SeqCst);
        self.commits.fetch_add(1, Ordering::SeqCst);
    }
}

async fn connect(url: &str) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(async move {
        let _ = connection.await; // the client says so too
    });
    Ok(client)
}

/// Whether the change of both blocks was acknowledged.
async fn commit(client: &Client, number: i64) -> bool {
    let Ok(answer) = client.simple_query(&set_both(number)).await else {
        let _ = client.batch_execute("rollback").await;
        return false;
    };
    let changed =
        |message: &&SimpleQueryMessage| matches!(message, SimpleQueryMessage::CommandComplete(1));
    answer.iter().filter(changed).count() == 2
}
