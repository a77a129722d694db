//! Stays up, and tells everything that happens as it comes.

use std::time::Instant;

use config_examples::page::{Page, Voice};
use config_sdk::Config;

use crate::Failure;
use crate::blocks::TradingConfig;
use crate::prompt::command_line;
use crate::told;

/// What to try; the first makes the row that the others change.
const EDITS: [&str; 3] = [
    "insert into trading_config (status, score_threshold) values ('active', 0.8)",
    "update trading_config set score_threshold = 0.75 where status = 'active'",
    "update trading_config set score_threshold = 7 where status = 'active'",
];

/// The same by the operator's command line, which judges before it writes.
const COMMANDS: [&str; 2] = [
    "cargo run --example trading -- config set trading.score_threshold=0.8 --reason \"a try\"",
    "cargo run --example trading -- config rollback trading 0",
];

/// Prints every event until Ctrl-C.
pub(crate) async fn serve(page: Page, config: Config, url: &str) -> Result<(), Failure> {
    let began = Instant::now();
    let mut events = config.events();
    let status = config.status();
    page.title(&format!("Trading bot on {}", status.source));
    page.line(Voice::Bot, score_threshold(&config));
    let whose =
        if std::env::var_os("CONFIG_URL").is_some() { ", with the same CONFIG_URL" } else { "" };
    page.line(Voice::Shell, format!("to change something, type elsewhere{whose}:"));
    for command in COMMANDS {
        page.line(Voice::Shell, command);
    }
    page.line(Voice::Shell, "or by SQL:");
    let is_first = config.get::<TradingConfig>().meta().version == 0;
    for sql in if is_first { &EDITS[..] } else { &EDITS[1..] } {
        if let Some(command) = command_line(url, sql) {
            page.line(Voice::Shell, command);
        }
    }
    page.line(Voice::Shell, "Ctrl-C ends this");
    page.line(Voice::Store, format!("{}; push {}", status.store, status.push));

    let mut ctrl_c = std::pin::pin!(tokio::signal::ctrl_c());
    loop {
        tokio::select! {
            event = events.next() => match event {
                Some(event) => {
                    let when = format!("{:>8.3} s  ", began.elapsed().as_secs_f64());
                    told::tell(&page, &config, &when, &event);
                }
                None => break,
            },
            pressed = &mut ctrl_c => {
                pressed?;
                break;
            }
        }
    }
    config.shutdown().await;
    page.line(Voice::Bot, format!("ends; the last it read: {}", score_threshold(&config)));
    Ok(())
}

fn score_threshold(config: &Config) -> String {
    let trading = config.get::<TradingConfig>();
    let origin = trading.meta().origin;
    format!("trading.score_threshold is {}, from the {origin}", trading.score_threshold)
}
