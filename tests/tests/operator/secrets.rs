//! A secret goes through every path of the operator's, and comes out of none but its own column.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use config_sdk::document::Format;
use config_sdk::{Config, Secret};

use crate::blocks::TradingConfig;
use crate::stage::{SOON, Stage};

// On one thread each, so that what every task logs is heard.
#[tokio::test]
async fn a_secret_in_memory_is_read_by_programs_and_shown_by_nothing() {
    a_secret_is_set_and_read_by_programs_and_shown_by_nothing(Stage::memory()).await;
}

#[tokio::test]
async fn a_secret_in_sqlite_is_read_by_programs_and_shown_by_nothing() {
    a_secret_is_set_and_read_by_programs_and_shown_by_nothing(Stage::sqlite().await).await;
}

#[tokio::test]
async fn a_secret_in_postgres_is_read_by_programs_and_shown_by_nothing() {
    a_secret_is_set_and_read_by_programs_and_shown_by_nothing(Stage::postgres().await).await;
}

/// Random to a grep, and nothing that anything else says.
const HUSH: &str = "hush-7f3a9c51";
const FORMER: &str = "hush-0be4d2aa";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

async fn a_secret_is_set_and_read_by_programs_and_shown_by_nothing(stage: Stage) {
    let log = Log::default();
    let made = log.clone();
    let lines = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || made.clone())
        .finish();
    let _quiet = tracing::subscriber::set_default(lines);
    let metrics = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    let _counted = metrics::set_default_local_recorder(&metrics);
    let (notified, _listener) = notifications(&stage).await;

    let folder = tempfile::tempdir().unwrap();
    let builder = stage.builder().report_as("bot", "1").last_good_dir(folder.path());
    let config: Config = builder.start().await.unwrap();
    let mut events = config.events();
    let operator = stage.operator();
    let mut seen = String::new();
    let mut say = |text: String| seen.push_str(&text);

    let set = operator.change().set_path("trading.token", FORMER).plan().await.unwrap();
    say(format!("{set} {set:?} {}", serde_json::to_string(&set).unwrap()));
    set.apply().await.unwrap();
    let typed = operator.change().set::<TradingConfig>(|trading| {
        trading.token = Some(Secret::from(HUSH));
        trading.max_positions = 6;
    });
    say(format!("{typed:?}"));
    let applied = typed.reason("rotated").apply().await.unwrap();
    say(format!("{applied:?} {}", serde_json::to_string(&applied).unwrap()));
    config.wait_for(applied.epoch, SOON).await.unwrap();
    let token = config.get::<TradingConfig>().token.clone().unwrap();
    assert_eq!(token.expose(), HUSH, "programs read it");

    let refused = operator
        .change()
        .set_path("trading.token", format!("{HUSH}\0"))
        .set_path("trading.max_positions", "0");
    say(format!("{:?}", refused.apply().await.unwrap_err()));
    let history = operator.history("trading", 10).await.unwrap();
    assert_eq!(history.versions[0].secrets, ["token"], "that it changed is told");
    say(format!("{history} {history:?} {}", serde_json::to_string(&history).unwrap()));
    say(format!("{:?}", operator.diff("trading", 1, 2).await.unwrap()));
    say(format!("{:?}", operator.rows().await.unwrap()));
    say(format!("{}", operator.value("trading.token").await.unwrap()));
    let trace = operator.explain("trading.token").await.unwrap();
    say(format!("{trace} {trace:?}"));
    say(format!("{:?}", operator.check().await.unwrap()));
    for format in [Format::Toml, Format::Json] {
        say(operator.export(&[], format).await.unwrap());
    }
    let draft =
        operator.change().set_path("trading.token", HUSH).set_path("trading.max_positions", "8");
    say(format!("{:?}", draft.save().await.unwrap()));
    say(format!("{:?}", operator.drafts().await.unwrap()));
    let short = operator.change().set_path("trading.max_positions", "9");
    short.lasting(Duration::from_secs(3600)).apply().await.unwrap();
    say(format!("{:?}", operator.expiring().await.unwrap()));
    let stale = operator.change().set_path("trading.token", HUSH).expect_version("trading", 1);
    say(format!("{:?}", stale.apply().await.unwrap_err()));
    let back = operator.rollback("trading", 1).await.unwrap().plan().await.unwrap();
    say(format!("{back} {back:?}"));
    let applied = back.apply().await.unwrap();
    config.wait_for(applied.epoch, SOON).await.unwrap();
    let token = config.get::<TradingConfig>().token.clone().unwrap();
    assert_eq!(token.expose(), HUSH, "a rollback leaves secrets as they are");
    say(format!("{:?} {}", operator.processes().await.unwrap(), config.status()));
    config.shutdown().await;
    while let Some(event) = events.next().await {
        say(format!("{event:?}"));
    }
    for file in std::fs::read_dir(folder.path()).unwrap() {
        say(String::from_utf8_lossy(&std::fs::read(file.unwrap().path()).unwrap()).into_owned());
    }
    say(String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned());
    let counted = metrics.handle().render();
    assert!(counted.contains("config_sdk_"), "metrics were counted");
    say(counted);
    let heard = String::from_utf8_lossy(&notified.0.lock().unwrap()).into_owned();
    assert!(heard.contains("trading") || !matches!(stage, Stage::Postgres(_)), "{heard}");
    say(heard);
    assert!(seen.contains("[redacted]") && seen.len() > 2000, "the test looked at something");
    for secret in [HUSH, FORMER] {
        assert!(!seen.contains(secret), "{}", around(&seen, secret));
    }
    assert!(seen.contains("published"), "the log of the task that refreshes was heard");
    // What lies beside the blocks' own tables.
    let beside = stage.bookkeeping();
    assert!(beside.contains("rotated") || matches!(stage, Stage::Memory(_)));
    assert!(!beside.contains(HUSH) && !beside.contains(FORMER), "{beside}");
}

/// What a listener hears from now on, on a store that notifies.
async fn notifications(stage: &Stage) -> (Log, Option<tokio_postgres::Client>) {
    let heard = Log::default();
    let Stage::Postgres(database) = stage else { return (heard, None) };
    let url = database.url();
    let (client, mut connection) =
        tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    let mut log = heard.clone();
    tokio::spawn(async move {
        let mut next =
            async || std::future::poll_fn(|context| connection.poll_message(context)).await;
        while let Some(Ok(message)) = next().await {
            if let tokio_postgres::AsyncMessage::Notification(note) = message {
                log.write_all(note.payload().as_bytes()).unwrap();
            }
        }
    });
    client.batch_execute("listen config_sdk").await.unwrap();
    (heard, Some(client))
}

fn around(text: &str, word: &str) -> String {
    let at = text.find(word).unwrap_or_default();
    text.chars().skip(at.saturating_sub(300)).take(600).collect()
}
