//! Traps of secrets: passwords and tokens where they can be read.

use std::fmt::{Debug, Display, Write as _};
use std::time::Duration;

use config_sdk::{Config, ConfigBlock, Secret};
use config_tests::postgres::Server;
use config_tests::wait;

use crate::log::Log;
use crate::stage::{SOON, builder, listening};

const TOKEN: &str = "hunter2-token";
const PASSWORD: &str = "hunter2-password";

/// Passwords in debug dumps, the URL in an error (couchbase-shell #529, metallb #1721).
#[tokio::test]
async fn a_password_is_in_no_output() {
    let log = Log::keep();
    let mut seen = Seen::default();
    let database = Server::shared().database();
    let role = database.role("");
    let (_, place) = role.url.split_once('@').unwrap();
    for url in [
        format!("postgres://{}:{PASSWORD}@{place}", role.name),
        format!("postgres://{}:{PASSWORD}@127.0.0.1:1/nowhere", role.name),
        format!("postgres://{PASSWORD}@@:nonsense/"),
        format!("postgres://x:{PASSWORD}@elsewhere.example/db?sslmode=require"),
        format!("{PASSWORD}:x"),
        format!("{PASSWORD}://x"),
        PASSWORD.to_owned(),
    ] {
        let builder = builder().url(&url).start_timeout(Duration::from_millis(300));
        seen.debug(&builder);
        match builder.start().await {
            Ok(config) => {
                seen.both(&config.status());
                seen.debug(&config);
                seen.both(&config.refresh_all().await.unwrap());
                seen.both(&config.check().await.unwrap_err());
            }
            Err(error) => seen.both(&error),
        }
    }
    seen.lacks(PASSWORD, &log);
}

/// The same for what a block keeps secret, through every way out that there is.
#[tokio::test]
async fn a_secret_is_in_no_output() {
    #[derive(Debug, ConfigBlock)]
    struct Hook {
        token: Option<Secret<String>>,
        #[config(default = 0, secret, range = 0..=9)]
        pin: Secret<u32>,
        #[config(default = 1)]
        weight: u32,
    }
    let log = Log::keep();
    let mut seen = Seen::default();
    let database = Server::shared().database();
    let builder = Config::builder().block::<Hook>().url(&database.url()).migrate();
    seen.both(&builder.schema(config_sdk::Dialect::Postgres));
    let config = builder.start().await.unwrap();
    listening(&config).await;
    let listener = database.client().await;
    listener.batch_execute("listen config_sdk").await.unwrap();
    let mut events = config.events();
    let mut changes = config.subscribe::<Hook>();

    database.psql(&format!(
        "insert into hook_config (status, token, pin, weight) values ('active', '{TOKEN}', 7, 2)"
    ));
    seen.debug(&changes.next().await.unwrap());
    assert_eq!(config.get::<Hook>().token.as_ref().unwrap().expose(), TOKEN);
    assert_eq!(config.get::<Hook>().weight, 2);
    seen.debug(&*config.get::<Hook>());
    seen.debug(&config.get::<Hook>());
    seen.debug(&config.snapshot());
    let view = config.block("hook").unwrap();
    seen.both(&view);
    seen.text(&serde_json::to_string(&view).unwrap());
    for field in ["hook.token", "hook.pin"] {
        seen.both(&config.value(field).unwrap());
        seen.both(&config.explain(field).unwrap());
        seen.debug(&config.value_as::<String>(field));
    }

    // Refused by the checks first, and by the reader without them; the faults tell of neither.
    let bad = format!("update hook_config set token = '{TOKEN} again', pin = 918273645");
    database.try_psql(&bad).unwrap_err();
    database.psql("alter table hook_config drop constraint hook_config_pin_check");
    database.psql(&bad);
    let status = wait::until("the rejection", SOON, || async {
        let status = config.status();
        status.to_string().contains("rejected").then_some(status)
    })
    .await;
    seen.both(&status);
    seen.text(&serde_json::to_string(&status).unwrap());
    seen.both(&config.refresh_all().await.unwrap());
    while let Ok(Some(event)) = tokio::time::timeout(SOON / 50, events.next()).await {
        seen.debug(&event);
        seen.text(&serde_json::to_string(&event).unwrap());
    }
    database.psql("delete from hook_config");
    seen.text(&database.psql("select * from config_sdk.change"));

    seen.lacks(TOKEN, &log);
    seen.lacks("918273645", &log);
}

/// All that was put out.
#[derive(Default)]
struct Seen(String);

impl Seen {
    fn text(&mut self, text: &str) {
        writeln!(self.0, "{text}").unwrap();
    }

    fn debug(&mut self, shown: &impl Debug) {
        writeln!(self.0, "{shown:?} {shown:#?}").unwrap();
    }

    fn both(&mut self, shown: &(impl Debug + Display)) {
        self.debug(shown);
        writeln!(self.0, "{shown}").unwrap();
    }

    #[track_caller]
    fn lacks(&self, secret: &str, log: &Log) {
        for (place, text) in [("output", &self.0), ("log", &log.text())] {
            let line = text.lines().find(|line| line.contains(secret));
            assert!(line.is_none(), "{place}: {line:?}");
        }
        assert!(self.0.len() > 100 && !log.text().is_empty(), "nothing was looked at");
    }
}
