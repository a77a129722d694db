//! The tour, act by act.

use std::time::{Duration, Instant};

use config_sdk::{BlockState, Config, Decimal, Event, Events, PushState};
use tokio::time::timeout;

use crate::Failure;
use crate::blocks::{ScoringConfig, TradingConfig};
use crate::bot::Bot;
use crate::page::{Page, Voice};
use crate::prompt::Prompt;
use crate::told;

/// The longest that any one thing may take.
const PATIENCE: Duration = Duration::from_secs(10);

struct Story {
    page: Page,
    config: Config,
    events: Events,
    prompt: Prompt,
    bot: Bot,
}

/// Tells everything, and leaves the store as it was, also when the story ends early.
pub(crate) async fn tell(page: Page, config: Config, prompt: Prompt) -> Result<(), Failure> {
    config.install()?;
    settled(&config).await;
    let events = config.events();
    let bot = Bot::start();
    let mut story = Story {
        page,
        config,
        events,
        prompt,
        bot,
    };
    let told = tokio::select! {
        told = story.acts() => told,
        _ = tokio::signal::ctrl_c() => Err("interrupted; what was changed is put back".into()),
    };
    let ended = story.end().await;
    told.and(ended)
}

impl Story {
    async fn acts(&mut self) -> Result<(), Failure> {
        self.start().await;
        self.read().await;
        self.change().await?;
        self.refused_by_the_table().await?;
        self.refused_by_the_code().await?;
        self.outage().await?;
        self.refresh().await
    }

    async fn start(&mut self) {
        let status = self.config.status();
        self.page
            .title(&format!("A trading bot on {}", status.source));
        if status.source.starts_with("postgres") {
            self.page.line(
                Voice::Store,
                "tables config_sdk.* and *_config are made in this database and stay;\n\
                 rows that are changed here are put back",
            );
        }
        self.page
            .act("It starts: seven structs, seven tables")
            .await;
        let names: Vec<_> = status.blocks.iter().map(|block| block.name).collect();
        self.page.line(
            Voice::Store,
            format!("{}, epoch {}", status.store, status.epoch),
        );
        self.page
            .line(Voice::Store, format!("push {}", status.push));
        self.page
            .line(Voice::Bot, format!("has {}", names.join(", ")));
    }

    async fn read(&mut self) {
        self.page
            .act("It reads in a loop, on a thread of its own")
            .await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        let trading = self.config.get::<TradingConfig>();
        let (value, origin) = (trading.score_threshold, trading.meta().origin);
        self.page.line(
            Voice::Bot,
            format!("reads trading.score_threshold: {value}, from the {origin}"),
        );
        let build = if cfg!(debug_assertions) {
            " in this build without optimisation"
        } else {
            ""
        };
        let time = self.bot.time_per_read();
        self.page.line(
            Voice::Bot,
            format!("{time:?} a read{build}; no lock, no query, no error to handle"),
        );
    }

    async fn change(&mut self) -> Result<(), Failure> {
        self.page
            .act("Somebody changes a value, with SQL and nothing else")
            .await;
        let value = self.another_threshold();
        let committed = self
            .edit("trading_config", &[("score_threshold", value.to_string())])
            .await?;
        self.published("trading").await?;
        self.arrived(value, committed, "the commit").await
    }

    async fn refused_by_the_table(&mut self) -> Result<(), Failure> {
        self.page
            .act("A value out of range: the table refuses it")
            .await;
        let edit = self
            .prompt
            .plan("trading_config", &[("score_threshold", "7".to_owned())])
            .await?;
        self.page.line(Voice::Sql, &edit.sql);
        match self.prompt.make(edit).await {
            Ok(_) => return Err("the table took a value that it should have refused".into()),
            Err(refusal) => self.page.line(Voice::Refused, refusal),
        }
        let value = self.config.value("trading.score_threshold")?;
        self.page.line(Voice::Bot, format!("reads {value}"));
        Ok(())
    }

    async fn refused_by_the_code(&mut self) -> Result<(), Failure> {
        self.page
            .act("Values that are fine one by one: the rules in the code refuse them together")
            .await;
        let before = self.config.get::<ScoringConfig>();
        let (wallet, win_rate) = (before.wallet_score_weight, before.wallet_win_rate_weight);
        let weights = [
            ("wallet_score_weight", other_weight(wallet)),
            ("wallet_win_rate_weight", other_weight(win_rate)),
        ];
        self.edit("scoring_config", &weights).await?;
        self.until(|event| {
            matches!(
                event,
                Event::Rejected {
                    block: "scoring",
                    ..
                }
            )
        })
        .await?;
        let now = self.config.get::<ScoringConfig>();
        let unchanged = *before == *now;
        let whose = if unchanged {
            "every value as before"
        } else {
            "other values"
        };
        self.page.line(
            Voice::Bot,
            format!(
                "reads wallet_score_weight {}, {whose}",
                now.wallet_score_weight
            ),
        );
        let sql = self.prompt.take_back().await?;
        self.page.line(Voice::Sql, sql);
        self.fresh("scoring").await?;
        self.page.line(
            Voice::Store,
            "scoring is as it was, and counts as fresh again",
        );
        Ok(())
    }

