//! What can be typed behind `config`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::assignment::DraftName;
use super::options::{DialectName, FormatName, Making, Wait};

/// One of the things that can be asked for.
#[derive(Subcommand)]
pub(super) enum Action {
    /// Lists blocks with every field: its value, and where that comes from
    List(List),
    /// Prints one value, bare, or the fields of a row
    Get {
        /// A field, a part of a JSON field, or a row: `trading.score_threshold`, `bytes[guild-1]`
        path: String,
    },
    /// Sets fields, all of them together or none
    Set(Set),
    /// Resets fields: the default holds again, or what the row inherits
    Unset {
        /// Fields, or whole rows
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<String>,
        #[command(flatten)]
        how: Making,
    },
    /// Says everything that has a say in a value
    Explain {
        /// The field
        path: String,
    },
    /// Shows in which fields two versions of a row differ, or rows from a file: exit code 6 if any do
    Diff {
        /// A row, such as `trading` or `bytes[guild-1]`; or, without versions, a file
        #[arg(value_name = "ROW|FILE")]
        what: String,
        /// A version of it; 0 is no row at all
        #[arg(requires = "to")]
        from: Option<u64>,
        /// Another
        to: Option<u64>,
    },
    /// Shows what a row was: who changed it, when, why, and what
    History {
        /// The row: `trading`, `bytes[guild-1]`
        row: String,
        /// How many changes at most
        #[arg(long, default_value_t = 20, value_name = "N")]
        limit: usize,
    },
    /// Makes a row what it was at a version, as a new version
    Rollback {
        /// The row: `trading`, `bytes[guild-1]`
        row: String,
        /// The version; 0 is no row at all, so that every field is reset
        version: u64,
        #[command(flatten)]
        how: Making,
    },
    /// Versions that were saved and that nobody reads
    #[command(subcommand)]
    Draft(Draft),
    /// Lists the changes for a time, and when they end
    Expiring,
    /// Makes rows what a TOML or JSON file says, all of them together or none
    Apply {
        /// The file; `-` is standard input
        file: String,
        /// Resets what a row's section leaves out
        #[arg(long)]
        whole: bool,
        #[command(flatten)]
        how: Making,
    },
    /// Writes rows as a file that `apply` takes; secrets are left out
    Export {
        /// These blocks; all, if not said
        blocks: Vec<String>,
        /// How it is written
        #[arg(long, value_enum, default_value = "toml")]
        format: FormatName,
        /// Into this file
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Asks every running process to read blocks again
    Refresh {
        /// These blocks; all, if not said
        blocks: Vec<String>,
        #[command(flatten)]
        wait: Wait,
    },
    /// Watches what happens, as it comes, until Ctrl-C
    Watch,
    /// Says how things stand for a process that starts now; exit code 0 only if all is well
    Status {
        /// Says it of every process that reports itself instead
        #[arg(long)]
        fleet: bool,
    },
    /// Compares the store's tables and rows with this program's types
    Check,
    /// Prints the SQL that sets up a store
    Schema {
        /// For which database; that of the URL, if not said
        #[arg(long, value_enum)]
        dialect: Option<DialectName>,
    },
    /// Brings the store's tables up to this program's types; never drops anything
    Migrate {
        /// Lets tables that were there before tell of their changes, by triggers
        #[arg(long)]
        adopt: bool,
        /// Shows what is different, and changes nothing
        #[arg(long)]
        dry_run: bool,
        /// Asks nothing; needed without a terminal for what is hard to take back
        #[arg(long, short)]
        yes: bool,
    },
    /// The copies of keyed blocks in memory
    #[command(subcommand)]
    Cache(Cache),
    /// Prints a script that completes these commands in a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Prints the manual page
    Man,
}

impl Action {
    /// Whether it leaves every row as it is.
    pub(super) fn is_reading(&self) -> bool {
        match self {
            Self::Set(_) | Self::Unset { .. } | Self::Rollback { .. } | Self::Apply { .. } => false,
            Self::Draft(draft) => matches!(draft, Draft::List | Draft::Show { .. }),
            _ => true,
        }
    }
}

/// What to list.
#[derive(Args)]
pub(super) struct List {
    /// One row, with what each field is for: `trading`, `bytes[guild-1]`
    pub(super) row: Option<String>,
    /// Lists the keys of a keyed block instead
    #[arg(long, value_name = "BLOCK", conflicts_with = "row")]
    pub(super) keys: Option<String>,
    /// How many keys at most
    #[arg(long, default_value_t = 100, value_name = "N", requires = "keys")]
    pub(super) limit: usize,
    /// The row whose key comes before the first: `bytes[guild-1]`
    #[arg(long, value_name = "ROW", requires = "keys")]
    pub(super) after: Option<String>,
}

/// What to set.
#[derive(Args)]
pub(super) struct Set {
    /// Fields and their values, as in `trading.score_threshold=0.8`; one PATH alone with `--stdin`
    /// or `--env`
    #[arg(value_name = "PATH=VALUE", required_unless_present = "unset")]
    pub(super) values: Vec<String>,
    /// Resets this field in the same change; may be given more than once
    #[arg(long, value_name = "PATH")]
    pub(super) unset: Vec<String>,
    /// Reads the value from standard input: for secrets
    #[arg(long, conflicts_with = "env")]
    pub(super) stdin: bool,
    /// Reads the value from this environment variable: for secrets
    #[arg(long, value_name = "VAR")]
    pub(super) env: Option<String>,
    #[command(flatten)]
    pub(super) how: Making,
}

/// What to do with drafts.
#[derive(Subcommand)]
pub(super) enum Draft {
    /// Lists all drafts
    List,
    /// Shows what a draft would change now
    Show {
        /// The draft: `trading@8`
        draft: DraftName,
    },
    /// Makes drafts the active rows, all of them together
    Activate {
        /// The drafts: `trading@8`
        #[arg(required = true, value_name = "DRAFT")]
        drafts: Vec<DraftName>,
        /// Even where the active row is newer than the draft: what the draft holds overwrites what was
        /// changed since
        #[arg(long)]
        even_if_newer: bool,
        /// Why
        #[arg(long, short, value_name = "TEXT")]
        reason: Option<String>,
        /// Who; else CONFIG_AUTHOR, USER or LOGNAME
        #[arg(long, value_name = "NAME")]
        author: Option<String>,
        /// Shows what would change, and changes nothing
        #[arg(long, short = 'n')]
        dry_run: bool,
        #[command(flatten)]
        wait: Wait,
        /// Asks nothing; needed without a terminal for what is hard to take back
        #[arg(long, short)]
        yes: bool,
    },
    /// Deletes drafts
    Discard {
        /// The drafts: `trading@8`
        #[arg(required = true, value_name = "DRAFT")]
        drafts: Vec<DraftName>,
        /// Asks nothing; needed without a terminal for what is hard to take back
        #[arg(long, short)]
        yes: bool,
    },
}

/// What to do with the copies of keyed blocks.
#[derive(Subcommand)]
pub(super) enum Cache {
    /// Says how each keyed block is kept in memory
    Info,
    /// Says what every process that reports itself has read and loaded
    Stats,
    /// Loads copies, and so fills a shared tier that is before the store
    Warm {
        /// A keyed block; all, if not said
        block: Option<String>,
        /// Keys, as they stand in brackets: `guild-1`, `ETH/USDT,momentum`; all, if not said
        keys: Vec<String>,
    },
    /// Has every process read copies again
    Clear {
        /// The keyed block
        block: String,
        /// Those whose keys match, `*` being any text: `guild-*`; all, if not said
        pattern: Option<String>,
        /// Asks nothing; needed without a terminal for what is hard to take back
        #[arg(long, short)]
        yes: bool,
    },
    /// Measures reads from memory beside reads from the store
    Bench {
        /// The keyed block
        block: String,
        /// How many keys
        #[arg(long, default_value_t = 100, value_name = "N")]
        keys: usize,
    },
}
