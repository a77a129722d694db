//! Where a Postgres store stands, and what changed since: all that an idle poll asks.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;

use super::connection::{Connection, Trouble};
use super::names::quoted_table;
use super::select::Since;
use super::text_row::TextRow;
use super::{adopted, columns};
use crate::schema::BlockSchema;
use crate::source::changed::{Changed, MOST};
use crate::source::{Request, SourceError, ddl};

/// Most changes that are looked through in the log; after more of them, everything is read.
const MOST_LOGGED: usize = 100_000;

/// How many seconds until the next change for a time is over; a store of an older release does not say.
const DUE: &str = "extract(epoch from (to_jsonb(e) ->> 'due')::timestamptz - clock_timestamp())";

/// Where the store stands, and what changed since.
pub(super) struct Head {
    pub(super) epoch: u64,
    /// What the log says of each block; none if `since` is nothing to count on from.
    changed: Option<BTreeMap<String, Option<Vec<Value>>>>,
    pub(super) untracked: BTreeSet<&'static str>,
    /// When the server was started, and the database: no other store has both.
    pub(super) server: Option<String>,
    /// The mark of all columns, if it was asked for.
    columns: Option<String>,
    /// How long until the next change for a time is over.
    pub(super) due: Option<Duration>,
    /// The transaction that moved the epoch last, told apart from one of another life of the store.
    tx: Option<String>,
}

/// The columns of the head, all of them texts.
pub(super) const COLUMNS: [&str; 8] =
    ["epoch", "floor", "tx", "due", "changed", "untracked", "server", "columns"];

/// Asks for the head: one row, at the cost of what changed `since`; with the mark of all columns, if it
/// is to be `looked` at.
pub(super) fn sql(request: &Request<'_>, since: Option<Since>, looked: bool) -> String {
    let columns = if looked { columns::MARK } else { "null" };
    let changed = since.map_or_else(
        || "null::text".to_owned(),
        |since| {
            format!(
                "(select case when coalesce(sum(g.count), 0) <= {MOST_LOGGED} \
                 then coalesce(jsonb_object_agg(g.block, g.keys), '{{}}')::text end \
                 from (select l.block, count(*) as count, case when count(distinct l.key) <= {MOST} \
                 then jsonb_agg(distinct l.key) end as keys \
                 from (select c.block, c.key from config_sdk.change c \
                 where c.epoch > {since} limit {MOST_LOGGED} + 1) l group by l.block) g)"
            )
        },
    );
    format!(
        "select e.epoch::text, e.floor::text, e.tx, ({DUE})::text as due, {changed} as changed, {} as untracked, \
         extract(epoch from pg_postmaster_start_time()) || ' ' || current_database() as server, \
         {columns}::text as columns from config_sdk.epoch e",
        untracked(request)
    )
}

/// Asks which adopted tables have no triggers, or others than their blocks need.
fn untracked(request: &Request<'_>) -> String {
    let adopted = request.blocks.iter().filter(|block| block.adopt);
    let wanted: Vec<_> = adopted
        .map(|block| {
            let runs = adopted::witness(block).identity;
            let table = ddl::text(&quoted_table(&block.table));
            format!("({}, to_regclass({table}), {})", ddl::text(block.name), ddl::text(&runs))
        })
        .collect();
    if wanted.is_empty() {
        return "null::text".to_owned();
    }
    format!(
        "(select string_agg(v.block, ',') from (values {}) v (block, rel, runs) \
         where (select count(*) from pg_trigger g where g.tgrelid = v.rel \
         and g.tgname like 'config\\_sdk\\_%' and g.tgenabled in ('O', 'A')) < {} \
         or not exists (select from pg_trigger g where g.tgrelid = v.rel \
         and g.tgname = 'config_sdk_update' and 'adopted ' || encode(g.tgargs, 'hex') = v.runs))",
        wanted.join(", "),
        adopted::TRIGGERS
    )
}

impl Head {
    /// What the answer says, whose rows may come in any order.
    pub(super) fn of(
        answer: &[TextRow],
        request: &Request<'_>,
        connection: &Connection,
    ) -> Result<Self, Trouble> {
        let row = answer.iter().find(|row| row.get("epoch").is_some()).ok_or_else(strange)?;
        let text = |column| row.get(column);
        let number = |column| text(column).and_then(|text| text.parse().ok());
        let epoch = number("epoch").ok_or_else(strange)?;
        let floor = number("floor").ok_or_else(strange)?;
        let server = text("server").map(str::to_owned);
        let columns = text("columns").map(str::to_owned);
        let are_same = columns.as_ref().is_none_or(|mark| connection.columns.are(mark));
        let is_same = are_same && server == connection.server;
        let since = request.counts_from(floor, epoch).filter(|_| is_same);
        let changed = text("changed").and_then(|changed| serde_json::from_str(changed).ok());
        let is_untracked = |name: &&str| {
            text("untracked").is_some_and(|all| all.split(',').any(|one| one == *name))
        };
        Ok(Self {
            epoch,
            changed: changed.filter(|_| since.is_some()),
            untracked: request.blocks.iter().map(|block| block.name).filter(is_untracked).collect(),
            server,
            columns,
            due: text("due")
                .and_then(|seconds| seconds.parse::<f64>().ok())
                .and_then(|seconds| Duration::try_from_secs_f64(seconds.max(0.0)).ok()),
            tx: text("tx").map(str::to_owned),
        })
    }

    /// Whether the store can tell what changed since readers looked last.
    pub(super) fn counts(&self) -> bool {
        self.changed.is_some()
    }

    /// Notes what was read, now that it was.
    pub(super) fn note(&self, connection: &mut Connection) {
        connection.server.clone_from(&self.server);
        if let Some(mark) = &self.columns {
            connection.columns.note(mark);
        }
    }

    /// What tells this state from any other: who moved the epoch last, and the columns that are read.
    pub(super) fn mark(&self, connection: &Connection) -> Option<String> {
        let columns = self.columns.as_deref().or(connection.columns.mark())?;
        self.tx.as_ref().map(|tx| format!("{tx} {columns}"))
    }

    /// What changed of `block`; `None` if nothing did, and nobody asks for it in any case.
    pub(super) fn changed(&self, block: &BlockSchema, also: &[&str]) -> Option<Changed> {
        let Some(all) = self.changed.as_ref().filter(|_| !also.contains(&block.name)) else {
            return Some(Changed::all());
        };
        let Some(keys) = all.get(block.name)? else {
            return Some(Changed::all());
        };
        let mut changed = Changed::default();
        keys.iter().for_each(|key| changed.add_logged(block, key));
        Some(changed)
    }
}

pub(super) fn strange() -> Trouble {
    Trouble::Store(SourceError::refused(
        "config_sdk.epoch has no row: run the SQL that `schema` prints",
    ))
}
