//! Reading an SQLite file as of one moment.

use std::collections::BTreeMap;
use std::time::Duration;

use rusqlite::{Connection, Row, Transaction, TransactionBehavior};

use super::ddl::{blueprint, table_name};
use super::select::Selection;
use crate::key::Key;
use crate::schema::BlockSchema;
use crate::source::changed::Changed;
use crate::source::ddl::Piece;
use crate::source::{Fetched, Incoming, Loaded, Request, Rows, Wanted, Which};

/// Most keys that are looked through in the log; where more have changed, everything is read.
const MOST_LOGGED: usize = 100_000;

/// A request that outlives its caller, for the thread that reads.
pub(super) struct Ask {
    blocks: Vec<&'static BlockSchema>,
    since: Option<u64>,
    also: Vec<&'static str>,
    max_record: u64,
    incoming: Incoming,
}

impl Ask {
    pub(super) fn new(request: &Request<'_>) -> Self {
        Self {
            blocks: request.blocks.to_vec(),
            since: request.since,
            also: request.also.to_vec(),
            max_record: request.max_record,
            incoming: request.incoming.clone(),
        }
    }
}

/// A wish that outlives its caller.
pub(super) struct Load {
    block: &'static BlockSchema,
    keys: Vec<Key>,
    /// After which key, and how many; if it is not these keys that are wanted.
    page: Option<(Option<Key>, usize)>,
    max_record: u64,
}

impl Load {
    pub(super) fn new(wanted: &Wanted<'_>) -> Self {
        let (keys, page) = match wanted.which {
            Which::Keys(keys) => (keys.to_vec(), None),
            Which::Page { after, limit } => (Vec::new(), Some((after.cloned(), limit))),
        };
        Self { block: wanted.block, keys, page, max_record: wanted.max_record }
    }

    fn which(&self) -> Which<'_> {
        match &self.page {
            None => Which::Keys(&self.keys),
            Some((after, limit)) => Which::Page { after: after.as_ref(), limit: *limit },
        }
    }
}

/// What the log says of each block.
type News = BTreeMap<String, Vec<Option<String>>>;

/// Reads the epoch, what changed, and those records, in one transaction.
pub(super) fn fetch(
    connection: &mut Connection,
    ask: &Ask,
    fresh: bool,
) -> Result<Fetched, rusqlite::Error> {
    let moment = connection.transaction_with_behavior(TransactionBehavior::Deferred)?;
    let (epoch, floor) = head(&moment)?;
    let mut request = Request::everything(&ask.blocks);
    request.since = ask.since.filter(|_| !fresh);
    let news = match request.counts_from(floor, epoch) {
        Some(since) if since == epoch => Some(News::new()),
        Some(since) => news(&moment, since)?,
        None => None,
    };
    let mut fetched = Fetched::unchanged(epoch);
    fetched.due = due(&moment);
    for block in ask.blocks.iter().copied() {
        if block.adopt && !is_tracked(&moment, block)? {
            fetched.untracked.insert(block.name);
        }
        let Some(changed) = changed(block, news.as_ref(), &ask.also) else {
            continue;
        };
        if !block.is_keyed() {
            let only = |selection: Selection<'_>| selection.only();
            let found = reading(&moment, block, ask.max_record, only)?;
            fetched.blocks.insert(block.name, found.and_then(|found| found));
            continue;
        }
        let rows = |selection: Selection<'_>| match changed.few(block) {
            None => selection.all(&ask.incoming),
            Some(keys) => selection.some(Which::Keys(&keys)),
        };
        let rows = match block.resident {
            true => Some(reading(&moment, block, ask.max_record, rows)?),
            false => None,
        };
        fetched.keyed.insert(block.name, changed.moved(block, rows));
    }
    Ok(fetched)
}

/// Reads rows of one keyed block.
pub(super) fn load(
    connection: &mut Connection,
    load: &Load,
) -> Result<Result<Loaded, String>, rusqlite::Error> {
    let moment = connection.transaction_with_behavior(TransactionBehavior::Deferred)?;
    let (epoch, _) = head(&moment)?;
    let some = |selection: Selection<'_>| selection.some(load.which());
    let rows: Result<Rows, String> = reading(&moment, load.block, load.max_record, some)?;
    Ok(rows.map(|rows| Loaded::at(epoch, rows)))
}

/// Logs that the keys that `logged` stands for are to be read again.
pub(super) fn invalidate(
    connection: &mut Connection,
    block: &BlockSchema,
    logged: &str,
) -> Result<u64, rusqlite::Error> {
    let moment = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    moment.execute("update config_sdk_epoch set epoch = epoch + 1", [])?;
    let (epoch, _) = head(&moment)?;
    moment.execute(
        "insert into config_sdk_change (epoch, block, key, what, who) \
         select epoch, ?1, ?2, 'invalidate', 'config-sdk' from config_sdk_epoch",
        [block.name, logged],
    )?;
    moment.commit()?;
    Ok(epoch)
}

