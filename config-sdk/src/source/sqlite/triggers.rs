//! The triggers of a block's table in SQLite: rules before a row is written, bookkeeping after.
//!
//! A trigger cannot change the row that is being written, so version and times are set by an update
//! of their own afterwards. It fires no trigger: that of the reason looks away when the version moves.

use super::logged::{differs, hidden, key_of, of_author, row_before};
use super::rules::{self, Rule};
use crate::key::MAX_KEY;
use crate::schema::BlockSchema;
use crate::source::ddl::{BOOKKEEPING_COLUMNS, Part, Piece, ident, text};

const NOW: &str = "strftime('%Y-%m-%dT%H:%M:%fZ')";
/// What is logged of a change of a row that has a version.
const LOGGED: &str = "(epoch, block, key, version, what, before, who, why, via, hidden)";

/// All triggers of `block`'s table `table`, which is quoted.
pub(super) fn triggers(block: &BlockSchema, table: &str, keys: &[&str]) -> [Part; 6] {
    let content: Vec<_> = (keys.iter().copied())
        .chain(block.fields.iter().map(|field| field.column))
        .map(ident)
        .collect();
    let watched: String = content.iter().map(|column| format!(", {column}")).collect();
    let watched = format!("status{watched}");
    let changed = differs(content.iter());
    let writing = Writing { block, table, keys };
    let rules = format!("{}{}{}", checks(block), writing.whole_key(), writing.one_active());
    let trigger = |word: &str, when: &str, body: String| trigger(block, word, when, &body);
    [
        trigger("insert_rules", &format!("before insert on {table}"), rules.clone()),
        trigger("update_rules", &format!("before update of {watched} on {table}"), rules),
        trigger("insert", &format!("after insert on {table}"), writing.insert()),
        trigger(
            "update",
            &format!(
                "after update of {watched} on {table}\nwhen {}",
                differs(["status".to_owned()].iter().chain(&content))
            ),
            writing.update(&changed),
        ),
        trigger("reason", &writing.reason_alone(&changed), writing.former_reason()),
        trigger("delete", &format!("after delete on {table}"), writing.delete()),
    ]
}

/// The trigger that does `body` at `when`.
pub(super) fn trigger(block: &BlockSchema, word: &str, when: &str, body: &str) -> Part {
    let plain = trigger_name(block, word);
    let name = ident(&plain);
    let rest = format!("{name} {when}\nbegin\n{body}end");
    let sql = format!("drop trigger if exists {name};\ncreate trigger {rest};");
    Part { identity: rest, ..Part::new(Piece::Trigger, plain, sql) }
}

/// Named by the block, so that the block's rows are found when their table is renamed.
pub(super) fn trigger_name(block: &BlockSchema, word: &str) -> String {
    format!("config_sdk_{}_{word}", block.name)
}

fn checks(block: &BlockSchema) -> String {
    let refuse = |name: &str, column: &str, (condition, sentence): &Rule| {
        let sentence = text(&format!("{}.{name} {sentence}", block.name));
        format!(
            "    select raise(abort, {sentence})\n        \
             where new.{} is not null and not ({condition});\n",
            ident(column)
        )
    };
    let status = (
        "new.status in ('draft', 'active', 'archived')".to_owned(),
        "must be draft, active or archived".to_owned(),
    );
    let mut body = refuse("status", "status", &status);
    for field in &block.fields {
        let rules = rules::rules(field);
        body.extend(rules.iter().map(|rule| refuse(field.name, field.column, rule)));
    }
    body
}

/// What follows a write.
struct Writing<'a> {
    block: &'a BlockSchema,
    table: &'a str,
    keys: &'a [&'a str],
}

