//! The same by hand, encrypted: listens, asks for the row, and keeps it behind a lock.

mod block;

use std::future::poll_fn;
use std::sync::{Arc, RwLock};

use block::TradingConfig;
use tokio_postgres::{AsyncMessage, Client};
use tokio_postgres_rustls::MakeRustlsConnect;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::var("CONFIG_URL")?;
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let trust = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let tls = MakeRustlsConnect::new(trust);
    let (client, mut connection) = tokio_postgres::connect(&url, tls).await?;
    let (changed, mut changes) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notification(_) = message {
                _ = changed.send(());
            }
        }
    });
    client.batch_execute("listen trading_config").await?;
    let current = RwLock::new(Arc::new(ask(&client).await?));
    let read = || current.read().map(|held| Arc::clone(&held));
    println!("{}", read().expect("a lock that nobody broke").score_threshold);
    while changes.recv().await.is_some() {
        let new = Arc::new(ask(&client).await?);
        *current.write().expect("a lock that nobody broke") = new;
        println!("{}", read().expect("a lock that nobody broke").score_threshold);
    }
    Ok(())
}

async fn ask(client: &Client) -> Result<TradingConfig, Box<dyn std::error::Error>> {
    let row = "select to_json(t)::text from trading_config t where status = 'active'";
    let row = client.query_one(row, &[]).await?;
    Ok(serde_json::from_str(row.try_get(0)?)?)
}
