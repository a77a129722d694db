//! What people write by hand: LISTEN, and one SELECT of the row for each notification.

use std::sync::{Arc, RwLock};

use config_tests::counted::now;
use std::future::poll_fn;
use tokio::sync::mpsc;
use tokio_postgres::{AsyncMessage, NoTls, Row};

use crate::block::{SELECT, WideConfig};
use crate::watcher::tell;

/// Reads the row whenever it is notified, and tells of it, on one connection, as is fastest.
pub(crate) async fn run(url: &str) {
    let (client, mut connection) = tokio_postgres::connect(url, NoTls).await.expect("a connection");
    let (wake, mut woken) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notification(_) = message
                && wake.send(()).is_err()
            {
                return;
            }
        }
    });
    let current = RwLock::new(Arc::new(WideConfig::default()));
    let select = client.prepare(SELECT).await.expect("a statement");
    client.batch_execute("listen wide").await.expect("a channel");
    tell(0, (0, 0), 0);
    while woken.recv().await.is_some() {
        let asked = now();
        let row = client.query_one(&select, &[]).await.expect("the row");
        let answered = now();
        *current.write().expect("no panic") = Arc::new(decode(&row));
        let read = Arc::clone(&current.read().expect("no panic"));
        tell(read.number, (asked, answered), now());
    }
}

#[rustfmt::skip]
fn decode(row: &Row) -> WideConfig {
    WideConfig {
        number: row.get(0), a: row.get(1), b: row.get(2), c: row.get(3), d: row.get(4), e: row.get(5),
        f: row.get(6), g: row.get(7), h: row.get(8), i: row.get(9), j: row.get(10), k: row.get(11),
        l: row.get(12), m: row.get(13), n: row.get(14), o: row.get(15), p: row.get(16),
    }
}
