//! Each pass is a span that says why it ran and what came of it.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use config_sdk::{Config, ConfigBlock, MemoryStore};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::util::SubscriberInitExt;

#[derive(ConfigBlock)]
struct PaceConfig {
    #[config(default = 10, range = 1..=60)]
    per_minute: u32,
}

#[derive(Clone, Default)]
struct Text(Arc<Mutex<Vec<u8>>>);

impl Write for Text {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_pass_is_a_span_with_its_trigger_epoch_and_result() {
    let text = Text::default();
    let writer = text.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::DEBUG)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _scope = subscriber.set_default();
    let store = MemoryStore::new();
    let config = Config::builder().block::<PaceConfig>().store(store.clone());
    let config = config.start().await.unwrap();
    store.set("pace", [("per_minute", "99")]);
    config.refresh_all().await.unwrap();
    store.fail("gone fishing");
    config.refresh_all().await.unwrap();
    let said = String::from_utf8(text.0.lock().unwrap().clone()).unwrap();
    for span in [
        r#"config.pass{trigger=start epoch=0 result="unchanged"}"#,
        r#"config.pass{trigger=forced epoch=1 result="rejected"}"#,
        r#"config.pass{trigger=forced epoch=1 result="failed"}"#,
    ] {
        assert!(said.contains(span), "no {span} in\n{said}");
    }
    let rejected = said.lines().find(|line| line.contains("per_minute = 99")).unwrap();
    assert!(rejected.contains("config.pass{trigger=forced}"), "{rejected}");
}
