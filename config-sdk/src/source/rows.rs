//! Rows of a keyed block, sorted out: the shared one, those of keys, and those that nobody reads.

use std::collections::BTreeMap;

use super::Rows;
use crate::key::Key;
use crate::record::Record;
use crate::schema::BlockSchema;

/// Most rows that nobody reads which are told one by one; of more, how many.
const MOST_ODD: usize = 10;

/// Rows that are being sorted out.
#[derive(Debug)]
pub(super) struct Sorting<'a> {
    block: &'a BlockSchema,
    shared: Vec<Record>,
    own: Vec<(Key, Record)>,
    /// How many rows each key has.
    counts: BTreeMap<Key, usize>,
    odd: Vec<String>,
}

impl<'a> Sorting<'a> {
    pub(super) fn of(block: &'a BlockSchema) -> Self {
        let (shared, own, counts, odd) = Default::default();
        Self { block, shared, own, counts, odd }
    }

    /// Takes a row.
    pub(super) fn add(&mut self, key: &[Option<String>], record: Record) {
        if key.iter().all(Option::is_none) {
            return self.shared.push(record);
        }
        match parsed(key) {
            Ok(key) => {
                *self.counts.entry(key.clone()).or_default() += 1;
                self.own.push((key, record));
            }
            Err(why) => self.say_odd(why),
        }
    }

    /// Takes note of a row that no key leads to.
    pub(super) fn add_bad(&mut self, key: &[Option<String>]) {
        let why = parsed(key).map(|key| format!("a row whose key, {key}, is no text"));
        self.say_odd(why.unwrap_or_else(|why| why));
    }

    /// Takes note of several rows of one key.
    pub(super) fn add_several(&mut self, key: &[Option<String>]) {
        let why = parsed(key).map(|key| several(&key));
        self.say_odd(why.unwrap_or_else(|why| why));
    }

    /// Takes a row only if its key is one of those that are `wanted`: a column may take two texts for
    /// one value.
    pub(super) fn add_if(
        &mut self,
        key: &[Option<String>],
        record: Record,
        wanted: impl Fn(&Key) -> bool,
    ) {
        let is_shared = key.iter().all(Option::is_none);
        if is_shared || parsed(key).is_ok_and(|key| wanted(&key)) {
            self.add(key, record);
        }
    }

    /// What came of it. Of several rows of one key none is read: nobody could say which is meant.
    pub(super) fn finish(mut self) -> Rows {
        self.odd.sort(); // rows come in any order
        self.counts.retain(|_, count| *count > 1);
        let counts = std::mem::take(&mut self.counts);
        self.own.retain(|(key, _)| !counts.contains_key(key));
        counts.keys().for_each(|key| self.say_odd(several(key)));
        let shared = match self.shared.len() {
            0 | 1 => self.shared.pop(),
            _ => {
                self.say_odd("several rows without a key, of which none is read: leave one".into());
                None
            }
        };
        if let Some(more @ 1..) = self.odd.len().checked_sub(MOST_ODD) {
            self.odd.truncate(MOST_ODD);
            self.odd.push(format!("table {} has {more} more such rows", self.block.table));
        }
        Rows { shared, own: self.own, odd: self.odd }
    }

    fn say_odd(&mut self, what: String) {
        self.odd.push(format!("table {} has {what}", self.block.table));
    }
}

/// The key of these parts, or why there is none.
fn parsed(key: &[Option<String>]) -> Result<Key, String> {
    let Some(parts) = key.iter().map(Option::as_deref).collect::<Option<Vec<_>>>() else {
        let parts: Vec<_> = key.iter().map(|part| part.as_deref().unwrap_or("NULL")).collect();
        return Err(format!(
            "a row whose key is NULL in part ({}): give it all of its key, or none of it for the \
             row that the others inherit from",
            parts.join(", ")
        ));
    };
    Key::new(parts).map_err(|error| format!("a row that is no copy: {error}"))
}

fn several(key: &Key) -> String {
    format!("several rows of {key}, of which none is read: leave one")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::ddl::sample;

    fn key(parts: [Option<&str>; 2]) -> [Option<String>; 2] {
        parts.map(|part| part.map(str::to_owned))
    }

    #[test]
    fn every_row_goes_to_its_key_or_is_told_of() {
        let pair = sample::pair();
        let mut sorting = Sorting::of(&pair);
        for (version, parts) in (1..).zip([
            [None, None],
            [Some("a"), Some("x")],
            [Some("b"), None],
            [Some("c"), Some("")],
            [Some("d"), Some("x")],
            [Some("d"), Some("x")],
        ]) {
            sorting.add(&key(parts), Record::new(version));
        }
        let rows = sorting.finish();
        assert_eq!(rows.shared, Some(Record::new(1)));
        assert_eq!(rows.own, [(Key::new(["a", "x"]).unwrap(), Record::new(2))]);
        assert_eq!(rows.odd.len(), 3);
        assert!(rows.odd[1].contains("NULL in part (b, NULL)"), "{:?}", rows.odd);
        assert!(rows.odd[2].contains(r#"several rows of ("d", "x")"#), "{:?}", rows.odd);
    }

    #[test]
    fn many_odd_rows_are_counted() {
        let pair = sample::pair();
        let mut sorting = Sorting::of(&pair);
        (0..15).for_each(|_| sorting.add(&key([Some("a"), None]), Record::new(1)));
        let odd = sorting.finish().odd;
        assert_eq!(odd.len(), MOST_ODD + 1);
        assert_eq!(odd[MOST_ODD], "table pair_config has 5 more such rows");
    }

    #[test]
    fn a_row_of_another_text_is_not_the_one_that_was_asked_for() {
        let pair = sample::pair();
        let mut sorting = Sorting::of(&pair);
        let wanted = Key::new(["07", "x"]).unwrap();
        sorting.add_if(&key([Some("7"), Some("x")]), Record::new(1), |key| *key == wanted);
        assert_eq!(sorting.finish(), Rows::default());
    }
}
