//! Selecting blocks' rows in a Postgres database, with no more text than a record may hold.

use std::collections::BTreeSet;
use std::fmt;

use super::names::quoted_table;
use super::rules;
use crate::key::Key;
use crate::schema::{BlockSchema, FieldSchema, Kind};
use crate::source::ddl::{ident, text};

/// How much more room a value may take in its table than as text, at the worst: a digit of `jsonb`.
const STORED: u64 = 16;

/// Most rows of each sort that nobody reads which are looked for.
const ODD: usize = 100;

/// The columns of a row of the answer.
pub(super) const COLUMNS: [&str; 6] = ["block", "sort", "key", "version", "size", "record"];

/// An epoch in SQL.
#[derive(Clone, Copy, Debug)]
pub(super) enum Since {
    /// This one.
    Epoch(u64),
    /// The one that a prepared statement is given.
    Given,
}

impl fmt::Display for Since {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Epoch(epoch) => write!(f, "{epoch}"),
            Self::Given => f.write_str("$1::bigint"),
        }
    }
}

/// Which rows of a block.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scope<'a> {
    /// All of them: of a block without a key, the one.
    All,
    /// Those of keys that the log names after an epoch.
    Since(Since),
    /// Those of these keys.
    Keys(&'a [Key]),
    /// The first so many after a key, in the order of the key columns.
    Page(Option<&'a Key>, usize),
}

/// Asks for rows of `block`, and unless it is all of them for the row that they inherit from: queries
/// that can be put together by `union all`. A row of the answer is a row of the table, all its columns
/// as one object; of one that holds more than `most` bytes of texts, only how many.
pub(super) fn sql(block: &BlockSchema, scope: Scope<'_>, most: u64) -> Vec<String> {
    let table = Table { block, quoted: quoted_table(&block.table), most };
    let shared = table.rows(&table.is_shared(), "limit 2");
    match scope {
        // In no order: sorted, the first of very many rows would arrive when the last was read.
        Scope::All if block.is_keyed() => vec![table.rows("true", "")],
        Scope::All => vec![table.rows("true", "limit 2")],
        Scope::Since(epoch) => vec![shared, table.of(&table.logged(epoch), "")],
        Scope::Keys(keys) => vec![shared, table.of(&table.listed(keys), "")],
        Scope::Page(None, limit) => [vec![shared, table.page(None, limit)], table.odd()].concat(),
        Scope::Page(after, limit) => vec![shared, table.page(after, limit)],
    }
}

/// Locks the tables before anything is looked at, so that nothing is read as of a moment before that of
/// who was waited for: a table that they emptied and filled again would be empty then. Adopted ones may be
/// what nobody can lock.
pub(super) fn lock<'a>(blocks: impl Iterator<Item = &'a BlockSchema>) -> String {
    let own = blocks.filter(|block| !block.adopt);
    let tables: Vec<_> = own.map(|block| quoted_table(&block.table)).collect();
    match tables.is_empty() {
        true => String::new(),
        false => format!("lock table {} in access share mode; ", tables.join(", ")),
    }
}

struct Table<'a> {
    block: &'a BlockSchema,
    quoted: String,
    most: u64,
}

