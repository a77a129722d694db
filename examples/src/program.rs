//! How an example starts and ends.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use config_sdk::{ConfigBuilder, cli};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Whatever ends an example early, to be printed as it is.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The longest that any one thing may take.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Gives a tour of the store at `CONFIG_URL`, or else of an SQLite file that ends with it; or does what
/// an operator asks of a lasting store with `builder`'s blocks.
pub async fn tour(
    name: &str,
    usage: &str,
    builder: impl FnOnce(&str) -> ConfigBuilder,
    tell: impl AsyncFnOnce(&str) -> Result<(), Failure>,
) -> ExitCode {
    log();
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|word| word == "config") {
        return cli::main(builder(&lasting_url(name)), arguments.iter().skip(1)).await;
    }
    match arguments.join(" ").as_str() {
        "" => {}
        "--help" | "-h" | "help" => {
            println!("{usage}");
            return ExitCode::SUCCESS;
        }
        unknown => {
            eprintln!("there is no argument `{unknown}`\n\n{usage}");
            return ExitCode::from(2);
        }
    }
    let told = async {
        let folder = tempfile::Builder::new().prefix(&format!("{name}-")).tempdir()?;
        let file = folder.path().join("config.db");
        let url =
            std::env::var("CONFIG_URL").unwrap_or_else(|_| format!("sqlite:{}", file.display()));
        tell(&url).await
    };
    ended(told.await)
}

/// The store at `CONFIG_URL`, or else an SQLite file that stays from one command to the next.
#[must_use]
pub fn lasting_url(name: &str) -> String {
    let file = std::env::temp_dir().join(format!("config-sdk-{name}.db"));
    std::env::var("CONFIG_URL").unwrap_or_else(|_| format!("sqlite:{}", file.display()))
}

/// Puts the Redis server at `REDIS_URL` before the store, if one is named there.
pub fn with_redis(builder: ConfigBuilder) -> ConfigBuilder {
    match std::env::var("REDIS_URL") {
        Ok(url) => builder.redis(&url),
        Err(_) => builder,
    }
}

/// What the process says to the shell, and if need be to its user.
#[must_use]
pub fn ended(outcome: Result<(), Failure>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

/// Logs to standard error. The library's own warnings are told as events, so they are logged only where
/// `RUST_LOG` asks.
pub fn log() {
    let wanted = std::env::var("RUST_LOG").unwrap_or_default();
    let wanted = match wanted.parse::<tracing_subscriber::filter::Targets>() {
        Ok(targets) if !wanted.is_empty() => targets,
        _ => "warn,config_sdk=off".parse().unwrap_or_default(),
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    tracing_subscriber::registry().with(lines).with(wanted).init();
}

/// Waits until `holds`, and says when it did.
///
/// # Errors
/// If it does not for [`PATIENCE`].
pub async fn soon(what: &str, holds: impl Fn() -> bool) -> Result<Instant, Failure> {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        if Instant::now() > end {
            return Err(format!("{what} did not happen within {PATIENCE:?}").into());
        }
        tokio::time::sleep(Duration::from_micros(200)).await;
    }
    Ok(Instant::now())
}
