//! The tour, act by act.

use std::sync::Arc;
use std::time::{Duration, Instant};

use config_examples::page::{Voice, grouped, length, of_this_build};
use config_examples::program::{Failure, soon};
use config_examples::prompt::Prompt;

use crate::benchmark::{self, READS};
use crate::blocks::{PairRiskConfig, PortfolioConfig};
use crate::bot::{Bot, Open, active_pairs};
use crate::rows;
use crate::stage::Stage;

/// Tells everything, and empties the tables at the end, also when the story ends early.
pub(crate) async fn tell(url: &str) -> Result<(), Failure> {
    let (ttl, warm) = (seconds("TTL_SECONDS", 300)?, seconds("WARM_SECONDS", 3600)?);
    Bot::builder(url, ttl, warm).migrate_now().await?;
    let prompt = Prompt::open(url).await?;
    rows::put(&prompt).await?;
    let told = tokio::select! {
        told = acts(url, prompt, ttl, warm) => told,
        _ = tokio::signal::ctrl_c() => Err("interrupted; the tables are emptied".into()),
    };
    let removed = rows::remove(&Prompt::open(url).await?).await;
    told.and(removed)
}

async fn acts(url: &str, prompt: Prompt, ttl: Duration, warm: Duration) -> Result<(), Failure> {
    let began = Instant::now();
    let bot = Bot::start(url, ttl, warm).await?;
    soon("warming", || bot.trials.stats().entries >= rows::TRIALS).await?;
    let warmed = length(began.elapsed());
    let mut stage = Stage::set(bot, prompt).await?;
    start(&mut stage, &warmed, warm).await;
    everything(&mut stage).await;
    should_trade(&mut stage).await?;
    write(&mut stage).await?;
    compare(&mut stage).await?;
    cache(&mut stage).await?;
    stage.bot.config.shutdown().await;
    Ok(())
}

async fn start(stage: &mut Stage, warmed: &str, warm: Duration) {
    let status = stage.bot.config.status();
    stage.page.title(&format!("A bot for many pairs on {}", status.source));
    stage.act("It starts: two blocks for all pairs, two by pair, two by pair and strategy").await;
    for block in &status.keyed {
        let kept = if block.resident { "all in memory" } else { "those that are used" };
        stage.say(
            Voice::Store,
            format!("{:<10} {:>5} rows: {kept}", block.name, grouped(block.entries as u64)),
        );
    }
    let queries = stage.bot.trials.stats().loads;
    stage.say(
        Voice::Bot,
        format!("has started and is warm after {warmed}; queries for all trials: {queries}; again every {warm:?}"),
    );
}

async fn everything(stage: &mut Stage) {
    stage.act("Everything about all active pairs, in one call").await;
    let began = Instant::now();
    let now = stage.bot.config.snapshot();
    let pairs = active_pairs(&now);
    let took = length(began.elapsed());
    for pair in &pairs {
        let strategies: Vec<_> = pair
            .strategies
            .iter()
            .map(|(name, copy)| format!("{name} {}", copy.lookback))
            .collect();
        let (risk, stop) = (pair.risk.risk_per_trade_pct, pair.risk.stop_loss_pct);
        stage.say(
            Voice::Bot,
            format!(
                "{:<9} from {} up; risks {risk} %, stops at {stop} %; {}",
                pair.symbol,
                pair.settings.min_order,
                strategies.join(", ")
            ),
        );
    }
    let portfolio = now.get::<PortfolioConfig>();
    let (most, share) = (portfolio.max_open_positions, portfolio.max_exposure_pct);
    stage.say(
        Voice::Bot,
        format!("portfolio at most {most} positions and {share} % of the balance"),
    );
    let epoch = now.epoch();
    stage.say(Voice::Bot, format!("all as of epoch {epoch}, in {took}{}", of_this_build()));
}

async fn should_trade(stage: &mut Stage) -> Result<(), Failure> {
    stage.act("Whether to trade").await;
    let free = Open { in_all: 2, in_pair: 0 };
    stage.say(Voice::Bot, verdict(&stage.bot, "ETH/USDT", free));
    stage.say(Voice::Bot, verdict(&stage.bot, "ETH/USDT", Open { in_all: 2, in_pair: 2 }));
    stage.say(Voice::Bot, verdict(&stage.bot, "DOGE/USDT", free));
    let sql = "insert into exchange_config (status, trading_enabled) values ('active', false);";
    let heard = stage.edit("exchange", sql).await?;
    let verdict_now = verdict(&stage.bot, "ETH/USDT", free);
    stage.say(Voice::Bot, format!("{verdict_now}, {heard} after the commit"));
    let heard = stage.edit("exchange", "delete from exchange_config;").await?;
    let verdict_now = verdict(&stage.bot, "ETH/USDT", free);
    stage.say(Voice::Bot, format!("{verdict_now}, {heard} after the commit"));
    Ok(())
}

