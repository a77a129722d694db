//! The tour, act by act.

use std::time::Instant;

use config_examples::page::{Page, Voice, grouped, length, of_this_build};
use config_examples::program::Failure;
use config_examples::prompt::Prompt;
use config_sdk::{Event, Key, Stats};
use tokio::task::JoinSet;

use crate::stage::{Bot, Stage, after};
use crate::table;

/// Tells everything, and drops the table at the end, also when the story ends early.
pub(crate) async fn tell(url: &str) -> Result<(), Failure> {
    let prompt = Prompt::open(url).await?;
    table::make(&prompt).await?;
    let told = tokio::select! {
        told = acts(url, prompt) => told,
        _ = tokio::signal::ctrl_c() => Err("interrupted; the table is dropped".into()),
    };
    let dropped = table::drop_it(&Prompt::open(url).await?).await;
    told.and(dropped)
}

async fn acts(url: &str, prompt: Prompt) -> Result<(), Failure> {
    let (bot, other) = (Bot::start(url).await?, Bot::start(url).await?);
    let page = Page::stdout();
    let mut stage = Stage { page, prompt, url: url.to_owned(), bot, other };
    start(&mut stage).await;
    read(&mut stage).await;
    nonsense(&mut stage).await?;
    write(&mut stage).await?;
    adopt(&mut stage).await?;
    count(&mut stage).await;
    forget(stage).await
}

async fn start(stage: &mut Stage) {
    let status = stage.bot.config.status();
    stage.page.title(&format!("A community bot on {}", status.source));
    stage.act("It finds a table that was there before, and leaves it as it is").await;
    stage.say(Voice::Sql, table::TABLE);
    let guilds = grouped(table::GUILDS as u64);
    stage.say(Voice::Store, format!("{}; {guilds} guilds have a row", status.store));
    stage.say(
        Voice::Bot,
        "adopts it: without status, version or trigger, a copy is read again after 5 minutes",
    );
    stage.say(Voice::Other, "is the same in another process");
}

async fn read(stage: &mut Stage) {
    stage.act("It reads a guild: two reads, one query").await;
    let bot = &stage.bot;
    let (copy, took) = bot.timed("guild-7").await;
    stage.say(Voice::Bot, format!("guild-7 pays {} a day: {took}, by a query", copy.daily_amount));
    let (_, took) = bot.timed("guild-7").await;
    let queries = bot.queries();
    stage.say(
        Voice::Bot,
        format!("guild-7 again: {took}, from memory{}; queries so far: {queries}", of_this_build()),
    );
    let (copy, _) = bot.timed("new-guild").await;
    let (balance, daily) = (copy.starting_balance, copy.daily_amount);
    stage.say(
        Voice::Bot,
        format!(
            "new-guild has no row, and so the defaults: {balance} to begin with, {daily} a day"
        ),
    );
    let before = bot.queries();
    crowd(bot, "guild-8").await;
    let queries = bot.queries() - before;
    stage.say(
        Voice::Bot,
        format!("1,000 members of guild-8 come at once; queries for them: {queries}"),
    );
    let guilds = (1001..=6000).map(|number| format!("guild-{number}"));
    let (before, began) = (bot.queries(), Instant::now());
    let warmed = bot.bytes.warm(guilds).await;
    let (guilds, took) = (grouped(warmed.loaded as u64), length(began.elapsed()));
    let queries = bot.queries() - before;
    stage.say(
        Voice::Bot,
        format!("{guilds} guilds are warmed; queries for them: {queries}, {took}"),
    );
}

/// A thousand members of one guild who want their daily amount.
async fn crowd(bot: &Bot, guild: &'static str) {
    let mut members = JoinSet::new();
    for _ in 0..1000 {
        let bytes = bot.bytes.clone();
        members.spawn(async move { bytes.get(guild).await.daily_amount });
    }
    members.join_all().await;
}

async fn nonsense(stage: &mut Stage) -> Result<(), Failure> {
    stage.act("A row of nonsense is brought into its bounds, and not turned away").await;
    stage
        .edit(
            "update bytes_configs set daily_amount = -5, max_transfer = 9000000, role_rewards = \
             '{\"helper\": 500, \"veteran\": -3, \"whale\": 2.5, \"star\": \"many\"}'\n\
             where guild_id = 'guild-13';",
        )
        .await?;
    let copy = stage.bot.bytes.get("guild-13").await;
    for _ in 0..2 {
        let (event, _) = stage.bot.hears(|event| matches!(event, Event::Clamped { .. })).await?;
        if let Event::Clamped { block, key, field, from, to } = event {
            let guild = key.map(|key| key.to_string()).unwrap_or_default();
            let sentence =
                format!("brought {block}.{field} of {guild} into its range: {from} became {to}");
            stage.say(Voice::Event, sentence);
        }
    }
    let roles: Vec<_> = copy.role_rewards.earned(600).collect();
    stage.say(
        Voice::Bot,
        format!(
            "guild-13 pays {} a day; {}; with 600 one is {}",
            copy.daily_amount,
            copy.role_rewards,
            roles.join(" and ")
        ),
    );
    let clamped: u64 = stage.bot.config.status().keyed.iter().map(|block| block.clamped).sum();
    stage.say(Voice::Status, format!("values brought into their range: {clamped}"));
    Ok(())
}

