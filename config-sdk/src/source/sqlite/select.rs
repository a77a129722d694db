//! Selecting a block's rows in an SQLite file, with no more text than a record may hold.

use std::collections::BTreeMap;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, Params, Result, Row, params_from_iter};

use super::ddl::table_name;
use super::rules;
use crate::key::Key;
use crate::record::Record;
use crate::schema::BlockSchema;
use crate::source::ddl::ident;
use crate::source::row;
use crate::source::rows::Sorting;
use crate::source::{Found, Incoming, Rows, Which};

/// Most rows of each sort that nobody reads which are looked for.
const ODD: usize = 100;

/// A block's table, with the columns that are read.
pub(super) struct Selection<'a> {
    connection: &'a Connection,
    block: &'a BlockSchema,
    most: u64,
    /// The beginning of every query, up to its conditions.
    select: String,
    columns: Vec<String>,
}

/// A row's key, column by column, and its record.
pub(super) type KeyedRow = (Vec<Option<String>>, Record);

impl<'a> Selection<'a> {
    pub(super) fn of(
        connection: &'a Connection,
        block: &'a BlockSchema,
        most: u64,
    ) -> Result<Self> {
        let table = ident(&table_name(block));
        let all = connection.prepare(&format!("select * from {table} limit 0"))?;
        let is_read = |name: &&str| {
            !block.adopt
                || block.keys.iter().any(|key| key.name == *name)
                || block.fields.iter().any(|field| field.column == *name)
        };
        // A name that the table does not have would be taken for a text.
        let columns: Vec<_> = all.column_names().filter(is_read).map(str::to_owned).collect();
        if let Some(key) = block.keys.iter().find(|key| !columns.iter().any(|own| own == key.name))
        {
            let why = format!("no such column: {}", key.name);
            return Err(Error::SqliteFailure(rusqlite::ffi::Error::new(1), Some(why)));
        }
        let size = |column: &String| format!("ifnull(octet_length({}), 0)", ident(column));
        let sizes: Vec<_> = columns.iter().map(size).chain(["0".to_owned()]).collect();
        let names: Vec<_> = columns.iter().map(|column| format!(", {}", ident(column))).collect();
        let select = format!("select {}{} from {table} where", sizes.join(" + "), names.concat());
        Ok(Self { connection, block, most, select, columns })
    }

    /// The one row of a block without a key.
    pub(super) fn only(&self) -> Result<Found> {
        let rows = self.rows("limit 2", [])?;
        let rows = rows.into_iter().map(|(_, record)| record).collect();
        Ok(row::only(rows, self.block, &table_name(self.block)))
    }

    /// All rows of a keyed block, which are said to arrive.
    pub(super) fn all(&self, incoming: &Incoming) -> Result<Rows> {
        let mut sorting = Sorting::of(self.block);
        // In no order: sorted, the first of very many rows may arrive when the last was read.
        self.each("", [], |(key, record)| {
            incoming.more();
            sorting.add(&key, record);
        })?;
        Ok(sorting.finish())
    }

    /// Those that are wanted, and the row that they inherit from.
    pub(super) fn some(&self, which: Which<'_>) -> Result<Rows> {
        let mut sorting = Sorting::of(self.block);
        for (key, record) in self.rows(&format!("and {} limit 2", self.is_shared()), [])? {
            sorting.add(&key, record);
        }
        match which {
            Which::Keys(keys) => self.of_keys(keys, &mut sorting)?,
            Which::Page { after, limit } => {
                if after.is_none() {
                    self.odd(&mut sorting)?;
                }
                self.of_keys(&self.page(after, limit)?, &mut sorting)?;
            }
        }
        Ok(sorting.finish())
    }

    fn of_keys(&self, keys: &[Key], sorting: &mut Sorting<'_>) -> Result<()> {
        let same: Vec<_> = self.each_key(|key, number| format!("and {key} = ?{number}"));
        let mut keys: Vec<_> = keys.iter().collect();
        keys.sort();
        keys.dedup();
        for wanted in keys {
            let parts = params_from_iter(wanted.parts());
            for (key, record) in self.rows(&format!("{} limit 2", same.join(" ")), parts)? {
                sorting.add_if(&key, record, |key| key == wanted);
            }
        }
        Ok(())
    }

