//! What every act of the tour has: the bot, and somebody who writes to its store.

use std::fmt::Display;
use std::time::Instant;

use config_examples::page::{Page, Voice, length};
use config_examples::program::{Failure, PATIENCE, soon};
use config_examples::prompt::Prompt;
use config_sdk::{Event, Events, PushState};
use tokio::time::timeout;

use crate::bot::Bot;

/// Everything the acts are played with.
pub(crate) struct Stage {
    pub(crate) page: Page,
    pub(crate) prompt: Prompt,
    pub(crate) bot: Bot,
    events: Events,
}

impl Stage {
    pub(crate) async fn set(bot: Bot, prompt: Prompt) -> Result<Self, Failure> {
        let is_known =
            || matches!(bot.config.status().push, PushState::Push | PushState::PollOnly { .. });
        soon("push", is_known).await?;
        Ok(Self { page: Page::stdout(), prompt, events: bot.config.events(), bot })
    }

    pub(crate) async fn act(&mut self, title: &str) {
        self.page.act(title).await;
    }

    pub(crate) fn say(&self, voice: Voice, text: impl Display) {
        self.page.line(voice, text);
    }

    /// Shows the SQL, runs it, tells what the bot hears of `block`, and says how long after the commit
    /// that was.
    pub(crate) async fn edit(&mut self, block: &str, sql: &str) -> Result<String, Failure> {
        self.say(Voice::Sql, sql);
        self.prompt.run(sql).await?;
        let committed = Instant::now();
        loop {
            let event = timeout(PATIENCE, self.events.next()).await;
            let event = event.map_err(|_| format!("nothing was heard for {PATIENCE:?}"))?;
            let heard = Instant::now();
            let news = match event.ok_or("the configuration has ended")? {
                Event::Published { block, fields, .. } => Some((block, fields.join(", "))),
                Event::KeysChanged { block, keys: Some(keys), .. } => {
                    let keys: Vec<_> = keys.iter().map(ToString::to_string).collect();
                    Some((block, keys.join(", ")))
                }
                _ => None,
            };
            if let Some((name, what)) = news.filter(|(name, _)| *name == block) {
                self.say(Voice::Event, format!("{name} has changed: {what}"));
                return Ok(length(heard.saturating_duration_since(committed)));
            }
        }
    }
}
