//! Options that several commands have.

use std::time::Duration;

use clap::{Args, ValueEnum};

/// How a change is made.
#[derive(Args, Clone, Default)]
pub(super) struct Making {
    /// Why
    #[arg(long, short, value_name = "TEXT")]
    pub(super) reason: Option<String>,
    /// Who; else CONFIG_AUTHOR, USER or LOGNAME
    #[arg(long, value_name = "NAME")]
    pub(super) author: Option<String>,
    /// Shows what would change, and changes nothing
    #[arg(long, short = 'n')]
    pub(super) dry_run: bool,
    /// Changes the row only if it is at this version; 0 for no row
    #[arg(long, value_name = "N")]
    pub(super) expect_version: Option<u64>,
    /// Undoes the change by itself after this time: `2h`, `30m`
    #[arg(long = "for", value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(super) lasting: Option<Duration>,
    /// Saves it as a draft, which nobody reads until it is activated
    #[arg(long, conflicts_with = "lasting")]
    pub(super) draft: bool,
    #[command(flatten)]
    pub(super) wait: Wait,
    /// Asks nothing; needed without a terminal for what is hard to take back
    #[arg(long, short)]
    pub(super) yes: bool,
}

/// Whether to wait for the processes that report themselves.
#[derive(Args, Clone, Copy, Default)]
pub(super) struct Wait {
    /// Waits until every process that reports itself has it, for at most this time
    #[arg(
        long, value_name = "TIME", num_args = 0..=1, require_equals = true,
        default_missing_value = "10s", value_parser = humantime::parse_duration
    )]
    pub(super) wait: Option<Duration>,
}

/// How a file is written.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum FormatName {
    /// With tables, for people
    Toml,
    /// For programs
    Json,
}

/// Which database SQL is for.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum DialectName {
    /// PostgreSQL
    Postgres,
    /// SQLite
    Sqlite,
}