async fn write(stage: &mut Stage) -> Result<(), Failure> {
    stage.act("A write to a pair touches that pair, and nothing else").await;
    let risks = stage.bot.config.keyed::<PairRiskConfig>();
    let (others, loaded) = (risks.load("BTC/USDT").into_arc(), loaded(&stage.bot));
    let sql = "insert into pair_risk_config (status, symbol, stop_loss_pct) values ('active', 'ETH/USDT', 1.2);";
    let heard = stage.edit("pair_risk", sql).await?;
    let is_same = Arc::ptr_eq(&others, &risks.load("BTC/USDT").into_arc());
    let same = if is_same { "the same copy as before" } else { "another copy" };
    let stop = risks.load("ETH/USDT").stop_loss_pct;
    stage.say(
        Voice::Bot,
        format!("ETH/USDT stops at {stop} %, {heard} after the commit; BTC/USDT has {same}"),
    );

    let sql = "update trial_config set lookback = 99 where symbol = 'ETH/USDT' and strategy = 'momentum' and trial = '7';";
    let heard = stage.edit("trial", sql).await?;
    let lookback = stage.bot.trials.get(("ETH/USDT", "momentum", 7)).await.lookback;
    let loaded = self::loaded(&stage.bot) - loaded;
    let all = grouped(stage.bot.trials.stats().entries as u64);
    stage.say(
        Voice::Bot,
        format!("trial 7 looks back {lookback}, {heard} after the commit; copies loaded: {loaded} of {all}"),
    );
    Ok(())
}

async fn compare(stage: &mut Stage) -> Result<(), Failure> {
    stage.act("With the cache, and without").await;
    let times = benchmark::everything(&stage.bot, &stage.prompt).await?;
    let (without, with, gain) = (length(times.without), length(times.with), times.gain());
    let queries = rows::TABLES.len();
    stage.say(Voice::Report, format!("{READS} reads of everything"));
    stage.say(Voice::Report, format!("  without  {without:>8}   {queries} queries a read"));
    stage.say(Voice::Report, format!("  with     {with:>8}   {gain:.0} times as fast"));
    let times = benchmark::one(&stage.bot, ("ETH/USDT", "momentum", 7)).await?;
    let (without, with, gain) = (length(times.without), length(times.with), times.gain());
    stage.say(Voice::Report, "one trial");
    stage.say(Voice::Report, format!("  without  {without:>8}   get_fresh: past the cache"));
    stage.say(
        Voice::Report,
        format!("  with     {with:>8}   {gain:.0} times as fast{}", of_this_build()),
    );
    Ok(())
}

async fn cache(stage: &mut Stage) -> Result<(), Failure> {
    stage.act("The cache: looked at, dropped, warmed").await;
    let trials = &stage.bot.trials;
    stage.say(Voice::Status, counts(&stage.bot));
    let dropped = trials.invalidate_matching(("ETH/*", "*", "*"));
    stage.say(Voice::Bot, format!("invalidate_matching((\"ETH/*\", \"*\", \"*\")): {dropped}"));
    stage.say(Voice::Status, counts(&stage.bot));
    let dropped = grouped(trials.clear() as u64);
    stage.say(Voice::Bot, format!("clear(): {dropped}"));
    let began = Instant::now();
    let mut steps = Vec::new();
    let warmed = trials.warm_all(|done| steps.push(grouped(done.loaded as u64))).await;
    let (loaded, took) = (grouped(warmed.loaded as u64), length(began.elapsed()));
    let steps = steps.join(", ");
    stage.say(Voice::Bot, format!("warm_all(): {loaded} in {took}, told of at {steps}"));
    stage.say(Voice::Status, counts(&stage.bot));
    if let Some(tier) = stage.bot.config.status().tier {
        stage.say(Voice::Status, tier);
    }
    Ok(())
}

fn verdict(bot: &Bot, symbol: &str, open: Open) -> String {
    let verdict = bot
        .should_trade(symbol, open)
        .map_or_else(|rest| format!("no, {rest}"), |()| "yes".to_owned());
    format!("should_trade(\"{symbol}\"): {verdict}")
}

fn loaded(bot: &Bot) -> u64 {
    bot.trials.stats().loaded_keys
}

fn counts(bot: &Bot) -> String {
    let stats = bot.trials.stats();
    let (rate, kib) = (stats.hit_rate * 100.0, grouped(stats.bytes as u64 / 1024));
    let [entries, active, expired] =
        [stats.entries, stats.active, stats.expired].map(|count| grouped(count as u64));
    format!(
        "{entries} entries: {active} active, {expired} expired; {kib} KiB; TTL {:?}; hit rate {rate:.1} %",
        stats.ttl
    )
}

fn seconds(variable: &str, otherwise: u64) -> Result<Duration, Failure> {
    let Ok(text) = std::env::var(variable) else {
        return Ok(Duration::from_secs(otherwise));
    };
    match text.parse() {
        Ok(seconds @ 1..) => Ok(Duration::from_secs(seconds)),
        _ => {
            Err(format!("{variable} is `{text}`: give a whole number of seconds, 1 or more").into())
        }
    }
}