    async fn outage(&mut self) -> Result<(), Failure> {
        self.page.act("The store goes away").await;
        let reads = self.bot.reads();
        self.prompt.take_store_away(&self.page).await?;
        self.until(|event| matches!(event, Event::PushLost { .. }))
            .await?;
        self.config.refresh_all().await?;
        self.until(|event| matches!(event, Event::StoreLost { .. }))
            .await?;
        let value = self.config.value("trading.score_threshold")?;
        let reads = self.bot.reads() - reads;
        self.page.line(
            Voice::Bot,
            format!("reads {value} still: {reads} reads since, and none waited"),
        );

        self.page
            .act("Somebody writes to it meanwhile, and it comes back")
            .await;
        let value = self.another_threshold();
        self.edit("trading_config", &[("score_threshold", value.to_string())])
            .await?;
        let back = self.prompt.bring_store_back(&self.page).await?;
        self.published("trading").await?;
        self.arrived(value, back, "the store came back; nobody asked")
            .await?;
        settled(&self.config).await;
        Ok(())
    }

    async fn refresh(&mut self) -> Result<(), Failure> {
        self.page
            .act("A forced refresh, and how things stand")
            .await;
        self.page
            .line(Voice::Store, self.config.refresh_all().await?);
        self.page
            .line(Voice::Store, format!("\n{}", self.config.status()));
        Ok(())
    }

    async fn end(mut self) -> Result<(), Failure> {
        self.page.act("It ends").await;
        let put_back = self.prompt.put_back(&self.page).await;
        self.config.shutdown().await;
        let (reads, status) = (self.bot.reads(), self.config.status());
        self.bot.stop();
        self.page.line(
            Voice::Bot,
            format!(
                "read {reads} times; the last epoch it knew is {}",
                status.epoch
            ),
        );
        put_back
    }

    /// Shows the SQL, runs it, and says when it was committed.
    async fn edit(&mut self, table: &str, values: &[(&str, String)]) -> Result<Instant, Failure> {
        let edit = self.prompt.plan(table, values).await?;
        self.page.line(Voice::Sql, &edit.sql);
        self.prompt.make(edit).await
    }
}

impl Story {
    /// Another threshold than the current one, that the other fields allow.
    fn another_threshold(&self) -> Decimal {
        let trading = self.config.get::<TradingConfig>();
        let fits = |value: &Decimal| {
            *value != trading.score_threshold && *value <= trading.high_conviction_threshold
        };
        let hundredths = [80, 75, 60, 40, 20, 10, 5, 1].map(|number| Decimal::new(number, 2));
        hundredths.into_iter().find(fits).unwrap_or_default()
    }

    /// The bot's loop reads `value`: how long after `since`.
    async fn arrived(&mut self, value: Decimal, since: Instant, what: &str) -> Result<(), Failure> {
        let seen = self.bot.saw(value).await?;
        let delay = seen.saturating_duration_since(since).as_secs_f64() * 1000.0;
        let text = format!("reads {value}, {delay:.1} ms after {what}");
        self.page.line(Voice::Bot, text);
        Ok(())
    }

    async fn published(&mut self, name: &str) -> Result<(), Failure> {
        let named =
            |event: &Event| matches!(event, Event::Published { block, .. } if *block == name);
        self.until(named).await
    }

    /// Tells what happens, up to and with what is waited for.
    async fn until(&mut self, awaited: impl Fn(&Event) -> bool) -> Result<(), Failure> {
        loop {
            let event = timeout(PATIENCE, self.events.next()).await;
            let event = event.map_err(|_| format!("nothing was heard for {PATIENCE:?}"))?;
            let event = event.ok_or("the configuration has ended")?;
            told::tell(&self.page, &self.config, "", &event);
            if awaited(&event) {
                return Ok(());
            }
        }
    }

    /// Waits until the block has what the store holds.
    async fn fresh(&self, name: &str) -> Result<(), Failure> {
        let is_fresh = || {
            let status = self.config.status();
            let state = status.block(name).map(|block| block.state.clone());
            state == Some(BlockState::Fresh)
        };
        if soon(is_fresh).await {
            return Ok(());
        }
        Err(format!(
            "{name} is not fresh after {PATIENCE:?}:\n{}",
            self.config.status()
        )
        .into())
    }
}

/// Waits until it is known whether push works.
async fn settled(config: &Config) {
    soon(|| {
        matches!(
            config.status().push,
            PushState::Push | PushState::PollOnly { .. }
        )
    })
    .await;
}

/// Whether it comes to `holds` in a while.
async fn soon(holds: impl Fn() -> bool) -> bool {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        if Instant::now() > end {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    true
}

/// A weight that is in its range and makes the sum another one.
fn other_weight(weight: Decimal) -> String {
    let half = Decimal::new(5, 1);
    if weight == half {
        "0.6".to_owned()
    } else {
        half.to_string()
    }
}
