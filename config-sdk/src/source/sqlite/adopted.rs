//! A table in SQLite that was there before: what is read of it, and what would tell of its changes.

use super::logged::{differs, hidden, key_of, of_author, row_before};
use super::triggers::trigger;
use crate::schema::{BlockSchema, Kind};
use crate::source::ddl::{Part, Piece, ident, text};

/// What `block` needs of its table `table`, which is quoted: its columns, and to be told of changes
/// a trigger each for insert, update and delete.
pub(super) fn parts(block: &BlockSchema, table: &str) -> Vec<Part> {
    let keys = block.keys.iter().map(|key| (key.name, "TEXT"));
    let fields =
        block.fields.iter().map(|field| (field.column, super::ddl::column_type(field.kind)));
    let column = |(name, sort): (&str, &str)| Part {
        column: Some(name.to_owned()),
        identity: sort.to_owned(),
        fallback: Some(super::ddl::exchanged(table, name, sort)),
        ..Part::new(
            Piece::Column,
            name,
            format!("alter table {table} add column {} {sort};", ident(name)),
        )
    };
    let mut parts = vec![Part::new(Piece::Table, "", String::new())];
    parts.extend(keys.chain(fields).map(column));
    parts.extend(triggers(block, table));
    parts
}

/// Whether a column of type `found` holds what a field of `kind` is stored as.
pub(super) fn takes(kind: Kind, found: &str) -> bool {
    let is_any = |words: &[&str]| words.iter().any(|word| found.contains(word));
    // As SQLite tells what a column prefers to hold; most columns hold anything.
    let is_number = is_any(&["INT", "REAL", "FLOA", "DOUB", "NUM", "DEC", "BOOL"]);
    let is_text = found.is_empty() || is_any(&["CHAR", "CLOB", "TEXT"]);
    match kind {
        Kind::Bool => is_any(&["INT", "BOOL", "NUM"]),
        Kind::Integer => is_any(&["INT", "NUM"]),
        Kind::Float => is_number,
        Kind::BigInteger | Kind::Decimal => is_number || is_text,
        Kind::Json => is_text || is_any(&["JSON"]),
        Kind::Timestamp => is_text || is_any(&["DATE", "TIME"]),
        Kind::Text | Kind::Duration => is_text,
    }
}

fn triggers(block: &BlockSchema, table: &str) -> [Part; 3] {
    let keys: Vec<_> = block.keys.iter().map(|key| key.name).collect();
    let columns: Vec<_> =
        (keys.iter().copied()).chain(block.fields.iter().map(|field| field.column)).collect();
    let fields = (block.fields.iter()).filter(|field| !field.secret).map(|field| field.column);
    let mut shown = keys.iter().copied().chain(fields);
    let before = shown.next().map_or("null".to_owned(), |first| row_before(first, shown));
    let log = |what: &str, row: &str, before: &str, when: &str| {
        format!(
            "    insert into config_sdk_change \
             (epoch, block, key, what, before, who, why, via, hidden)\n        \
             select epoch, {}, {}, '{what}', {before}, {}, {}, {}, {}\n        \
             from config_sdk_epoch{when};\n",
            text(block.name),
            key_of(&keys, row),
            of_author("author", "'sql'"),
            of_author("reason", "null"),
            of_author("via", "'sql'"),
            hidden(block, what)
        )
    };
    let quoted: Vec<_> = columns.iter().map(|column| ident(column)).collect();
    let quoted_keys: Vec<_> = keys.iter().map(|key| ident(key)).collect();
    let advance = "    update config_sdk_epoch set epoch = epoch + 1;\n";
    let moved = match keys.is_empty() {
        true => String::new(),
        false => log("delete", "old", &before, &format!(" where {}", differs(quoted_keys.iter()))),
    };
    [
        trigger(
            block,
            "insert",
            &format!("after insert on {table}"),
            &[advance, &log("insert", "new", "null", "")].concat(),
        ),
        trigger(
            block,
            "update",
            &format!(
                "after update of {} on {table}\nwhen {}",
                quoted.join(", "),
                differs(quoted.iter())
            ),
            &[advance, &log("update", "new", &before, ""), &moved].concat(),
        ),
        trigger(
            block,
            "delete",
            &format!("after delete on {table}"),
            &[advance, &log("delete", "old", &before, "")].concat(),
        ),
    ]
}
