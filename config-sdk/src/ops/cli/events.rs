//! What an event says, in a line for people.

use super::page::Lines;
use crate::client::Config;
use crate::refresh::Event;

/// What happened, and when.
pub(super) fn told(config: &Config, event: &Event, when: &str) -> Lines {
    let said = format!("{when}  {}", sentence(config, event));
    match event {
        Event::Rejected { faults, .. } => {
            let lines = Lines::new().bad(said);
            faults.iter().fold(lines, |lines, fault| lines.bad(format!("  {fault}")))
        }
        Event::Unavailable { .. }
        | Event::Expired { .. }
        | Event::StoreLost { .. }
        | Event::PushLost { .. } => Lines::new().bad(said),
        Event::Accepted { .. } | Event::StoreBack | Event::PushWorks => Lines::new().good(said),
        _ => Lines::plain(said),
    }
}

fn sentence(config: &Config, event: &Event) -> String {
    match event {
        Event::Published { block, version, epoch, fields, trigger } => {
            let value = |field: &&str| {
                let value = config.value(&format!("{block}.{field}"));
                value.map_or_else(|_| (*field).to_owned(), |value| format!("{field} = {value}"))
            };
            let values: Vec<_> = fields.iter().map(value).collect();
            let (row, values) = (row(*version), values.join(", "));
            format!("published {block} from {row}, epoch {epoch} ({trigger}): {values}")
        }
        Event::Rejected { block, version, .. } => {
            format!("turned away {} of {block}; readers keep the last good value", row(*version))
        }
        Event::Accepted { block, version } => {
            format!("{block} is good again, as in {}", row(*version))
        }
        Event::Clamped { block, key, field, from, to } => {
            let key = key.as_ref().map(|key| format!("[{key}]")).unwrap_or_default();
            format!("brought {block}{key}.{field} into its range: {from} became {to}")
        }
        Event::KeysChanged { block, keys, epoch, trigger } => {
            let keys = match keys {
                Some(keys) => keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
                None => "any of its keys".to_owned(),
            };
            format!("changed {block}, epoch {epoch} ({trigger}): {keys}")
        }
        Event::Unavailable { block, reason } => format!("{block} cannot be read: {reason}"),
        Event::Expired { block } => format!("{block} is stale for longer than it may be"),
        Event::StoreLost { error } => format!("the store cannot be read: {error}"),
        Event::StoreBack => "the store can be read again".to_owned(),
        Event::PushWorks => "push works: changes arrive at once".to_owned(),
        Event::PushLost { reason } => format!("push is lost, polling goes on: {reason}"),
        Event::Missed { count } => format!("{count} events went by too fast"),
    }
}

fn row(version: u64) -> String {
    match version {
        0 => "its defaults".to_owned(),
        version => format!("version {version}"),
    }
}
