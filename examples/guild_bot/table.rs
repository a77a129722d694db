//! The table that is adopted: made as it was long ago, and given triggers when its owner agrees.

use config_examples::program::{Failure, PATIENCE, lasting_url};
use config_examples::prompt::Prompt;
use config_sdk::{Config, KeyedOptions, Step};

use crate::block::BytesConfig;

/// How many guilds have a row.
pub(crate) const GUILDS: usize = 10_000;

/// Good SQL for both stores.
pub(crate) const TABLE: &str = "\
create table bytes_configs (guild_id text primary key,
  starting_balance integer, daily_amount integer, max_transfer integer, cooldown_hours integer, role_rewards jsonb,
  created_at timestamptz default current_timestamp, updated_at timestamptz default current_timestamp);";

/// Makes the table, with a row for each of [`GUILDS`] guilds.
pub(crate) async fn make(prompt: &Prompt) -> Result<(), Failure> {
    if prompt.run("select 1 from bytes_configs limit 1").await.is_ok() {
        return Err("this tour makes a table bytes_configs and drops it at its end, and there is one \
                    already: drop it if it is from a tour that was killed, or give the tour a database \
                    of its own"
            .into());
    }
    prompt.run(TABLE).await?;
    let rows = format!(
        "insert into bytes_configs (guild_id, daily_amount) \
         with recursive guild(n) as (select 1 union all select n + 1 from guild where n < {GUILDS}) \
         select 'guild-' || n, 10 + n % 90 from guild"
    );
    prompt.run(&rows).await.map(drop)
}

/// Makes the table for the commands of an operator where it is missing, for the application that had it
/// before is not there to do so. A store that refuses says why to the command itself.
pub(crate) async fn make_for_operator() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [config, asked @ ..] = arguments.as_slice() else { return };
    let is_told = |word: &String| {
        ["--help", "-h", "help", "man", "completions", "schema"].contains(&word.as_str())
    };
    if config != "config" || asked.is_empty() || asked.iter().any(is_told) {
        return;
    }
    let mut words = asked.iter().zip(asked.iter().skip(1));
    let apart = words.find(|(word, _)| *word == "--url").map(|(_, url)| url.as_str());
    let url = apart.or_else(|| asked.iter().find_map(|word| word.strip_prefix("--url=")));
    let url = url.map_or_else(|| lasting_url("guild_bot"), str::to_owned);
    let missing = TABLE.replacen("create table", "create table if not exists", 1);
    let make = async { Prompt::open(&url).await?.run(&missing).await };
    drop(tokio::time::timeout(PATIENCE, make).await);
}

/// Drops it.
pub(crate) async fn drop_it(prompt: &Prompt) -> Result<(), Failure> {
    prompt.run("drop table bytes_configs").await.map(drop)
}

/// Adds to it what tells of every change, and says what that was.
pub(crate) async fn adopt(url: &str) -> Result<Vec<Step>, Failure> {
    let builder = Config::builder().keyed::<BytesConfig>(KeyedOptions::new());
    Ok(builder.url(url).adopt_now().await?)
}
