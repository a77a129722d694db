//! How what a store has differs from what it should have.

mod adopted;

use super::{BOOKKEEPING_COLUMNS, Blueprint, Difference, Found, Part, Piece, Step, ident};

/// What the catalog's identity of a check ends with while rows that break it are there.
const NOT_VALID: &str = " (not valid)";

/// How alike two names must be for one to be taken for the other.
const ALIKE: f64 = 0.85;

/// One difference, and how to mend it.
#[derive(Debug)]
pub(crate) struct Drift {
    block: Option<String>,
    column: Option<String>,
    what: String,
    deed: String,
    /// What mends it.
    pub(crate) sql: String,
    /// What mends it as far as rows that stand in the way allow.
    pub(crate) fallback: Option<String>,
    /// Whether it can be mended without a person: nothing that is stored is lost or reinterpreted.
    pub(crate) safe: bool,
    /// Whether it is something that the owner of an adopted table may want, and nothing wrong; unless
    /// it is safe as well, because they have agreed to it before.
    pub(crate) offered: bool,
}

impl Drift {
    /// Of the store's own bookkeeping.
    pub(crate) fn of_bookkeeping(sql: &str) -> Self {
        Self {
            block: None,
            column: None,
            what: "the bookkeeping is missing or that of an older version".to_owned(),
            deed: "made the bookkeeping".to_owned(),
            sql: sql.to_owned(),
            fallback: None,
            safe: true,
            offered: false,
        }
    }

    /// Of rows that are there and that `column`'s rule would refuse.
    #[cfg(feature = "sqlite")]
    pub(crate) fn of_rows(wanted: &Blueprint<'_>, column: &str, rule: &str, sql: String) -> Self {
        Self {
            column: Some(column.to_owned()),
            what: format!("rows that are there break the rule of column `{column}`: it {rule}"),
            ..drift(wanted, sql)
        }
    }

    /// As `check` reports it.
    pub(crate) fn difference(self) -> Difference {
        let remedy = match (self.safe, self.sql.as_str()) {
            (true, _) => "run migrate".to_owned(),
            (false, "") if self.column.is_none() => {
                "correct the block's `table`, or leave `adopt` out".to_owned()
            }
            (false, "") => "leave it to whoever uses it, or drop it".to_owned(),
            (false, sql) => format!("run, once you have made sure that it is right: {sql}"),
        };
        Difference { block: self.block, column: self.column, what: self.what, remedy }
    }

    /// As `migrate` reports it once it is mended.
    pub(crate) fn done(self) -> Step {
        Step { done: true, what: self.place(&self.deed), sql: self.sql }
    }

    /// As `migrate` reports it if a person has to mend it.
    pub(crate) fn left(self) -> Step {
        let why = if self.safe { ": rows that are there stand in the way" } else { "" };
        Step { done: false, what: self.place(&format!("{}{why}", self.what)), sql: self.sql }
    }

    fn place(&self, sentence: &str) -> String {
        match &self.block {
            Some(block) => format!("{block}: {sentence}"),
            None => sentence.to_owned(),
        }
    }
}

/// Everything in which `found` differs from `wanted`, in the order in which it can be mended.
pub(crate) fn drifts(wanted: &Blueprint<'_>, found: &Found) -> Vec<Drift> {
    if wanted.block.adopt {
        return adopted::drifts(wanted, found);
    }
    let has = |part: &Part| found.parts.get(&(part.piece, part.name.clone()));
    let table = (wanted.parts.iter()).find(|part| part.piece == Piece::Table);
    if table.is_some_and(|table| has(table).is_none()) {
        return match &found.elsewhere {
            Some(elsewhere) => vec![renamed(wanted, elsewhere)],
            None => missing_table(wanted, has),
        };
    }
    let retyped = |part: &&Part| {
        part.piece == Piece::Column && has(part).is_some_and(|have| *have != part.identity)
    };
    let retyped: Vec<_> = wanted.parts.iter().filter(retyped).collect();
    let retyped = |part: &Part| retyped.iter().any(|column| column.column == part.column);
    let mut drifts = Vec::new();
    for part in &wanted.parts {
        match has(part) {
            Some(have) if *have == part.identity => {}
            // The rules of one type mean nothing to a column of another.
            _ if part.piece == Piece::Check && retyped(part) => {}
            have => drifts.push(differs(wanted, part, have)),
        }
    }
    let wants = |piece, name: &str| {
        (wanted.parts.iter()).any(|part| part.piece == piece && part.name == name)
    };
    for (piece, name) in found.parts.keys() {
        match piece {
            _ if wants(*piece, name) => {}
            Piece::Check => drifts.push(former_check(wanted, name)),
            Piece::Column if !BOOKKEEPING_COLUMNS.contains(&name.as_str()) => {
                drifts.push(unknown_column(wanted, name));
            }
            _ => {}
        }
    }
    drifts
}

/// A table that is not there is made whole, in one step.
fn missing_table<'a>(
    wanted: &Blueprint<'_>,
    has: impl Fn(&Part) -> Option<&'a String>,
) -> Vec<Drift> {
    let parts = wanted.parts.iter();
    let needed = parts.filter(|part| part.piece != Piece::Column && has(part).is_none());
    let sql: Vec<_> = needed.map(|part| part.sql.as_str()).collect();
    vec![Drift {
        what: format!("table {} is missing", wanted.table),
        deed: format!("created table {}", wanted.table),
        safe: true,
        ..drift(wanted, sql.join("\n"))
    }]
}

