//! What a running process sees: this one, started for it.

use std::time::{Duration, SystemTime};

use serde_json::json;

use super::end::{End, Failure, Outcome, typed};
use super::events;
use super::page::{Lines, Page};
use crate::client::{Config, ConfigBuilder};
use crate::refresh::{BlockState, Event, PushState, Status, StoreState};
use crate::time::rfc3339;

/// How long listening may take to begin.
const PUSH: Duration = Duration::from_secs(2);

/// Everything that happens, until Ctrl-C.
pub(super) async fn watch(builder: ConfigBuilder, page: &mut Page) -> Outcome {
    let config = builder.start().await?;
    let mut events = config.events();
    let source = config.status().source;
    page.note(&Lines::new().faint(format!("watching {source}; Ctrl-C ends this")));
    let tell = |event: &Event, page: &mut Page| {
        let now = rfc3339(SystemTime::now());
        let mut value = json!(event);
        value["time"] = json!(now);
        page.item(&value, &events::told(&config, event, &now));
    };
    // Push may have begun before anybody listened to events; it is told once.
    let mut push_is_told = config.status().push == PushState::Push;
    if push_is_told {
        tell(&Event::PushWorks, page);
    }
    let mut end = std::pin::pin!(tokio::signal::ctrl_c());
    loop {
        tokio::select! {
            event = events.next() => match event {
                Some(event) => {
                    let was_told = std::mem::take(&mut push_is_told);
                    if !(was_told && matches!(event, Event::PushWorks)) {
                        tell(&event, page);
                    }
                }
                None => break,
            },
            pressed = &mut end => {
                let deaf = |error| Failure::new(End::Store, format!("Ctrl-C is not heard: {error}"));
                pressed.map_err(deaf)?;
                break;
            }
        }
    }
    config.shutdown().await;
    Ok(End::Done)
}

/// How things stand for a process that starts now.
pub(super) async fn status(builder: ConfigBuilder, page: &mut Page) -> Outcome {
    let config = builder.start().await?;
    let status = settled(&config).await;
    config.shutdown().await;
    let end = health(&status);
    let mut value = json!(status);
    value["healthy"] = json!(end == End::Done);
    let lines = Lines::plain(typed(&status));
    let lines = match end {
        End::Done => lines,
        _ => lines.gap().bad("not healthy: see what is said above"),
    };
    page.answer(&value, &lines);
    Ok(end)
}

/// The status, once it is known whether changes are heard of.
async fn settled(config: &Config) -> Status {
    let mut events = config.events();
    let is_known = |status: &Status| {
        matches!(status.push, PushState::Push | PushState::PollOnly { .. })
            || status.store != StoreState::Connected
    };
    let known = async { while !is_known(&config.status()) && events.next().await.is_some() {} };
    // Whatever it is by then is told: a store of the program's own may have no push at all.
    drop(tokio::time::timeout(PUSH, known).await);
    config.status()
}

fn health(status: &Status) -> End {
    let is_fresh = |state: &BlockState| *state == BlockState::Fresh;
    let blocks = status.blocks.iter().all(|block| is_fresh(&block.state) && block.error.is_none());
    let mut keyed = status.keyed.iter();
    let keyed = keyed.all(|block| is_fresh(&block.state) && block.rejected == 0);
    match status.store {
        StoreState::Connected if blocks && keyed => End::Done,
        StoreState::Connected => End::Found,
        _ => End::Store,
    }
}
