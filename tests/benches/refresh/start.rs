//! Round trips of a start, counted on the wire.

use std::time::Instant;

use config_benches::{Report, median};
use config_sdk::ConfigBuilder;
use config_tests::postgres::{Database, Server};
use config_tests::proxy::Proxy;
use tokio_postgres::NoTls;

use crate::many::{self, NEVER};

/// One start.
struct Start {
    /// Round trips until it was over, of one connection, after connecting.
    trips: usize,
    millis: f64,
    /// The same of all connections until push worked.
    listening: usize,
    connections: usize,
}

pub(crate) async fn measure(report: &mut Report, server: &Server) {
    let mut rows = Vec::new();
    for (count, keys) in [(7, 0), (100, 0), (100, 10_000)] {
        let database = many::database(server, count, keys).await;
        let mut starts = Vec::new();
        for _ in 0..report.size(3, 11) {
            starts.push(start(many::with_keys(count), &database).await);
        }
        let trips = starts.iter().map(|start| start.trips).max().expect("a start");
        let listening = starts.iter().map(|start| start.listening).max().expect("a start");
        let connections = starts.iter().map(|start| start.connections).max().expect("a start");
        let millis = median(starts.iter().map(|start| start.millis).collect());
        rows.push(vec![
            format!("{count} blocks, {keys} resident keys"),
            trips.to_string(),
            format!("{millis:.1}"),
            listening.to_string(),
            connections.to_string(),
        ]);
        if keys == 0 {
            let detail = format!("after connecting; {listening} in all until push works");
            report.figure(&format!("changing.start.{count}"), trips as f64, detail);
        }
    }
    let columns = [
        "",
        "round trips of `start` after connecting",
        "ms of `start`",
        "round trips of all connections until push works",
        "connections",
    ];
    report.table("start", &columns, rows);
}

/// Starts through a proxy that counts, without encryption, whose own round trips are none of ours.
async fn start(builder: ConfigBuilder, database: &Database) -> Start {
    let proxy = Proxy::to(database.server().port());
    let url = format!("{}?sslmode=disable", database.url_through(proxy.port()));
    let connecting = connecting(&url, &proxy).await;
    let began = Instant::now();
    let config = builder.url(&url).ttl(NEVER).start().await.expect("a start");
    let millis = began.elapsed().as_secs_f64() * 1e3;
    let trips = proxy.round_trips()[1] - connecting;
    // Without the pass that is forced to know that it is over.
    let listens = || async { config.status().push == config_sdk::PushState::Push };
    config_tests::wait::until("push", many::SOON, listens).await;
    let all = proxy.round_trips();
    let listening = all[1..].iter().map(|trips| trips - connecting).sum();
    config.shutdown().await;
    Start { trips, millis, listening, connections: all.len() - 1 }
}

/// The round trips that connecting takes by itself.
async fn connecting(url: &str, proxy: &Proxy) -> usize {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("a connection");
    let trips = proxy.round_trips()[0];
    drop((client, connection));
    trips
}