fn head(moment: &Transaction<'_>) -> Result<(u64, u64), rusqlite::Error> {
    moment
        .prepare_cached("select epoch, floor from config_sdk_epoch")?
        .query_row([], |row| Ok((number(row, 0)?, number(row, 1)?)))
}

/// How long until the next change for a time is over. An older file has no table for that.
fn due(moment: &Transaction<'_>) -> Option<Duration> {
    let sql =
        "select max(0, (julianday(min(at)) - julianday('now')) * 86400) from config_sdk_expiry";
    let mut statement = moment.prepare_cached(sql).ok()?;
    let seconds: Option<f64> = statement.query_row([], |row| row.get(0)).ok()?;
    Duration::try_from_secs_f64(seconds?).ok()
}

/// What was logged after `since`; `None` if that is too much to look through.
fn news(moment: &Transaction<'_>, since: u64) -> Result<Option<News>, rusqlite::Error> {
    let sql = format!(
        "select distinct block, key from config_sdk_change where epoch > ?1 limit {}",
        MOST_LOGGED + 1
    );
    let mut statement = moment.prepare_cached(&sql)?;
    let since = i64::try_from(since).unwrap_or(i64::MAX);
    let (mut news, mut count) = (News::new(), 0);
    let mut rows = statement.query([since])?;
    while let Some(row) = rows.next()? {
        news.entry(row.get(0)?).or_default().push(row.get(1)?);
        count += 1;
    }
    Ok((count <= MOST_LOGGED).then_some(news))
}

/// What changed of `block`; `None` if nothing did, and nobody asks for it in any case.
fn changed(block: &BlockSchema, news: Option<&News>, also: &[&str]) -> Option<Changed> {
    let Some(news) = news.filter(|_| !also.contains(&block.name)) else {
        return Some(Changed::all());
    };
    let mut changed = Changed::default();
    for key in news.get(block.name)? {
        match key.as_deref().map(serde_json::from_str) {
            Some(Ok(key)) => changed.add_logged(block, &key),
            _ => changed.add_all(),
        }
    }
    Some(changed)
}

/// Whether the table of an adopted block tells of its changes, and of all that matter.
fn is_tracked(moment: &Transaction<'_>, block: &BlockSchema) -> Result<bool, rusqlite::Error> {
    let sql =
        "select sql from sqlite_master where type = 'trigger' and name = ?1 and tbl_name = ?2";
    let mut statement = moment.prepare_cached(sql)?;
    let table = table_name(block);
    for part in blueprint(block).parts {
        if part.piece == Piece::Trigger {
            let mut rows = statement.query([&part.name, &table])?;
            let Some(row) = rows.next()? else { return Ok(false) };
            if !row.get::<_, String>(0)?.ends_with(&part.identity) {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// SQLite's numbers are signed, and ours never below zero.
fn number(row: &Row<'_>, column: usize) -> Result<u64, rusqlite::Error> {
    row.get::<_, i64>(column).map(|number| u64::try_from(number).unwrap_or(0))
}

/// Reads rows of `block`; what is wrong with its table alone is told in place of them.
pub(super) fn reading<R>(
    connection: &Connection,
    block: &BlockSchema,
    most: u64,
    read: impl FnOnce(Selection<'_>) -> Result<R, rusqlite::Error>,
) -> Result<Result<R, String>, rusqlite::Error> {
    match Selection::of(connection, block, most).and_then(read) {
        Ok(rows) => Ok(Ok(rows)),
        Err(rusqlite::Error::SqliteFailure(error, message))
            if error.code == rusqlite::ErrorCode::Unknown =>
        {
            let (table, message) =
                (table_name(block), message.unwrap_or_else(|| error.to_string()));
            let remedy = if block.adopt {
                "it is adopted as it is: compare it with the struct"
            } else {
                "add `.migrate()`, or compare with the SQL that `schema` prints"
            };
            Ok(Err(format!("table {table} cannot be read ({message}): {remedy}")))
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::ddl::sample;
    use crate::source::sqlite::migrate;

    #[test]
    fn each_row_of_a_block_that_is_read_as_a_whole_is_said_to_arrive() {
        let block = sample::guild_with(crate::private::Block::resident);
        let block: &'static BlockSchema = Box::leak(Box::new(block));
        let mut database = Connection::open_in_memory().unwrap();
        migrate::migrate(&mut database, &[block]).unwrap();
        let row = |guild| {
            format!("insert into bytes_config (status, guild_id) values ('active', '{guild}');")
        };
        database.execute_batch(&["a", "b", "c"].map(row).concat()).unwrap();
        let (incoming, blocks) = (Incoming::default(), [block]);
        let mut request = Request::everything(&blocks);
        request.incoming = &incoming;
        fetch(&mut database, &Ask::new(&request), true).unwrap();
        assert_eq!(incoming.count(), 3);
    }
}