impl Table<'_> {
    /// The rows that meet a condition. Where the row itself is much larger than a record may be, the
    /// texts are not even made.
    fn rows(&self, condition: &str, rest: &str) -> String {
        let Self { block, quoted, most } = self;
        let stored = most.saturating_mul(STORED);
        let fields: Vec<_> = block.fields.iter().map(|field| ident(field.column)).collect();
        let (row, of_fields, version, active) = match block.adopt {
            true => {
                let values: Vec<_> = block.fields.iter().map(value).collect();
                let lateral = format!(" cross join lateral (select {}) f", values.join(", "));
                ("f.*", lateral, "0", "true")
            }
            false => ("t.*", String::new(), "t.version", "t.status = 'active'"),
        };
        // Each text is made once, for `offset 0` keeps the queries apart. An object is longer than its
        // values, so only those of a longer one are counted.
        let rows = format!(
            "select {name} as block, 'row' as sort, {key} as key, {version} as version, \
             coalesce(s.size, pg_column_size({row})) as size, \
             case when s.size <= {most} then c.record end as record \
             from {quoted} t{of_fields} cross join lateral (\
             select case when pg_column_size({row}) <= {stored} then to_jsonb({row})::text end as record \
             offset 0) c cross join lateral (\
             select case when octet_length(c.record) <= {most} then octet_length(c.record) \
             when c.record is not null then (select sum(octet_length(value)) \
             from jsonb_each_text(to_jsonb({row}))) end as size offset 0) s \
             where {active} and {condition} {rest}",
            name = text(block.name),
            key = self.key("t"),
        );
        if !block.adopt {
            return format!("({rows})");
        }
        // A field without a column is one that is null: its name, not found in the table, is found
        // outside of it.
        let nulls: Vec<_> = fields.iter().map(|field| format!("null::text as {field}")).collect();
        format!("(select x.* from (select {}) d cross join lateral ({rows}) x)", nulls.join(", "))
    }

    /// The rows of the keys that `keys` yields as `w`, each looked up by itself: an index leads to it,
    /// whatever the planner thinks of how many there are.
    fn of(&self, keys: &str, order: &str) -> String {
        let same = self.keys("t").into_iter().zip(self.keys("w"));
        let same: Vec<_> = same.map(|(t, w)| format!("{t} = {w}")).collect();
        let rows = self.rows(&same.join(" and "), "limit 2");
        format!("(select y.* from {keys} cross join lateral {rows} y {order})")
    }

    /// The keys that the log names after `epoch`, in the types of their columns.
    fn logged(&self, epoch: Since) -> String {
        let first = self.block.keys.first().map_or("", |key| key.name);
        format!(
            "(select distinct c.key from config_sdk.change c where c.epoch > {epoch} \
             and c.block = {} and jsonb_typeof(c.key -> {}) = 'string') l \
             cross join lateral jsonb_populate_record(null::{}, l.key) w",
            text(self.block.name),
            text(first),
            self.quoted
        )
    }

    /// These keys, in the types of their columns.
    fn listed(&self, keys: &[Key]) -> String {
        let keys: BTreeSet<_> = keys.iter().collect();
        let all: Vec<_> = keys.into_iter().map(|key| object(self.block, key)).collect();
        let all = escaped(&serde_json::Value::Array(all).to_string());
        format!("jsonb_populate_recordset(null::{}, {all}) w", self.quoted)
    }

    fn page(&self, after: Option<&Key>, limit: usize) -> String {
        let keys = self.keys("t");
        let (order, parts) = (keys.join(", "), after.into_iter().flat_map(Key::parts));
        let parts: Vec<_> = parts.map(escaped).collect();
        let later = match (keys.as_slice(), parts.as_slice()) {
            (_, []) => "true".to_owned(),
            ([key], [part]) => format!("{key} > {part}"),
            (_, parts) => format!("({order}) > ({})", parts.join(", ")),
        };
        let good = format!("{later} and {}", self.is_good());
        if !self.block.adopt {
            // Its index sees to it that every key has one row.
            return self.rows(&good, &format!("order by {order} limit {limit}"));
        }
        let keys = self.of_keys(&good, "= 1", &format!("limit {limit}"));
        self.of(&format!("({keys}) w"), &format!("order by {}", self.keys("w").join(", ")))
    }

    /// The rows that no key leads to.
    fn odd(&self) -> Vec<String> {
        let odd = |sort: &str, rows: &str| {
            format!(
                "(select {}, '{sort}', {}, null, 0, null from ({rows}) t)",
                text(self.block.name),
                self.key("t")
            )
        };
        let bad = format!(
            "select {} from {} t where {} and not {} and not {} limit {ODD}",
            self.keys("t").join(", "),
            self.quoted,
            self.is_active(),
            self.is_shared(),
            self.is_good()
        );
        let several = self.of_keys(&self.is_good(), "> 1", &format!("limit {ODD}"));
        vec![odd("bad", &bad), odd("several", &several)]
    }

    /// The keys of which there are so many rows, in their order.
    fn of_keys(&self, condition: &str, count: &str, rest: &str) -> String {
        let keys = self.keys("t").join(", ");
        let (table, active) = (&self.quoted, self.is_active());
        format!(
            "select {keys} from {table} t where {active} and {condition} \
             group by {keys} having count(*) {count} order by {keys} {rest}"
        )
    }

    /// What an adopted table has no column for.
    fn is_active(&self) -> &'static str {
        if self.block.adopt { "true" } else { "t.status = 'active'" }
    }

    fn is_shared(&self) -> String {
        let null: Vec<_> = self.keys("t").iter().map(|key| format!("{key} is null")).collect();
        if null.is_empty() { "true".to_owned() } else { format!("({})", null.join(" and ")) }
    }

    fn is_good(&self) -> String {
        let texts: Vec<_> = self.keys("t").iter().map(|key| format!("{key}::text")).collect();
        rules::is_key(&texts)
    }

    /// The key as a list of texts.
    fn key(&self, of: &str) -> String {
        let texts: Vec<_> = self.keys(of).iter().map(|key| format!("{key}::text")).collect();
        format!("json_build_array({})::text", texts.join(", "))
    }

    fn keys(&self, of: &str) -> Vec<String> {
        self.block.keys.iter().map(|key| format!("{of}.{}", ident(key.name))).collect()
    }
}

/// A field of an adopted table. JSON that is stored as its text may be what `jsonb` cannot hold, such
/// as a NUL: it is read as that text, so that no row keeps the others from being read.
fn value(field: &FieldSchema) -> String {
    let column = ident(field.column);
    match field.kind {
        Kind::Json => format!(
            "case when pg_typeof({column}) = 'pg_catalog.json'::regtype \
             then to_jsonb(nullif(btrim({column}::text), 'null')) \
             else to_jsonb({column}) end as {column}"
        ),
        _ => column,
    }
}

/// `key` as the columns that hold it.
pub(super) fn object(block: &BlockSchema, key: &Key) -> serde_json::Value {
    let columns = block.keys.iter().zip(key.parts());
    columns.map(|(key, part)| (key.name.to_owned(), serde_json::Value::from(part))).collect()
}

/// `value` as a literal, whatever the server takes a backslash for; of no type yet, so that it is of
/// the type of what it is compared with.
pub(super) fn escaped(value: &str) -> String {
    match value.contains('\\') {
        true => format!(" E{}", text(&value.replace('\\', "\\\\"))),
        false => text(value),
    }
}
