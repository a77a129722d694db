//! A token-trading bot's seven blocks, living through an ordinary day and a bad one.

mod blocks;
mod bot;
mod prompt;
mod serve;
mod stage;
mod story;
mod told;

use std::process::ExitCode;
use std::time::Duration;

use config_examples::page::Page;
use config_examples::program::{Failure, ended, lasting_url, log};
use config_sdk::{Config, ConfigBuilder, cli};
use prompt::Prompt;

const USAGE: &str = "\
A token-trading bot's configuration: seven blocks, reloaded while the bot reads them.

  cargo run --example trading              a tour in a few seconds, on an SQLite file of its own
  cargo run --example trading -- serve     stays until Ctrl-C and tells what happens
  cargo run --example trading -- config    looks at the configuration of `serve`, and changes it

  CONFIG_URL   another store: sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE
  RUST_LOG     what to log to standard error: warn, or config_sdk=debug
  NO_COLOR     no colour";

#[tokio::main]
async fn main() -> ExitCode {
    log();
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        ["config", ref asked @ ..] => {
            return cli::main(bot_config(&lasting_url("trading")), asked).await;
        }
        [] => tour().await,
        ["serve"] => serve().await,
        ["--help" | "-h" | "help"] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => {
            eprintln!("there is no argument `{}`\n\n{USAGE}", arguments.join(" "));
            return ExitCode::from(2);
        }
    };
    ended(outcome)
}

/// All seven blocks, on the store at `url`.
fn bot_config(url: &str) -> ConfigBuilder {
    Config::builder()
        .block::<blocks::TradingConfig>()
        .block::<blocks::ScoringConfig>()
        .block::<blocks::DiscoveryConfig>()
        .block::<blocks::ClusterConfig>()
        .block::<blocks::RiskConfig>()
        .block::<blocks::ExitConfig>()
        .block::<blocks::ApiConfig>()
        .url(url)
        .ttl(Duration::from_secs(60))
        .migrate()
}

async fn tour() -> Result<(), Failure> {
    let folder = tempfile::Builder::new().prefix("trading-").tempdir()?;
    let url =
        url().unwrap_or_else(|| format!("sqlite:{}", folder.path().join("config.db").display()));
    let url = prompt::named(&url);
    let page = Page::stdout();
    let config = bot_config(&url).start().await?;
    let prompt = Prompt::open(&url, &config).await?;
    story::tell(page, config, prompt).await
}

async fn serve() -> Result<(), Failure> {
    let url = lasting_url("trading");
    let config = bot_config(&url).report_as("trading", env!("CARGO_PKG_VERSION")).start().await?;
    serve::serve(Page::stdout(), config, &url).await
}

fn url() -> Option<String> {
    std::env::var("CONFIG_URL").ok()
}
