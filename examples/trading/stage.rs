//! What every act of the tour has: somebody who writes, somebody who reads, and patience.

use std::fmt::Display;
use std::time::{Duration, Instant};

use config_examples::page::{Page, Voice};
use config_sdk::{Config, Decimal, Event, Events, PushState};
use tokio::time::timeout;

use crate::Failure;
use crate::bot::Bot;
use crate::prompt::Prompt;
use crate::told;

/// The longest that any one thing may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The configuration, who reads it, who changes its store, and where it is told.
pub(crate) struct Stage {
    pub(crate) page: Page,
    pub(crate) config: Config,
    pub(crate) prompt: Prompt,
    pub(crate) bot: Bot,
    events: Events,
}

impl Stage {
    pub(crate) async fn set(page: Page, config: Config, prompt: Prompt) -> Result<Self, Failure> {
        config.install()?;
        settle(&config).await;
        Ok(Self { events: config.events(), bot: Bot::start(), page, config, prompt })
    }

    pub(crate) async fn act(&mut self, title: &str) {
        self.page.act(title).await;
    }

    pub(crate) fn say(&self, voice: Voice, text: impl Display) {
        self.page.line(voice, text);
    }

    /// Shows the SQL, runs it, and says when it was committed.
    pub(crate) async fn edit(
        &mut self,
        table: &str,
        values: &[(&str, String)],
    ) -> Result<Instant, Failure> {
        let edit = self.prompt.plan(table, values).await?;
        self.say(Voice::Sql, &edit.sql);
        self.prompt.make(edit).await
    }

    /// Tells what happens, up to and with what is waited for.
    pub(crate) async fn until(&mut self, awaited: impl Fn(&Event) -> bool) -> Result<(), Failure> {
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

    /// Tells what happens until the block is published.
    pub(crate) async fn published(&mut self, name: &str) -> Result<(), Failure> {
        self.until(|event| matches!(event, Event::Published { block, .. } if *block == name)).await
    }

    /// Waits until the bot reads `value`, and tells how long that was after `since`.
    pub(crate) async fn arrived(
        &mut self,
        value: Decimal,
        since: Instant,
        what: &str,
    ) -> Result<(), Failure> {
        let seen = self.bot.saw(value).await?;
        let delay = seen.saturating_duration_since(since).as_secs_f64() * 1000.0;
        self.say(Voice::Bot, format!("reads {value}, {delay:.1} ms after {what}"));
        Ok(())
    }

    /// Tells what happens until the store holds what the bot reads of the block again.
    pub(crate) async fn accepted(&mut self, name: &str) -> Result<(), Failure> {
        self.until(|event| matches!(event, Event::Accepted { block, .. } if *block == name)).await
    }

    /// Waits until it is known whether push works.
    pub(crate) async fn settle(&self) {
        settle(&self.config).await;
    }
}

async fn settle(config: &Config) {
    let is_known = || matches!(config.status().push, PushState::Push | PushState::PollOnly { .. });
    soon(is_known).await;
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
