//! The store's tables: compared with the types, printed, brought up to them.

use serde_json::json;

use super::end::{End, Outcome, made_by_migrating, typed};
use super::options::DialectName;
use super::page::{Lines, Page};
use super::{LONG, confirmed, within, within_time};
use crate::client::ConfigBuilder;
use crate::ops::Operator;
use crate::source::Difference;

/// The remedy of what `migrate` mends by itself.
const MENDED: &str = "run migrate";

/// Everything in which the store is not what the program expects.
pub(super) async fn check(operator: &Operator, page: &mut Page) -> Outcome {
    let bar = page.working("reading rows");
    let found = within_time(LONG, async { Ok(operator.check().await?) }).await?;
    drop(bar);
    let lines = match found.as_slice() {
        [] => Lines::new().good("the tables are what the types say, and every row is valid"),
        found => found.iter().fold(Lines::new(), |lines, found| lines.bad(typed(found))),
    };
    page.answer(&json!({ "found": found }), &lines);
    Ok(if found.is_empty() { End::Done } else { End::Found })
}

/// The SQL of a store.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(super) fn schema(
    builder: &ConfigBuilder,
    dialect: Option<DialectName>,
    page: &mut Page,
) -> Outcome {
    use super::end::Failure;
    use crate::source::Dialect;

    let scheme = builder.scheme().unwrap_or_default();
    let dialect = match (dialect, scheme.as_str()) {
        #[cfg(feature = "postgres")]
        (Some(DialectName::Postgres), _) | (None, "postgres" | "postgresql") => Dialect::Postgres,
        #[cfg(feature = "sqlite")]
        (Some(DialectName::Sqlite), _) | (None, "sqlite") => Dialect::Sqlite,
        #[cfg(not(all(feature = "postgres", feature = "sqlite")))]
        (Some(_), _) => {
            let said =
                "this program was built without that database: add the feature of config-sdk";
            return Err(Failure::usage(said));
        }
        (None, _) => {
            let said = "the store's URL names no database: say `--dialect postgres` or `sqlite`";
            return Err(Failure::usage(said));
        }
    };
    let sql = builder.schema(dialect);
    page.answer(&json!({ "sql": sql }), &Lines::plain(sql.trim_end().replace('\t', "    ")));
    Ok(End::Done)
}

/// There is no SQL without a database.
#[cfg(not(any(feature = "postgres", feature = "sqlite")))]
pub(super) fn schema(
    _builder: &ConfigBuilder,
    _dialect: Option<DialectName>,
    _page: &mut Page,
) -> Outcome {
    let said = "this program was built without a database: add `postgres` or `sqlite` to the \
                features of config-sdk";
    Err(super::end::Failure::usage(said))
}

/// Brings the tables up to the types.
pub(super) async fn migrate(
    operator: &Operator,
    adopt: bool,
    dry_run: bool,
    yes: bool,
    page: &mut Page,
) -> Outcome {
    // A store that is not there yet has nothing to compare.
    let drift = within(async { Ok(operator.drift().await) }).await?;
    let missing = drift.as_ref().err().and_then(made_by_migrating);
    let mut lines = match (&drift, &missing) {
        (_, Some(missing)) => Lines::plain(missing)
            .text("it would be made, with every table that the types need and is not there"),
        (Err(error), None) => Lines::plain(typed(error)),
        (Ok(drift), _) if drift.is_empty() && !adopt => {
            Lines::plain("the tables are what the types say")
        }
        (Ok(drift), _) => {
            drift.iter().fold(Lines::new(), |lines, drift| lines.text(differs(drift)))
        }
    };
    if adopt {
        lines = lines.text("tables that were there before get triggers if they have none");
    }
    if dry_run {
        let drift = if missing.is_some() { Vec::new() } else { drift? };
        let told = json!({ "drift": drift, "missing": missing });
        page.answer(&told, &lines.faint("nothing was changed: this was a dry run"));
        return Ok(End::Done);
    }
    // Then it changes nothing, and only lists what is left to a person.
    let is_mended = |drift: &Difference| drift.remedy == MENDED;
    let is_nothing = !adopt && drift.is_ok_and(|drift| !drift.iter().any(is_mended));
    if !is_nothing {
        page.note(&lines);
    }
    let question = match adopt {
        true => "Add triggers to the tables that were there before?",
        false => "Bring the store's tables up to this program's types?",
    };
    confirmed(page, question, yes || is_nothing, true)?;
    let steps = within(async {
        Ok(if adopt { operator.adopt().await? } else { operator.migrate().await? })
    });
    let steps = steps.await?;
    let mut lines = steps.iter().fold(Lines::new(), |lines, step| match step.done {
        true => lines.good(step),
        false => lines.text(step),
    });
    if steps.iter().all(|step| !step.done) {
        let said = match steps.as_slice() {
            [] => "there was nothing to do",
            _ => "there was nothing to do but what is left to you:",
        };
        lines = Lines::plain(said).and(lines);
    }
    page.answer(&json!({ "steps": steps }), &lines);
    Ok(End::Done)
}

/// A difference to whom is about to migrate.
fn differs(difference: &Difference) -> String {
    let Difference { block, what, remedy, .. } = difference;
    let block = block.as_ref().map_or(String::new(), |block| format!("{block}: "));
    match remedy.as_str() {
        MENDED => format!("{block}{what}"),
        _ => difference.to_string(),
    }
}
