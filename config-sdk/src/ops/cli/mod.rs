//! The operator's command line, as a subcommand of a program's own, so that its own types judge.
//!
//! ```
//! use clap::{Parser, Subcommand};
//! use config_sdk::{Config, ConfigBuilder};
//!
//! #[derive(Parser)]
//! struct Program {
//!     #[command(subcommand)]
//!     command: Command,
//! }
//!
//! #[derive(Subcommand)]
//! enum Command {
//!     /// Runs the bot
//!     Serve,
//!     /// Looks at configuration, and changes it
//!     Config(config_sdk::cli::ConfigCommand),
//! }
//!
//! # fn bot_config() -> ConfigBuilder { Config::builder().url("memory:") }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! # let arguments = ["bot", "config", "list"];
//! let code = match Program::parse_from(arguments).command {
//!     Command::Serve => std::process::ExitCode::SUCCESS,
//!     Command::Config(command) => command.run(bot_config()).await,
//! };
//! # assert_eq!(format!("{code:?}"), format!("{:?}", std::process::ExitCode::SUCCESS));
//! # }
//! ```
//!
//! Programs that take their arguments apart in another way hand over what stands behind `config` to
//! [`main`]. The essay [`operating`](crate::docs::operating) shows every command.

mod assignment;
mod cache;
mod clock;
mod drafts;
mod edit;
mod end;
mod events;
mod files;
mod fleet;
mod grammar;
mod look;
mod make;
mod options;
mod page;
mod past;
mod running;
mod shell;
mod store;
mod table;

use std::ffi::OsString;
use std::fmt;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, FromArgMatches};

use self::end::{CODES, End, Failure, Outcome};
use self::grammar::Action;
use self::page::Page;
use crate::client::ConfigBuilder;

/// How long the store may take for one thing.
const PATIENCE: Duration = Duration::from_secs(60);
/// The same where every row is read.
const LONG: Duration = Duration::from_secs(60 * 60);

/// The commands of the operator: give it to clap as a subcommand's arguments.
#[derive(Args)]
#[command(after_help = CODES, subcommand_required = true, arg_required_else_help = true)]
pub struct ConfigCommand {
    /// The store; else the environment variable CONFIG_URL, else the program's own
    #[arg(long, global = true, value_name = "URL", help_heading = "Options of all commands")]
    url: Option<String>,
    /// Prints results as JSON, for programs
    #[arg(long, global = true, help_heading = "Options of all commands")]
    json: bool,
    #[command(subcommand)]
    action: Action,
}

impl ConfigCommand {
    /// Does what was asked, on the store and with the blocks of `builder`, and says how it ended. The
    /// builder's folder of last good values is left alone, and nothing is migrated unless that is what
    /// was asked.
    pub async fn run(self, builder: ConfigBuilder) -> ExitCode {
        let mut page = Page::new(self.json);
        let is_reading = self.action.is_reading();
        let outcome = self.end(builder, &mut page).await;
        let outcome =
            outcome.map_err(|failure| if is_reading { failure.reading() } else { failure });
        let end = outcome.unwrap_or_else(|failure| {
            page.fail(&failure);
            failure.end
        });
        end.into()
    }

