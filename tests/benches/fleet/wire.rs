//! How many bytes one instance sends and receives, counted on the way to its server.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use config_tests::wait;

use crate::crew::{FleetConfig, Order};
use crate::stage::{Road, Stage};

/// Longer than anything takes with one instance.
const SOON: Duration = Duration::from_secs(15);
/// How often the instance polls, and for how long it is watched.
const TTL: Duration = Duration::from_millis(200);
const WATCHED: Duration = Duration::from_secs(2);
const CHANGES: u32 = 5;

/// Bytes, both ways together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wire {
    /// Of a start: two connections, everything read, and the test of hearing.
    pub(crate) start: f64,
    /// Of a poll that finds nothing.
    pub(crate) poll: f64,
    /// Of a change: the notification, and the question after it.
    pub(crate) change: f64,
}

/// Watches one instance that asks and listens directly.
pub(crate) async fn measure() -> Wire {
    let stage = Stage::new(Road::Push, TTL, 10).await;
    let (port, bytes) = forward(stage.server.port());
    let count = || bytes.load(Ordering::SeqCst) as f64;
    let url = stage.database.url_through(port);
    let order = stage.orders(1, true).into_iter().next().expect("one");
    let quiet = Order { url, ttl: Duration::from_secs(3600), ..order };
    let config = quiet.builder().start().await.expect("a start");
    let stands = || async { quiet.is_met_by(&config.status()) };
    wait::until("push", SOON, stands).await;
    settle(&bytes).await;
    let start = count();
    let client = stage.database.client().await;
    for change in 1..=CHANGES {
        let update = format!("update fleet_config set change = {change} where status = 'active'");
        client.batch_execute(&update).await.expect("a change");
        let seen = || async { config.get::<FleetConfig>().change == change };
        wait::until("the change", SOON, seen).await;
    }
    settle(&bytes).await;
    let change = (count() - start) / f64::from(CHANGES);
    config.shutdown().await;
    let config = Order { ttl: TTL, ..quiet.clone() }.builder().start().await.expect("a start");
    let stands = || async { quiet.is_met_by(&config.status()) };
    wait::until("push", SOON, stands).await;
    stage.database.reset_queries();
    let before = count();
    tokio::time::sleep(WATCHED).await;
    let (sent, polls) = (count() - before, stage.database.queries("%floor%from config_sdk.epoch%"));
    Wire { start, poll: sent / polls.max(1) as f64, change }
}

/// Waits until nothing has been sent for a while.
async fn settle(bytes: &AtomicU64) {
    let mut last = u64::MAX;
    while bytes.load(Ordering::SeqCst) != last {
        last = bytes.load(Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// A port that leads to `server`, and what has passed.
fn forward(server: u16) -> (u16, Arc<AtomicU64>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let bytes = Arc::<AtomicU64>::default();
    let counted = Arc::clone(&bytes);
    // Ends with the program, as its connections do.
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let server = TcpStream::connect(("127.0.0.1", server)).expect("the server");
            let two = |stream: &TcpStream| stream.try_clone().expect("a socket");
            let ways = [(two(&client), two(&server)), (server, client)];
            for (from, to) in ways {
                let counted = Arc::clone(&counted);
                thread::spawn(move || carry(from, to, &counted));
            }
        }
    });
    (port, bytes)
}

fn carry(mut from: TcpStream, mut to: TcpStream, counted: &AtomicU64) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        counted.fetch_add(length as u64, Ordering::SeqCst);
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    _ = to.shutdown(Shutdown::Write);
}
