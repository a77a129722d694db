//! Bringing what the tier holds up to what the store told, and telling others of it.

use std::time::Duration;

use redis::{Cmd, pipe};
use tracing::debug;

use super::line::{Failure, Line, call};
use super::names::Names;
use super::news::{Dropped, Moment, News};
use super::sweep::sweep;
use super::tier::{Errand, Tier};
use crate::schema::BlockSchema;

/// How long what is known of a block stays without anybody following it.
const LIFE: Duration = Duration::from_secs(24 * 60 * 60);
/// How often a block that turns out to be behind is brought forward before the next occasion.
const TRIES: usize = 3;
/// Most names of blocks that others are told.
const TOLD: usize = 16;

/// One block on its way from one epoch to another.
struct Step {
    block: &'static BlockSchema,
    state: String,
    how: &'static str,
    since: u64,
    term: String,
    all: bool,
    copies: Vec<String>,
}

/// Does the errand.
///
/// # Errors
/// If the tier has no answer.
pub(super) async fn follow(tier: &Tier, line: &Line, errand: Errand) -> Result<(), Failure> {
    let Errand { asked, mut news, blocks, untracked } = errand;
    let mut steps = Vec::new();
    for block in blocks {
        let dropped = news.blocks.remove(block.name).unwrap_or_default();
        steps.push(Step::new(tier, line, &news, block, dropped).await?);
    }
    let mut told = Some(tell(tier, &news));
    for _ in 0..TRIES {
        let mut questions = pipe();
        for step in &steps {
            questions.add_command(step.question(tier, &news));
        }
        if let Some(told) = told.take() {
            questions.add_command(told).ignore();
            // What is there may be from before they were; without a state, nothing of it is read.
            for block in &untracked {
                questions.unlink(tier.names.state(&news.until.store, block)).ignore();
            }
        } else if steps.is_empty() {
            break;
        }
        let answers: Vec<(String, u64)> = line.ask(&questions).await?;
        for (step, (term, _)) in steps.iter_mut().zip(&answers) {
            tier.learn(step.block.name, term);
            step.go_on(term, news.until.epoch);
        }
        let mut answers = answers.iter();
        steps.retain(|_| answers.next().is_some_and(|(_, epoch)| *epoch < news.until.epoch));
    }
    debug!(epoch = news.until.epoch, "redis has followed");
    tier.has_followed(line, asked);
    Ok(())
}

impl Step {
    async fn new(
        tier: &Tier,
        line: &Line,
        news: &News,
        block: &'static BlockSchema,
        dropped: Dropped,
    ) -> Result<Self, Failure> {
        let state = tier.names.state(&news.until.store, block);
        let Dropped { mut all, keys, again } = dropped;
        if !news.is_whole && !all && !again.is_empty() {
            all = !sweep(line, &state, block, &again, news.until.epoch).await?;
        }
        Ok(Self {
            block,
            how: if news.is_whole { "join" } else { "step" },
            since: news.since,
            term: news.terms.get(block.name).cloned().unwrap_or_default(),
            all,
            copies: keys.iter().map(|key| Names::copy(&state, Some(key))).collect(),
            state,
        })
    }

    fn question(&self, tier: &Tier, news: &News) -> Cmd {
        let keys = [&self.state].into_iter().chain(&self.copies);
        let mut question = call(&tier.scripts.follow, keys);
        let Moment { epoch, mark, .. } = &news.until;
        question.arg(self.how).arg(self.since).arg(epoch).arg(mark).arg(&self.term);
        question.arg(token()).arg(if self.all { "all" } else { "" }).arg(LIFE.as_millis() as u64);
        question
    }

    /// The next try, in the term that was learnt: nothing is known of the time before `epoch`.
    fn go_on(&mut self, term: &str, epoch: u64) {
        (self.how, self.since, self.all) = ("step", epoch, false);
        term.clone_into(&mut self.term);
        self.copies.clear();
    }
}

/// Tells others of the epoch.
fn tell(tier: &Tier, news: &News) -> Cmd {
    let names: Vec<_> = news.names.iter().copied().take(TOLD).collect();
    let mut told = call(&tier.scripts.tell, [&tier.names.epoch(&news.until.store)]);
    told.arg(news.until.epoch).arg(tier.names.channel()).arg(names.join(" "));
    told.arg(if news.is_whole { "anew" } else { "" }).arg(LIFE.as_millis() as u64);
    told
}

/// What nobody had before: a generation, or a term.
fn token() -> String {
    format!("{:016x}", fastrand::u64(..))
}
