//! The triggers of a block's table in Postgres: which function runs when, and with which arguments.
//!
//! Transition tables are why insert, update and delete have a trigger each. The catalog's own text of
//! a trigger is not compared, but what it runs and its arguments.

use super::select::escaped;
use crate::schema::BlockSchema;
use crate::source::ddl::{BOOKKEEPING_COLUMNS, Part, Piece};

/// All triggers of `block`'s table `table`, which is quoted.
pub(super) fn triggers(block: &BlockSchema, table: &str, keys: &[&str]) -> [Part; 6] {
    let shown = (BOOKKEEPING_COLUMNS.iter().chain(keys).copied())
        .chain((block.fields.iter()).filter(|field| !field.secret).map(|field| field.column));
    let arguments = [block.name.to_owned(), array(keys.iter().copied()), array(shown)];
    let trigger = |name: &str, when: &str, run: &str, arguments: &[String]| {
        trigger(table, name, when, run, arguments)
    };
    let [name, keyed, all] = [&arguments[..1], &arguments[..2], &arguments[..]];
    [
        trigger(
            "config_sdk_lock",
            "before insert or update or delete on {table} for each statement",
            "lock",
            name,
        ),
        trigger(
            "config_sdk_fill",
            "before insert or update on {table} for each row",
            "fill",
            keyed,
        ),
        trigger(
            "config_sdk_insert",
            "after insert on {table}\n    referencing new table as new_rows for each statement",
            "changed",
            all,
        ),
        trigger(
            "config_sdk_update",
            "after update on {table}\n    \
             referencing old table as old_rows new table as new_rows for each statement",
            "changed",
            all,
        ),
        trigger(
            "config_sdk_delete",
            "after delete on {table}\n    referencing old table as old_rows for each statement",
            "changed",
            all,
        ),
        trigger(
            "config_sdk_truncate",
            "before truncate on {table} for each statement",
            "truncated",
            all,
        ),
    ]
}

/// The trigger of `table`, which is quoted, that runs a function of ours `when` there is something.
pub(super) fn trigger(
    table: &str,
    name: &str,
    when: &str,
    run: &str,
    arguments: &[String],
) -> Part {
    let quoted: Vec<_> = arguments.iter().map(|argument| escaped(argument)).collect();
    let sql = format!(
        "drop trigger if exists {name} on {table};\n\
         create trigger {name} {when}\n    execute function config_sdk.{run}({arguments});",
        when = when.replacen("{table}", table, 1),
        arguments = quoted.join(", "),
    );
    let kept: String = arguments.iter().map(|argument| hex(argument)).collect();
    Part { identity: format!("{run} {kept}"), ..Part::new(Piece::Trigger, name, sql) }
}

/// An array of text as Postgres writes one.
pub(super) fn array<'a>(items: impl Iterator<Item = &'a str>) -> String {
    let quote = |item: &str| format!("\"{}\"", item.replace('\\', "\\\\").replace('"', "\\\""));
    format!("{{{}}}", items.map(quote).collect::<Vec<_>>().join(","))
}

/// A trigger's argument as the catalog keeps it.
pub(super) fn hex(argument: &str) -> String {
    let bytes = argument.bytes().chain([0]);
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::ddl::sample;

    #[test]
    fn a_list_of_columns_survives_any_name() {
        assert_eq!(array(["a", r#"b"c\"#].into_iter()), r#"{"a","b\"c\\"}"#);
        assert_eq!(array([].into_iter()), "{}");
    }

    #[test]
    fn history_keeps_only_columns_of_fields_that_are_no_secrets() {
        let triggers = triggers(&sample::trading(), "t", &[]);
        assert!(triggers[3].sql.contains(r#""tiers""#));
        assert!(triggers.iter().all(|part| !part.sql.contains("webhook_token")));
    }
}