    /// The first keys after one, of which there is one row each.
    fn page(&self, after: Option<&Key>, limit: usize) -> Result<Vec<Key>> {
        let later = after.map_or_else(String::new, |_| {
            let parts = self.each_key(|_, number| format!("?{number}"));
            match parts.as_slice() {
                [one] => format!("and {} > {one}", self.keys()),
                several => format!("and ({}) > ({})", self.keys(), several.join(", ")),
            }
        });
        let sql = self.of_good_keys(&later, "= 1", limit);
        let mut keys = Vec::new();
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(after.into_iter().flat_map(Key::parts)))?;
        while let Some(row) = rows.next()? {
            let parts = self.parts(row)?;
            keys.extend(Key::new(parts.iter().flatten().map(String::as_str)));
        }
        Ok(keys)
    }

    /// The rows that no key leads to.
    fn odd(&self, sorting: &mut Sorting<'_>) -> Result<()> {
        let bad = format!("and not {} and not {} limit {ODD}", self.is_shared(), self.is_good());
        for (key, _) in self.rows(&bad, [])? {
            sorting.add_bad(&key);
        }
        let sql = self.of_good_keys("", "> 1", ODD);
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            sorting.add_several(&self.parts(row)?);
        }
        Ok(())
    }

    /// Asks for the first keys of which there are so many rows.
    fn of_good_keys(&self, more: &str, count: &str, limit: usize) -> String {
        format!(
            "select {keys} from {} where {} and {} {more} group by {keys} having count(*) {count} \
             order by {keys} limit {limit}",
            ident(&table_name(self.block)),
            is_active(self.block),
            self.is_good(),
            keys = self.keys(),
        )
    }

    fn rows(&self, rest: &str, params: impl Params) -> Result<Vec<KeyedRow>> {
        let mut rows = Vec::new();
        self.each(rest, params, |row| rows.push(row))?;
        Ok(rows)
    }

    fn each(&self, rest: &str, params: impl Params, mut take: impl FnMut(KeyedRow)) -> Result<()> {
        let sql = format!("{} {} {rest}", self.select, is_active(self.block));
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query_map(params, |row| self.record(row))?;
        rows.try_for_each(|row| row.map(&mut take))
    }

    /// The rows of any state that meet `condition`: the key, the status, which an adopted table has
    /// none of, and the record.
    #[cfg(feature = "ops")]
    pub(super) fn of_any_state(
        &self,
        condition: &str,
        params: impl Params,
    ) -> Result<Vec<(KeyedRow, Option<String>)>> {
        let mut statement = self.connection.prepare(&format!("{} {condition}", self.select))?;
        let status = self.columns.iter().position(|column| !self.block.adopt && column == "status");
        let rows = statement.query_map(params, |row| {
            let status = status.map(|index| row.get_ref(index + 1).map(text)).transpose()?;
            Ok((self.record(row)?, status.flatten()))
        })?;
        rows.collect()
    }

    fn record(&self, row: &Row<'_>) -> Result<KeyedRow> {
        let size = u64::try_from(row.get::<_, i64>(0)?).unwrap_or(0);
        let mut columns = BTreeMap::new();
        for (index, name) in self.columns.iter().enumerate() {
            let is_key = self.block.keys.iter().any(|key| key.name == name);
            if size <= self.most || is_key || name == "version" {
                columns.insert(name.clone(), text(row.get_ref(index + 1)?));
            }
        }
        let key = self.block.keys.iter().map(|key| columns.remove(key.name).flatten()).collect();
        let record = match size <= self.most {
            true => row::record(columns, self.block),
            false => row::left_out(columns.remove("version").flatten().as_deref(), size),
        };
        Ok((key, record))
    }

    /// The parts of a row that is nothing but a key.
    fn parts(&self, row: &Row<'_>) -> Result<Vec<Option<String>>> {
        (0..self.block.keys.len()).map(|index| row.get_ref(index).map(text)).collect()
    }

    /// The key columns, separated by commas.
    fn keys(&self) -> String {
        self.each_key(|key, _| key.to_owned()).join(", ")
    }

    fn is_shared(&self) -> String {
        format!("({})", self.each_key(|key, _| format!("{key} is null")).join(" and "))
    }

    fn is_good(&self) -> String {
        format!("ifnull({}, 0)", rules::is_key(&self.each_key(|key, _| key.to_owned())))
    }

    fn each_key(&self, each: impl Fn(&str, usize) -> String) -> Vec<String> {
        let keys = self.block.keys.iter().zip(1..);
        keys.map(|(key, number)| each(&ident(key.name), number)).collect()
    }
}

/// What an adopted table has no column for.
pub(super) fn is_active(block: &BlockSchema) -> &'static str {
    if block.adopt { "true" } else { "status = 'active'" }
}

/// A value as text: whole numbers and text as they are, floats in the fewest digits that mean the
/// same; bytes that are no text become a text that no field takes for its value.
pub(super) fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(value) => Some(value.to_string()),
        ValueRef::Real(value) => Some(value.to_string()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            Some(String::from_utf8_lossy(bytes).into_owned())
        }
    }
}