    async fn end(self, builder: ConfigBuilder, page: &mut Page) -> Outcome {
        let variable = || std::env::var("CONFIG_URL").ok();
        let builder = match self.url.or_else(variable) {
            Some(url) => builder.url(&url),
            None => builder,
        };
        let builder = builder.visiting();
        match self.action {
            Action::Completions { shell } => return Ok(shell::completions(shell, page)),
            Action::Man => return shell::manual(page),
            Action::Schema { dialect } => return store::schema(&builder, dialect, page),
            Action::Watch => return running::watch(builder, page).await,
            Action::Status { fleet: false } => return running::status(builder, page).await,
            Action::Cache(command) => return cache::run(command, builder, page).await,
            _ => {}
        }
        let operator = builder.operator()?;
        let operator = match author() {
            Some(author) => operator.author(author),
            None => operator,
        };
        match self.action {
            Action::List(what) => within(look::list(&operator, what, page)).await,
            Action::Get { path } => within(look::get(&operator, &path, page)).await,
            Action::Explain { path } => within(look::explain(&operator, &path, page)).await,
            Action::History { row, limit } => {
                within(past::history(&operator, &row, limit, page)).await
            }
            Action::Diff { what, from, to } => match from.zip(to) {
                Some(versions) => within(past::diff(&operator, &what, versions, page)).await,
                None => files::diff(&operator, &what, page).await,
            },
            Action::Apply { file, whole, how } => {
                files::apply(&operator, &file, whole, how, page).await
            }
            Action::Export { blocks, format, output } => {
                files::export(&operator, &blocks, format, output.as_deref(), page).await
            }
            Action::Refresh { blocks, wait } => {
                fleet::refresh(&operator, &blocks, wait.wait, page).await
            }
            Action::Status { .. } => within(fleet::status(&operator, page)).await,
            Action::Expiring => within(past::expiring(&operator, page)).await,
            Action::Check => store::check(&operator, page).await,
            Action::Set(what) => edit::set(&operator, what, page).await,
            Action::Unset { paths, how } => edit::unset(&operator, &paths, how, page).await,
            Action::Rollback { row, version, how } => {
                edit::rollback(&operator, &row, version, how, page).await
            }
            Action::Draft(command) => drafts::run(&operator, command, page).await,
            Action::Migrate { adopt, dry_run, yes } => {
                store::migrate(&operator, adopt, dry_run, yes, page).await
            }
            _ => Ok(End::Usage),
        }
    }
}

/// Does what `arguments` ask, which stand behind the word that leads here (`config`), and says how it
/// ended. For programs that do not use clap themselves.
pub async fn main<A: Into<OsString> + Clone>(
    builder: ConfigBuilder,
    arguments: impl IntoIterator<Item = A>,
) -> ExitCode {
    let name = format!("{} config", shell::program());
    let arguments = arguments.into_iter().map(Into::into);
    let arguments = std::iter::once(OsString::from(&name)).chain(arguments);
    let command = shell::command().bin_name(name);
    let parsed = command.try_get_matches_from(arguments);
    match parsed.and_then(|matches| ConfigCommand::from_arg_matches(&matches)) {
        Ok(command) => command.run(builder).await,
        Err(error) => {
            // A terminal that is gone is no reason to fail in another way.
            drop(error.print());
            ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(End::Usage as u8))
        }
    }
}

/// Who makes changes, unless the command says otherwise; whoever the store knows, if nobody does.
fn author() -> Option<String> {
    let names = ["CONFIG_AUTHOR", "USER", "LOGNAME"].into_iter();
    names.filter_map(|name| std::env::var(name).ok()).find(|name| !name.is_empty())
}

/// Lets `work` take as long as a store may need.
async fn within<R>(work: impl Future<Output = Result<R, Failure>>) -> Result<R, Failure> {
    within_time(PATIENCE, work).await
}

/// Lets `work` take so long.
async fn within_time<R>(
    time: Duration,
    work: impl Future<Output = Result<R, Failure>>,
) -> Result<R, Failure> {
    let done = tokio::time::timeout(time, work).await;
    let late = |_| {
        let said = format!(
            "the store does not answer within {time:?}; whether a change was made is told by \
             `history`"
        );
        Failure::new(End::Store, said)
    };
    done.unwrap_or_else(|elapsed| Err(late(elapsed)))
}

/// Whether to go on. Somebody at a terminal is asked; without one, only what is hard to take back
/// needs `--yes`.
fn confirmed(
    page: &mut Page,
    question: &str,
    yes: bool,
    is_dangerous: bool,
) -> Result<(), Failure> {
    let no = |said: &str| Err(Failure::new(End::Unconfirmed, said));
    match yes || page.ask(question).unwrap_or(!is_dangerous) {
        true => Ok(()),
        false => no("nothing was changed, because it was not confirmed; `--yes` confirms it"),
    }
}

/// Never shows the URL or a value, which may be secrets.
impl fmt::Debug for ConfigCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigCommand").field("json", &self.json).finish_non_exhaustive()
    }
}
