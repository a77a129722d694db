//! What every act of the tour has: two processes of the bot, a table, and somebody who writes to it.

use std::time::{Duration, Instant};

use config_examples::page::{Page, Voice, length};
use config_examples::program::{Failure, PATIENCE, soon, with_redis};
use config_examples::prompt::Prompt;
use config_sdk::{Config, ConfigBuilder, Event, Events, Guard, Keyed, KeyedOptions, PushState};
use tokio::time::timeout;

use crate::block::BytesConfig;

/// One process of the bot. Both of them are in this one, and share nothing but the store.
pub(crate) struct Bot {
    pub(crate) config: Config,
    pub(crate) bytes: Keyed<BytesConfig>,
    events: Events,
}

impl Bot {
    pub(crate) async fn start(url: &str) -> Result<Self, Failure> {
        let config = builder(url).migrate().start().await?;
        let is_known =
            || matches!(config.status().push, PushState::Push | PushState::PollOnly { .. });
        soon("push", is_known).await?;
        Ok(Self { bytes: config.keyed(), events: config.events(), config })
    }

    /// The guild's copy, and how long it took to come by.
    pub(crate) async fn timed(&self, guild: &str) -> (Guard<BytesConfig>, String) {
        let began = Instant::now();
        let copy = self.bytes.get(guild).await;
        (copy, length(began.elapsed()))
    }

    /// How many questions were put to the store.
    pub(crate) fn queries(&self) -> u64 {
        self.bytes.stats().loads
    }

    /// How many guilds they were for.
    pub(crate) fn loaded(&self) -> u64 {
        self.bytes.stats().loaded_keys
    }

    /// How far it has heard of changes.
    pub(crate) fn epoch(&self) -> u64 {
        self.config.snapshot().epoch()
    }

    /// The next event that is `wanted`, and when it was heard.
    pub(crate) async fn hears(
        &mut self,
        wanted: impl Fn(&Event) -> bool,
    ) -> Result<(Event, Instant), Failure> {
        loop {
            let event = timeout(PATIENCE, self.events.next()).await;
            let event = event.map_err(|_| format!("nothing was heard for {PATIENCE:?}"))?;
            let event = event.ok_or("the configuration has ended")?;
            if wanted(&event) {
                return Ok((event, Instant::now()));
            }
        }
    }

    /// Waits until something newer than `epoch` has been heard of, and says when.
    pub(crate) async fn passes(&self, epoch: u64) -> Result<Instant, Failure> {
        soon("news", || self.epoch() > epoch).await
    }

    /// Waits until every copy in memory is to be read again, and says when that was.
    pub(crate) async fn forgets(&self) -> Result<Instant, Failure> {
        soon("clear()", || self.bytes.stats().active == 0).await
    }
}

/// The bot's block, on the store at `url`.
pub(crate) fn builder(url: &str) -> ConfigBuilder {
    let options = KeyedOptions::new().max_entries(10_000).max_bytes(16 << 20);
    with_redis(Config::builder().keyed::<BytesConfig>(options).url(url))
}

/// Everything the acts are played with.
pub(crate) struct Stage {
    pub(crate) page: Page,
    pub(crate) prompt: Prompt,
    pub(crate) url: String,
    pub(crate) bot: Bot,
    pub(crate) other: Bot,
}

impl Stage {
    pub(crate) async fn act(&mut self, title: &str) {
        self.page.act(title).await;
    }

    pub(crate) fn say(&self, voice: Voice, text: impl std::fmt::Display) {
        self.page.line(voice, text);
    }

    /// Shows the SQL, runs it, and says when it was committed.
    pub(crate) async fn edit(&self, sql: &str) -> Result<Instant, Failure> {
        self.say(Voice::Sql, sql);
        self.prompt.run(sql).await?;
        Ok(Instant::now())
    }
}

/// How long after `since` that was.
pub(crate) fn after(since: Instant, then: Instant) -> String {
    length(then.saturating_duration_since(since).max(Duration::from_micros(1)))
}