impl Writing<'_> {
    fn insert(&self) -> String {
        let Self { table, .. } = self;
        let who = of_author("author", "coalesce(new.created_by, 'sql')");
        let why = of_author("reason", "new.reason");
        format!(
            "    update {table} set\n        version = {},\n        created_at = {NOW},\n        \
             created_by = {who},\n        reason = {why},\n        \
             activated_at = case when new.status = 'active' then {NOW} end\n        \
             where rowid = new.rowid;\n{}",
            self.next_version(" and t.rowid <> new.rowid"),
            self.log("insert", "null", &who, &why)
        )
    }

    /// A new version if the content is new or the row becomes active. What the statement did not
    /// set belongs to the former version.
    fn update(&self, changed: &str) -> String {
        let Self { table, .. } = self;
        let who = "case when new.created_by is old.created_by then 'sql' \
                   else coalesce(new.created_by, 'sql') end";
        let why = "case when new.reason is old.reason then null else new.reason end";
        let (who, why) = (of_author("author", who), of_author("reason", why));
        format!(
            "    update {table} set\n        version = {},\n        created_at = {NOW},\n        \
             created_by = {who},\n        \
             reason = {why},\n        \
             activated_at = case when new.status = 'active' then {NOW} end\n        \
             where rowid = new.rowid\n            and ({changed}\n            \
             or (new.status = 'active' and old.status <> 'active'));\n{}{}",
            self.next_version(""),
            self.log("update", &self.before(), &who, &why),
            self.moved_away()
        )
    }

    /// When nothing of a version but its reason changes: that would rewrite the past.
    fn reason_alone(&self, changed: &str) -> String {
        format!(
            "after update of reason on {}\nwhen old.reason is not new.reason and old.version is \
             new.version\n    and old.status is new.status and not ({changed})",
            self.table
        )
    }

    /// Gives a version its reason back.
    fn former_reason(&self) -> String {
        format!("    update {} set reason = old.reason where rowid = new.rowid;\n", self.table)
    }

    /// A row that is given another key is gone from the one it had.
    fn moved_away(&self) -> String {
        if self.keys.is_empty() {
            return String::new();
        }
        let keys: Vec<_> = self.keys.iter().map(|key| ident(key)).collect();
        format!(
            "    insert into config_sdk_change {LOGGED}\n        \
             select epoch, {}, {}, old.version, 'delete', {}, {}, {}, {}, {}\n        \
             from config_sdk_epoch where {};\n",
            text(self.block.name),
            key_of(self.keys, "old"),
            self.before(),
            of_author("author", "'sql'"),
            of_author("reason", "null"),
            of_author("via", "'sql'"),
            hidden(self.block, "delete"),
            differs(keys.iter())
        )
    }

    fn delete(&self) -> String {
        let (who, why) = (of_author("author", "'sql'"), of_author("reason", "null"));
        self.log("delete", &self.before(), &who, &why)
    }

    /// The number of a deleted or replaced row is not given again.
    fn next_version(&self, but: &str) -> String {
        format!(
            "1 + max(\n            (select coalesce(max(t.version), 0) from {} t where true{}{but}),\n            \
             (select coalesce(max(version), 0) from config_sdk_change\n                \
             where block = {} and key is {}))",
            self.table,
            self.same_key(),
            text(self.block.name),
            key_of(self.keys, "new")
        )
    }

    /// Moves the epoch and logs the change.
    fn log(&self, what: &str, before: &str, who: &str, why: &str) -> String {
        let (version, row) = match what {
            "delete" => ("old.version".to_owned(), "old"),
            _ => (format!("(select version from {} where rowid = new.rowid)", self.table), "new"),
        };
        format!(
            "    update config_sdk_epoch set epoch = epoch + 1;\n    \
             insert into config_sdk_change {LOGGED}\n        \
             select epoch, {}, {}, {version}, '{what}', {before}, {who}, {why},\n        \
             {}, {}\n        from config_sdk_epoch;\n",
            text(self.block.name),
            key_of(self.keys, row),
            of_author("via", "'sql'"),
            hidden(self.block, what)
        )
    }

    /// Refuses a second active row before the index does, which would not say what to do.
    fn one_active(&self) -> String {
        let sentence = format!(
            "{} has an active row already: change that row, or archive it before, in the same \
             transaction",
            self.block.name
        );
        format!(
            "    select raise(abort, {})\n        where new.status = 'active' and exists (select 1 from {} t\n            \
             where t.status = 'active' and t.rowid <> new.rowid{});\n",
            text(&sentence),
            self.table,
            self.same_key()
        )
    }

    /// That a row `t` has the key of the new one.
    fn same_key(&self) -> String {
        let same = |key: &&str| format!(" and t.{0} is new.{0}", ident(key));
        self.keys.iter().map(same).collect()
    }

    /// Refuses what is neither a key nor, as the row that the others inherit from, none at all.
    fn whole_key(&self) -> String {
        if self.keys.is_empty() {
            return String::new();
        }
        let columns: Vec<_> = self.keys.iter().map(|key| format!("new.{}", ident(key))).collect();
        let is_null: Vec<_> = columns.iter().map(|column| format!("{column} is null")).collect();
        let sentence = format!(
            "{}: the key ({}) must be whole, no part of it empty and at most {MAX_KEY} bytes long; or \
             all NULL, for the row that the others inherit from",
            self.block.name,
            self.keys.join(", ")
        );
        format!(
            "    select raise(abort, {})\n        where not ({}) and not ifnull({}, 0);\n",
            text(&sentence),
            is_null.join(" and "),
            rules::is_key(&columns)
        )
    }

    /// The row before as a JSON object, without what is secret. Rows of pairs, because functions
    /// have a limit on their arguments. JSON cannot hold a blob, and a row with one has to be mended.
    fn before(&self) -> String {
        let fields = self.block.fields.iter().filter(|field| !field.secret);
        let columns = (BOOKKEEPING_COLUMNS[2..].iter().chain(self.keys).copied())
            .chain(fields.map(|field| field.column));
        row_before("version", columns)
    }
}
