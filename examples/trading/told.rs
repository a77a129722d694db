//! What an event says, in lines for people.

use config_examples::page::{Page, Voice};
use config_sdk::{Config, Event};

/// Prints what happened; `when` goes before it and may be empty.
pub(crate) fn tell(page: &Page, config: &Config, when: &str, event: &Event) {
    page.line(Voice::Event, format!("{when}{}", sentence(config, event)));
    if let Event::Rejected { faults, .. } = event {
        for fault in faults {
            page.line(Voice::Refused, fault);
        }
    }
}

fn sentence(config: &Config, event: &Event) -> String {
    match event {
        Event::Published { block, version, epoch, fields, trigger } => {
            let values: Vec<_> = fields.iter().map(|field| value(config, block, field)).collect();
            let (row, values) = (row(*version), values.join(", "));
            format!("published {block} from {row}, epoch {epoch} ({trigger}): {values}")
        }
        Event::Rejected { block, version, faults } => {
            let number = faults.len();
            let s = if number == 1 { "" } else { "s" };
            format!(
                "turned away {block} version {version}, {number} fault{s}; the last good value stays"
            )
        }
        Event::Clamped { block, field, from, to, .. } => {
            format!("brought {block}.{field} into its range: {from} became {to}")
        }
        Event::Accepted { block, version } => {
            format!("{block} is good again, as in {}", row(*version))
        }
        Event::Unavailable { block, reason } => format!("cannot read {block}: {reason}"),
        Event::Expired { block } => format!("{block} is older than it may be"),
        Event::StoreLost { error } => format!("the store cannot be read: {error}"),
        Event::StoreBack => "the store can be read again".to_owned(),
        Event::PushWorks => "push works: changes arrive at once".to_owned(),
        Event::PushLost { reason } => format!("push is lost, polling goes on: {reason}"),
        Event::Missed { count } => format!("{count} events went by too fast"),
        other => format!("{other:?}"),
    }
}

fn value(config: &Config, block: &str, field: &str) -> String {
    match config.value(&format!("{block}.{field}")) {
        Ok(value) => format!("{field} is {value}"),
        Err(error) => error.to_string(),
    }
}

fn row(version: u64) -> String {
    match version {
        0 => "its defaults".to_owned(),
        version => format!("version {version}"),
    }
}