async fn write(stage: &mut Stage) -> Result<(), Failure> {
    stage.act("It writes a guild's row, and says so to all").await;
    stage.other.bytes.warm(["guild-7", "guild-8"]).await;
    let (epoch, loaded) = (stage.other.epoch(), stage.other.loaded());
    let written = stage.edit(&pays(50)).await?;
    stage.bot.bytes.invalidate("guild-7");
    let daily = stage.bot.bytes.get("guild-7").await.daily_amount;
    stage.say(Voice::Bot, format!("bytes.invalidate(\"guild-7\"), and reads {daily} at once"));
    let heard = after(written, stage.other.passes(epoch).await?);
    let seen = seen(&stage.other, loaded).await;
    stage.say(Voice::Other, format!("hears of it {heard} after the write; {seen}"));
    stage.bot.passes(epoch).await.map(drop)
}

async fn adopt(stage: &mut Stage) -> Result<(), Failure> {
    stage.act("The table's owner agrees to triggers: now anybody's SQL is enough").await;
    for step in table::adopt(&stage.url).await? {
        stage.say(Voice::Store, step);
    }
    if stage.url.starts_with("sqlite:") {
        // To a file a trigger is a change of its shape, after which everything is read again.
        stage.bot.forgets().await?;
        stage.other.forgets().await?;
    }
    stage.bot.bytes.warm(["guild-7", "guild-8"]).await;
    stage.other.bytes.warm(["guild-7", "guild-8"]).await;
    let loaded = [stage.bot.loaded(), stage.other.loaded()];
    let written = stage.edit(&pays(60)).await?;
    let Stage { bot, other, .. } = stage;
    let (here, there) = tokio::try_join!(bot.hears(is_of_guild_7), other.hears(is_of_guild_7))?;
    for (voice, bot, (_, heard), loaded) in
        [(Voice::Bot, &stage.bot, here, loaded[0]), (Voice::Other, &stage.other, there, loaded[1])]
    {
        let (heard, seen) = (after(written, heard), seen(bot, loaded).await);
        stage.say(voice, format!("hears of it {heard} after the commit; {seen}"));
    }
    Ok(())
}

async fn count(stage: &mut Stage) {
    stage.act("What it all came to").await;
    for (voice, bot) in [(Voice::Bot, &stage.bot), (Voice::Other, &stage.other)] {
        stage.say(voice, counts(&bot.bytes.stats()));
        if let Some(tier) = bot.config.status().tier {
            stage.say(voice, tier);
        }
    }
}

async fn forget(mut stage: Stage) -> Result<(), Failure> {
    stage.act("It drops one copy, some, all: here and in the other process").await;
    let bytes = &stage.bot.bytes;
    let one = u64::from(bytes.invalidate("guild-8"));
    let some = grouped(bytes.invalidate_matching("guild-10*") as u64);
    let all = grouped(bytes.clear() as u64);
    stage.say(
        Voice::Bot,
        format!("invalidate(\"guild-8\"): {one}; invalidate_matching(\"guild-10*\"): {some}; clear(): {all}"),
    );
    let cleared = Instant::now();
    let heard = after(cleared, stage.other.forgets().await?);
    stage.say(Voice::Other, format!("drops its own as well, {heard} later"));
    stage.bot.config.shutdown().await;
    stage.other.config.shutdown().await;
    Ok(())
}

fn pays(daily: i64) -> String {
    format!(
        "update bytes_configs set daily_amount = {daily}, updated_at = current_timestamp where guild_id = 'guild-7';"
    )
}

/// What a bot has of guild-7 after a change, and what it has loaded for that.
async fn seen(bot: &Bot, loaded: u64) -> String {
    let daily = bot.bytes.get("guild-7").await.daily_amount;
    let loaded = bot.loaded() - loaded;
    let kept = if bot.bytes.peek("guild-8").is_some() { "stays" } else { "is gone too" };
    format!("reads {daily}; copies loaded: {loaded}; that of guild-8 {kept}")
}

fn counts(stats: &Stats) -> String {
    let Stats { hits, misses, loads, loaded_keys, errors, entries, .. } = stats;
    let rate = stats.hit_rate * 100.0;
    format!(
        "{hits} hits, {misses} misses: {rate:.1} %; {loads} store calls for {} guilds, {errors} errors; {} entries, {} KiB",
        grouped(*loaded_keys),
        grouped(*entries as u64),
        grouped(stats.bytes as u64 / 1024)
    )
}

fn is_of_guild_7(event: &Event) -> bool {
    matches!(event, Event::KeysChanged { keys: Some(keys), .. } if keys.iter().map(Key::to_string).eq(["guild-7"]))
}
