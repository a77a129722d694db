//! A mark of the columns of all block tables, which no epoch counts: so a table that was altered is noticed.

use std::time::{Duration, Instant};

/// SQL for the mark.
pub(super) const MARK: &str = "(select coalesce(md5(string_agg(concat_ws(' ', \
    a.attrelid::oid, a.attrelid::regclass, a.attname, a.atttypid), ',' order by a.attrelid, a.attnum)), '') \
    from pg_catalog.pg_trigger t join pg_catalog.pg_attribute a on a.attrelid = t.tgrelid \
    where t.tgname = 'config_sdk_lock' and a.attnum > 0)";

/// How long after a look the next is due: it costs more the more tables there are.
const LOOK: Duration = Duration::from_secs(10);

/// The mark as of the last look, and when that was.
#[derive(Debug, Default)]
pub(super) struct Columns(Option<(String, Instant)>);

impl Columns {
    pub(super) fn is_due(&self) -> bool {
        self.0.as_ref().is_none_or(|(_, looked)| looked.elapsed() > LOOK)
    }

    /// The mark, if there was a look.
    pub(super) fn mark(&self) -> Option<&str> {
        self.0.as_ref().map(|(mark, _)| mark.as_str())
    }

    pub(super) fn are(&self, mark: &str) -> bool {
        self.0.as_ref().is_some_and(|(known, _)| known == mark)
    }

    /// Everything was read by a program that knows `mark`.
    pub(super) fn note(&mut self, mark: &str) {
        let is_news = self.0.is_some() && !self.are(mark);
        self.0 = Some((mark.to_owned(), Instant::now()));
        if is_news {
            tracing::info!(
                "a table was altered, made or dropped; everything is read again, and `check` names \
                 what differs from the structs"
            );
        }
    }
}
