//! What is kept of the last good rows: everything but secrets.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::key::Key;
use crate::record::Record;
use crate::schema::BlockSchema;

/// The last good rows of a program's blocks, by name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::refresh) struct Content {
    /// The source they were read from, which another's must not be taken for.
    source: String,
    blocks: BTreeMap<String, Saved>,
    /// Resident keyed blocks.
    #[serde(default)]
    keyed: BTreeMap<String, SavedKeyed>,
}

/// The last good rows of a resident keyed block.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct SavedKeyed {
    fingerprint: u32,
    shared: Option<Row>,
    /// By the parts of their keys, joined.
    own: BTreeMap<String, Row>,
}

/// The last good rows of a resident keyed block, or what has changed of them.
#[derive(Debug, Default)]
pub(in crate::refresh) struct KeptRows {
    /// The shared row, if it is news.
    pub(in crate::refresh) shared: Option<Option<Record>>,
    /// The rows of keys; of one that has none any more, none.
    pub(in crate::refresh) own: Vec<(Key, Option<Record>)>,
}

/// One block's last good row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    /// Of the type that the row was good for.
    fingerprint: u32,
    /// None marks that there was no row, so that an older one does not come back.
    row: Option<Row>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    version: u64,
    author: Option<String>,
    /// Microseconds since 1970.
    time: Option<u64>,
    reason: Option<String>,
    columns: BTreeMap<String, Option<String>>,
}

impl Content {
    /// Nothing yet, of this source.
    pub(in crate::refresh) fn of(source: String) -> Self {
        Self { source, ..Self::default() }
    }

    /// Whether it is of the same source.
    pub(in crate::refresh) fn is_of(&self, other: &Self) -> bool {
        self.source == other.source
    }

    /// Adds a block's last good row, without its secrets. A block that cannot do without its secret is
    /// left out as a whole: its default would pass for the secret.
    pub(in crate::refresh) fn add(&mut self, schema: &BlockSchema, record: Option<&Record>) {
        if needs_secret(schema) {
            return;
        }
        let saved = Saved {
            fingerprint: fingerprint(schema),
            row: record.map(|record| Row::of(schema, record)),
        };
        self.blocks.insert(schema.name.to_owned(), saved);
    }

    /// Adds what has changed of a resident keyed block, in the same way.
    pub(in crate::refresh) fn add_keyed(&mut self, schema: &BlockSchema, rows: KeptRows) {
        if needs_secret(schema) {
            return;
        }
        let saved = self.keyed.entry(schema.name.to_owned()).or_default();
        saved.fingerprint = fingerprint(schema);
        if let Some(shared) = rows.shared {
            saved.shared = shared.map(|record| Row::of(schema, &record));
        }
        for (key, record) in rows.own {
            match record {
                Some(record) => saved.own.insert(key.joined().to_owned(), Row::of(schema, &record)),
                None => saved.own.remove(key.joined()),
            };
        }
    }

    /// The rows of a resident keyed block, if any were kept.
    ///
    /// # Errors
    /// If they were good for another type.
    pub(in crate::refresh) fn keyed(
        &self,
        schema: &BlockSchema,
    ) -> Result<Option<KeptRows>, &'static str> {
        let Some(saved) = self.keyed.get(schema.name) else {
            return Ok(None);
        };
        if saved.fingerprint != fingerprint(schema) {
            return Err(OTHER);
        }
        let own = saved.own.iter().filter_map(|(joined, row)| {
            let key = Key::of_joined(joined, schema.keys.len()).ok()?;
            Some((key, Some(row.record())))
        });
        let shared = Some(saved.shared.as_ref().map(Row::record));
        Ok(Some(KeptRows { shared, own: own.collect() }))
    }

    /// The same, with `newer` in the place of what is older.
    pub(in crate::refresh) fn with(mut self, newer: Self) -> Self {
        self.blocks.extend(newer.blocks);
        self.keyed.extend(newer.keyed);
        self
    }

    /// The block's row, or the mark that there was none.
    ///
    /// # Errors
    /// If it was good for another type.
    pub(in crate::refresh) fn get(
        &self,
        schema: &BlockSchema,
    ) -> Result<Option<Option<Record>>, &'static str> {
        match self.blocks.get(schema.name) {
            None => Ok(None),
            Some(saved) if saved.fingerprint == fingerprint(schema) => {
                Ok(Some(saved.row.as_ref().map(Row::record)))
            }
            Some(_) => Err(OTHER),
        }
    }
}

const OTHER: &str = "it was kept by a program in which the block had other fields";

/// Whether the block cannot do without a secret, so that nothing of it is kept.
fn needs_secret(schema: &BlockSchema) -> bool {
    schema.fields.iter().any(|field| field.secret && !field.optional)
}

impl Row {
    fn of(schema: &BlockSchema, record: &Record) -> Self {
        let is_secret = |column: &String| {
            let mut secrets = schema.fields.iter().filter(|field| field.secret);
            secrets.any(|field| field.column == column)
        };
        // Columns that are no field's may have been a secret once.
        let is_field = |column: &String| schema.fields.iter().any(|field| field.column == column);
        let micros =
            |time: SystemTime| time.duration_since(UNIX_EPOCH).ok()?.as_micros().try_into().ok();
        let columns = record.columns.iter();
        let kept = columns.filter(|(column, _)| is_field(column) && !is_secret(column));
        Self {
            version: record.version,
            author: record.author.clone(),
            time: record.time.and_then(micros),
            reason: record.reason.clone(),
            columns: kept.map(|(column, text)| (column.clone(), text.clone())).collect(),
        }
    }

    fn record(&self) -> Record {
        let time = |micros| UNIX_EPOCH.checked_add(Duration::from_micros(micros));
        Record {
            version: self.version,
            author: self.author.clone(),
            time: self.time.and_then(time),
            reason: self.reason.clone(),
            columns: self.columns.clone(),
            left_out: None,
        }
    }
}

/// Tells apart types whose rows cannot be exchanged: by their columns and what kind each is.
fn fingerprint(schema: &BlockSchema) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    for field in &schema.fields {
        hasher.update(format!("{} {:?} {};", field.column, field.kind, field.secret).as_bytes());
    }
    for key in &schema.keys {
        hasher.update(format!("{};", key.name).as_bytes());
    }
    hasher.finalize()
}

/// Tells apart programs by their source and their blocks' names.
pub(super) fn of_all(source: &str, schemas: &[&'static BlockSchema]) -> u32 {
    let mut names: Vec<_> = schemas.iter().map(|schema| schema.name).collect();
    names.sort_unstable();
    crc32fast::hash(format!("{source}\n{}", names.join(",")).as_bytes())
}
