//! A secret is read by the program and shown to nobody else.

use std::fmt::{Debug, Display};

use config_sdk::{Config, Event, MemoryStore, Secret};
use config_tests::postgres::Server;
use serde::Serialize;

use crate::blocks::VaultConfig;
use crate::log;
use crate::stage::{self, SOON};

const SECRETS: [&str; 5] = ["hunter2", "hunter3", "471108151", "471208152", "9999999999"];

/// Everything that was shown.
#[derive(Default)]
struct Shown(Vec<String>);

impl Shown {
    fn debug(&mut self, what: impl Debug) {
        self.0.push(format!("{what:?} {what:#?}"));
    }

    fn all(&mut self, what: impl Debug + Display + Serialize) {
        self.0.push(format!("{what:?} {what:#?} {what} {what:#}"));
        self.0.push(serde_json::to_string(&what).unwrap());
    }

    fn config(&mut self, config: &Config) {
        self.debug(config);
        self.debug(config.get::<VaultConfig>());
        self.debug(config.get::<VaultConfig>().meta());
        self.debug(config.get::<VaultConfig>().into_arc());
        self.debug(config.handle::<VaultConfig>());
        self.debug(config.snapshot());
        self.debug(config.snapshot().get::<VaultConfig>());
        self.debug(config.subscribe::<VaultConfig>());
        self.all(config.status());
        self.all(config.block("vault").unwrap());
        for path in ["vault.token", "vault.pin", "vault.tries"] {
            self.all(config.value(path).unwrap());
            self.all(config.explain(path).unwrap());
            self.debug(config.value_as::<String>(path));
            self.debug(config.value_as::<u32>(path));
            self.debug(config.value(&format!("{path}.0")));
        }
    }

    /// Fails if a secret is among it.
    fn search(&self) {
        assert!(self.0.iter().any(|text| text.contains("[redacted]")));
        for secret in SECRETS {
            let found = self.0.iter().find(|text| text.contains(secret));
            assert!(found.is_none(), "{secret} is shown: {}", found.unwrap());
        }
    }
}

fn exposed(config: &Config) -> (Option<String>, u32) {
    let vault = config.get::<VaultConfig>();
    (vault.token.clone().map(Secret::into_exposed), *vault.pin.expose())
}

#[tokio::test]
async fn a_secret_in_a_store_is_shown_nowhere_not_even_when_it_is_wrong() {
    log::keep();
    let mut shown = Shown::default();
    let store = MemoryStore::new();
    store.set("vault", [("token", "hunter2"), ("pin", "471108151")]);
    let builder = Config::builder().block::<VaultConfig>().store(store.clone());
    let config = builder.start().await.unwrap();
    assert_eq!(exposed(&config), (Some("hunter2".to_owned()), 471108151));
    shown.config(&config);
    let mut events = config.events();
    let mut changes = config.subscribe::<VaultConfig>();
    store.set("vault", [("token", "hunter3"), ("pin", "471208152")]);
    let change = stage::soon(changes.next()).await.unwrap();
    assert_eq!(change.fields, ["token", "pin"]);
    shown.debug(&change);
    shown.debug((&change.old, &change.new));
    shown.all(config.refresh_all().await.unwrap());
    shown.config(&config);
    let long = "hunter2".repeat(10);
    for (token, pin) in
        [(long.as_str(), "471108151 hunter2"), ("hunter2", "9999999999"), ("", "-471108151")]
    {
        let epoch = store.set("vault", [("token", token), ("pin", pin)]);
        config.wait_for(epoch, SOON).await.unwrap();
        shown.all(config.refresh_all().await.unwrap());
        shown.config(&config);
    }
    let mut rejections = 0;
    while rejections < 3 {
        let event = stage::soon(events.next()).await.unwrap();
        if let Event::Rejected { faults, .. } = &event {
            rejections += 1;
            shown.all(faults.clone());
        }
        shown.0.push(serde_json::to_string(&event).unwrap());
        shown.debug(event);
    }
    assert!(log::said().contains("vault"), "nothing was logged");
    shown.0.push(log::said());
    shown.search();
}

#[tokio::test]
async fn a_secret_in_the_environment_is_shown_nowhere_not_even_when_it_is_wrong() {
    log::keep();
    let mut shown = Shown::default();
    let builder = || Config::builder().block::<VaultConfig>().store(MemoryStore::new());
    let variables = [("APP__VAULT__TOKEN", "hunter2"), ("APP__VAULT__PIN", "471108151")];
    let good = builder().env_prefix("APP").env_vars(variables);
    shown.debug(&good);
    let config = good.start().await.unwrap();
    assert_eq!(exposed(&config), (Some("hunter2".to_owned()), 471108151));
    shown.config(&config);
    let variables = [("APP__VAULT__PIN", "hunter2"), ("APP__VAULT__TRIES", "3")];
    let error = builder().env_prefix("APP").env_vars(variables).start().await.unwrap_err();
    assert!(error.to_string().contains("APP__VAULT__PIN"), "{error}");
    shown.0.push(format!("{error} {error:?} {error:#?}"));
    shown.0.push(log::said());
    shown.search();
}

#[tokio::test]
async fn a_secret_in_postgres_is_not_in_its_history_nor_in_a_notification_nor_in_a_log() {
    log::keep();
    let database = Server::shared().database();
    let builder = Config::builder().block::<VaultConfig>().url(&database.url());
    let config = builder.start_timeout(SOON).migrate().start().await.unwrap();
    stage::listening(&config).await;
    let (listener, mut connection) =
        tokio_postgres::connect(&database.url(), tokio_postgres::NoTls).await.unwrap();
    let (notes, mut noted) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        let message = |context: &mut std::task::Context<'_>| connection.poll_message(context);
        let mut message = message;
        while let Some(Ok(message)) = std::future::poll_fn(&mut message).await {
            let _ = notes.send(format!("{message:?}"));
        }
    });
    listener.batch_execute("listen config_sdk").await.unwrap();
    let mut changes = config.subscribe::<VaultConfig>();
    for sql in [
        stage::insert("vault", &[("token", "'hunter2'"), ("pin", "471108151")]),
        "update vault_config set token = 'hunter3', pin = 471208152".to_owned(),
        "delete from vault_config".to_owned(),
    ] {
        database.psql(&sql); // another process, whose SQL is not logged here
        stage::soon(changes.next()).await.unwrap();
    }
    let mut shown = Shown::default();
    shown.config(&config);
    shown.0.push(log::said());
    shown.0.push(database.psql("select c::text from config_sdk.change c"));
    shown.0.push(
        database.psql("select coalesce(string_agg(before::text, ' '), '') from config_sdk.change"),
    );
    for _ in 0..3 {
        shown.0.push(stage::soon(noted.recv()).await.unwrap());
    }
    assert!(shown.0.iter().any(|text| text.contains("tries")), "history keeps nothing");
    shown.search();
}