/// Making a new table would put the defaults in the place of what the other table says.
fn renamed(wanted: &Blueprint<'_>, elsewhere: &str) -> Drift {
    let table = &wanted.table;
    let name = table.rsplit('.').next().unwrap_or(table);
    let what = format!("table {table} is missing, and the block's rows are in {elsewhere}");
    Drift { what, ..drift(wanted, format!("alter table {elsewhere} rename to {name};")) }
}

/// A part that is missing, or not as it should be.
fn differs(wanted: &Blueprint<'_>, part: &Part, have: Option<&String>) -> Drift {
    match (part.piece, have) {
        (Piece::Column, Some(have)) => return retyped_column(wanted, part, have),
        (Piece::Check, Some(have)) if have.strip_suffix(NOT_VALID) == Some(&part.identity) => {
            return broken_check(wanted, part);
        }
        _ => {}
    }
    let (name, column) = (&part.name, part.column.as_deref().unwrap_or_default());
    let noun = match part.piece {
        Piece::Schema => format!("schema `{name}`"),
        Piece::Table => format!("table {}", wanted.table),
        Piece::Column => format!("column `{name}`"),
        Piece::Check => format!("check of column `{column}`"),
        Piece::Index => format!("index `{name}`"),
        Piece::Trigger => format!("trigger `{name}`"),
        Piece::Comments => format!("text of the comments on {}", wanted.table),
    };
    let (what, deed) = match have {
        None => (format!("{noun} is missing"), format!("created {noun}")),
        Some(_) => (format!("{noun} is not what the type says"), format!("replaced {noun}")),
    };
    Drift {
        column: part.column.clone(),
        what,
        deed,
        fallback: part.fallback.clone(),
        safe: true,
        ..drift(wanted, part.sql.clone())
    }
}

/// Another type may hold what this one cannot.
fn retyped_column(wanted: &Blueprint<'_>, part: &Part, have: &str) -> Drift {
    if let Some((sort, more)) = have.split_once(", ")
        && sort == part.identity
    {
        let (table, column) = (&wanted.table, ident(&part.name));
        let sql = format!(
            "alter table {table} alter column {column} drop not null,\n    \
             alter column {column} drop default;"
        );
        return Drift {
            column: part.column.clone(),
            what: format!(
                "column `{}` is {more}, so that it cannot be left to {}",
                part.name,
                if wanted.is_key(&part.name) {
                    "NULL, as in the shared row"
                } else {
                    "the compiled-in default"
                }
            ),
            ..drift(wanted, sql)
        };
    }
    Drift {
        column: part.column.clone(),
        what: format!(
            "column `{}` is {have}, and its {} needs {}",
            part.name,
            if wanted.is_key(&part.name) { "key" } else { "field" },
            part.identity
        ),
        ..drift(wanted, part.fallback.clone().unwrap_or_default())
    }
}

/// A check that holds for what is written from now on, and not for all that was.
fn broken_check(wanted: &Blueprint<'_>, part: &Part) -> Drift {
    let column = part.column.as_deref().unwrap_or_default();
    let what = format!(
        "rows that are there break the check of column `{column}`, which holds for new ones only: {}",
        part.identity
    );
    let name = ident(&part.name);
    Drift {
        column: part.column.clone(),
        what,
        ..drift(wanted, format!("alter table {} validate constraint {name};", wanted.table))
    }
}

/// A check of ours that no field asks for any more would refuse what readers take.
fn former_check(wanted: &Blueprint<'_>, name: &str) -> Drift {
    Drift {
        what: format!("check `{name}` is of rules that no field has any more"),
        deed: format!("dropped check `{name}` of rules that no field has any more"),
        safe: true,
        ..drift(wanted, format!("alter table {} drop constraint {};", wanted.table, ident(name)))
    }
}

/// A column that is no field's: a former field's, one that is misspelt, or someone else's, which
/// only its owner may drop.
fn unknown_column(wanted: &Blueprint<'_>, name: &str) -> Drift {
    let (table, column) = (&wanted.table, ident(name));
    let (what, sql) = if wanted.block.retired.contains(&name) {
        let what = format!("retired column `{name}` is still there, and nobody reads it");
        (what, format!("alter table {table} drop column {column};"))
    } else if let Some(nearest) = nearest(wanted, name) {
        let what = format!("column `{name}` is no field's; the nearest is `{nearest}`");
        let to = ident(nearest);
        let copy = format!("update {table} set {to} = {column} where {to} is null;");
        (what, copy)
    } else {
        let what = format!("column `{name}` is no field's, and no reader of blocks reads it");
        (what, String::new())
    };
    Drift { column: Some(name.to_owned()), what, ..drift(wanted, sql) }
}

fn nearest<'a>(wanted: &Blueprint<'a>, name: &str) -> Option<&'a str> {
    let columns = wanted.block.fields.iter().map(|field| field.column);
    let alike = columns.map(|column| (strsim::jaro_winkler(column, name), column));
    let best = alike.max_by(|(a, _), (b, _)| a.total_cmp(b));
    best.and_then(|(alike, column)| (alike >= ALIKE).then_some(column))
}

/// A drift of the block as a whole, left to a person unless said otherwise.
fn drift(wanted: &Blueprint<'_>, sql: String) -> Drift {
    Drift {
        block: Some(wanted.block.name.to_owned()),
        column: None,
        what: String::new(),
        deed: String::new(),
        sql,
        fallback: None,
        safe: false,
        offered: false,
    }
}
