//! The tour, act by act.

use std::time::Duration;

use config_examples::page::{Page, Voice, grouped, of_this_build};
use config_sdk::{Config, Decimal, Event, Origin};

use crate::Failure;
use crate::blocks::{ScoringConfig, TradingConfig};
use crate::prompt::Prompt;
use crate::stage::Stage;

/// Tells everything, and leaves the store as it was, also when the story ends early.
pub(crate) async fn tell(page: Page, config: Config, prompt: Prompt) -> Result<(), Failure> {
    let mut stage = Stage::set(page, config, prompt).await?;
    let told = tokio::select! {
        told = acts(&mut stage) => told,
        _ = tokio::signal::ctrl_c() => Err("interrupted; what was changed is put back".into()),
    };
    told.and(end(stage).await)
}

async fn acts(stage: &mut Stage) -> Result<(), Failure> {
    start(stage).await;
    read(stage).await;
    change(stage).await?;
    refused_by_the_table(stage).await?;
    refused_by_the_code(stage).await?;
    outage(stage).await?;
    recovery(stage).await?;
    refresh(stage).await
}

async fn start(stage: &mut Stage) {
    let status = stage.config.status();
    let title = format!("A trading bot on {}", status.source);
    stage.page.title(&title);
    if status.source.starts_with("postgres") {
        stage.say(
            Voice::Store,
            "tables config_sdk.* and *_config are made in this database and stay;\n\
             the rows that are changed here are put back",
        );
    }
    stage.act("It starts: seven structs, seven tables").await;
    let names: Vec<_> = status.blocks.iter().map(|block| block.name).collect();
    stage.say(Voice::Bot, format!("has {}", names.join(", ")));
    stage.say(Voice::Store, format!("{}; push {}", status.store, status.push));
}

async fn read(stage: &mut Stage) {
    stage.act("It reads in a loop, on a thread of its own").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let trading = stage.config.get::<TradingConfig>();
    let (value, origin) = (trading.score_threshold, trading.meta().origin);
    let origin = if origin == Origin::Default { "the struct's default" } else { "from the table" };
    stage.say(Voice::Bot, format!("reads trading.score_threshold: {value}, {origin}"));
    let build = of_this_build();
    let time = stage.bot.nanoseconds_per_read();
    stage
        .say(Voice::Bot, format!("{time} ns a read{build}: no lock, no query, no error to handle"));
}

async fn change(stage: &mut Stage) -> Result<(), Failure> {
    stage.act("Somebody changes a value, with nothing but SQL").await;
    let value = another_threshold(&stage.config);
    let committed = stage.edit("trading_config", &[("score_threshold", value.to_string())]).await?;
    stage.published("trading").await?;
    stage.arrived(value, committed, "the commit").await
}

async fn refused_by_the_table(stage: &mut Stage) -> Result<(), Failure> {
    stage.act("A value out of its range: the table refuses it").await;
    let edit = stage.edit("trading_config", &[("score_threshold", "7".to_owned())]).await;
    match edit {
        Ok(_) => return Err("the table took a value that it should have refused".into()),
        Err(refusal) => stage.say(Voice::Refused, refusal),
    }
    let value = stage.config.value("trading.score_threshold")?;
    stage.say(Voice::Bot, format!("reads {value}"));
    Ok(())
}

async fn refused_by_the_code(stage: &mut Stage) -> Result<(), Failure> {
    stage.act("Two values that only the struct's own rules refuse").await;
    let before = stage.config.get::<ScoringConfig>();
    let weights = [
        ("wallet_score_weight", other_weight(before.wallet_score_weight)),
        ("wallet_win_rate_weight", other_weight(before.wallet_win_rate_weight)),
    ];
    stage.edit("scoring_config", &weights).await?;
    stage.until(|event| matches!(event, Event::Rejected { block: "scoring", .. })).await?;
    let now = stage.config.get::<ScoringConfig>();
    if *now != *before {
        return Err("a row that was turned away is being read".into());
    }
    let reads = "reads wallet_score_weight";
    stage.say(Voice::Bot, format!("{reads} {}, and all others as before", now.wallet_score_weight));
    let sql = stage.prompt.take_back().await?;
    stage.say(Voice::Sql, sql);
    stage.accepted("scoring").await?;
    Ok(())
}

async fn outage(stage: &mut Stage) -> Result<(), Failure> {
    stage.act("The store goes away").await;
    let reads = stage.bot.reads();
    stage.prompt.take_store_away(&stage.page).await?;
    stage.until(|event| matches!(event, Event::StoreLost { .. })).await?;
    let value = stage.config.value("trading.score_threshold")?;
    let reads = grouped(stage.bot.reads() - reads);
    stage
        .say(Voice::Bot, format!("reads {value} as ever: {reads} times since the store went away"));
    Ok(())
}

async fn recovery(stage: &mut Stage) -> Result<(), Failure> {
    stage.act("Somebody writes to it meanwhile, and it comes back").await;
    let value = another_threshold(&stage.config);
    stage.edit("trading_config", &[("score_threshold", value.to_string())]).await?;
    let back = stage.prompt.bring_store_back(&stage.page).await?;
    stage.published("trading").await?;
    stage.arrived(value, back, "the store came back").await
}

async fn refresh(stage: &mut Stage) -> Result<(), Failure> {
    stage.act("A forced refresh, and how things stand").await;
    stage.settle().await;
    let report = stage.config.refresh_all().await?;
    stage.say(Voice::Report, report);
    stage.say(Voice::Status, stage.config.status());
    Ok(())
}

async fn end(mut stage: Stage) -> Result<(), Failure> {
    stage.act("It ends, and leaves the rows as they were").await;
    let put_back = stage.prompt.put_back(&stage.page).await;
    stage.config.shutdown().await;
    let reads = grouped(stage.bot.reads());
    stage.say(Voice::Bot, format!("has read {reads} times, and never waited"));
    stage.bot.stop();
    put_back
}

/// Another threshold than the current one, that the other fields allow.
fn another_threshold(config: &Config) -> Decimal {
    let trading = config.get::<TradingConfig>();
    let fits = |value: &Decimal| {
        *value != trading.score_threshold && *value <= trading.high_conviction_threshold
    };
    let hundredths = [80, 75, 60, 40, 20, 10, 5, 1].map(|number| Decimal::new(number, 2));
    hundredths.into_iter().find(fits).unwrap_or_default()
}

/// A weight within its range that makes the sum another one.
fn other_weight(weight: Decimal) -> String {
    let half = Decimal::new(5, 1);
    let other = if weight == half { Decimal::new(6, 1) } else { half };
    other.to_string()
}
