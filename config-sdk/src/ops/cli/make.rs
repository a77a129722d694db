//! Changes: what they would do is shown, then asked about, then done.

use std::io::Read;

use serde_json::json;

use super::assignment::{Assignment, quoted};
use super::end::{End, Failure, Outcome};
use super::grammar::{Making, Set};
use super::page::{Lines, Page};
use super::{confirmed, fleet, shell, within};
use crate::change::{Applied, ChangeError, ChangeSet, Plan};
use crate::ops::Operator;

/// What is to be taken care of in making a change.
#[derive(Clone, Copy, Default)]
pub(super) struct Care {
    /// It is hard to take back, or more than it looks.
    pub(super) is_dangerous: bool,
    /// It is made even where no value changes: a draft is to become the active row.
    pub(super) is_made_anyway: bool,
}

/// Sets fields, and resets others.
pub(super) async fn set(operator: &Operator, what: Set, page: &mut Page) -> Outcome {
    let Set { values, unset, stdin, env, how } = what;
    let secret = match (stdin, env) {
        (true, _) => {
            page.ask_nobody();
            Some(read_value()?)
        }
        (_, Some(name)) => {
            let missing = |_| format!("the environment variable {name} is not set, or is no text");
            Some(std::env::var(&name).map_err(|error| Failure::usage(missing(error)))?)
        }
        _ => None,
    };
    let mut assignments = Vec::new();
    match (secret, values.as_slice()) {
        (Some(value), [path]) => {
            assignments.push(Assignment { path: path.clone(), value });
        }
        (Some(_), _) => {
            let said = "`--stdin` and `--env` read one value: name one PATH, without `=`";
            return Err(Failure::usage(said));
        }
        (None, values) => {
            for (index, value) in values.iter().enumerate() {
                let wrong = |why| format!("argument {} of `set`: {why}", index + 1);
                let given: Assignment = value.parse().map_err(|why| Failure::usage(wrong(why)))?;
                refuse_secret(operator, &given.path)?;
                assignments.push(given);
            }
        }
    }
    let change = operator.change();
    let paths: Vec<_> = assignments.iter().map(|given| given.path.clone()).collect();
    let change =
        assignments.into_iter().fold(change, |c, given| c.set_path(&given.path, given.value));
    let change = unset.iter().fold(change, |change, path| change.unset(path));
    let is_dangerous = unset.iter().any(|path| is_row(operator, path));
    let paths: Vec<_> = paths.into_iter().chain(unset).collect();
    let change = laid(operator, change, &how, &paths)?;
    let care = Care { is_dangerous, ..Care::default() };
    make(operator, change, &how, care, page).await
}

/// Resets fields and rows.
pub(super) async fn unset(
    operator: &Operator,
    paths: &[String],
    how: Making,
    page: &mut Page,
) -> Outcome {
    let change = paths.iter().fold(operator.change(), |change, path| change.unset(path));
    let is_dangerous = paths.iter().any(|path| is_row(operator, path));
    let change = laid(operator, change, &how, paths)?;
    let care = Care { is_dangerous, ..Care::default() };
    make(operator, change, &how, care, page).await
}

/// Makes a row what it was.
pub(super) async fn rollback(
    operator: &Operator,
    row: &str,
    version: u64,
    how: Making,
    page: &mut Page,
) -> Outcome {
    let change = within(async { Ok(operator.rollback(row, version).await?) }).await?;
    let change = laid(operator, change, &how, &[row.to_owned()])?;
    make(operator, change, &how, Care { is_dangerous: true, ..Care::default() }, page).await
}

/// The value that is typed or piped, without the end of its line.
fn read_value() -> Result<String, Failure> {
    let mut text = String::new();
    let wrong = |error| Failure::usage(format!("standard input cannot be read: {error}"));
    std::io::stdin().read_to_string(&mut text).map_err(wrong)?;
    let value = text.strip_suffix('\n').unwrap_or(&text);
    Ok(value.strip_suffix('\r').unwrap_or(value).to_owned())
}

/// A secret on a command line would be in the shell's history, and in every list of processes.
fn refuse_secret(operator: &Operator, path: &str) -> Result<(), Failure> {
    let (block, _, target) = operator.target(path)?;
    let field = target.field.and_then(|index| block.schema().fields.get(index));
    if !field.is_some_and(|field| field.secret) {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "`{path}` is a secret, which on a command line would be in the shell's history and in every \
         list of processes: give it with `set {0} --stdin` or `set {0} --env VARIABLE`",
        quoted(path)
    )))
}

fn is_row(operator: &Operator, path: &str) -> bool {
    operator.target(path).is_ok_and(|(_, _, target)| target.field.is_none())
}

/// The change with who, why, and on which conditions.
pub(super) fn laid(
    operator: &Operator,
    change: ChangeSet,
    how: &Making,
    paths: &[String],
) -> Result<ChangeSet, Failure> {
    let names = ["CONFIG_AUTHOR", "USER", "LOGNAME"];
    let known = || names.iter().find_map(|name| std::env::var(name).ok().filter(|n| !n.is_empty()));
    let mut change = change;
    if let Some(author) = how.author.clone().or_else(known) {
        change = change.author(author);
    }
    if let Some(reason) = &how.reason {
        change = change.reason(reason);
    }
    if let Some(time) = how.lasting {
        change = change.lasting(time);
    }
    if let Some(version) = how.expect_version {
        let mut places = Vec::new();
        for path in paths {
            let (_, place, _) = operator.target(path)?;
            if !places.contains(&place) {
                places.push(place);
            }
        }
        let [place] = places.as_slice() else {
            let said = "`--expect-version` is the version of one row: change one row at a time";
            return Err(Failure::usage(said));
        };
        change = change.expect_version(&place.to_string(), version);
    }
    Ok(change)
}

/// Shows what `change` would do, and does it if that is wanted.
pub(super) async fn make(
    operator: &Operator,
    change: ChangeSet,
    how: &Making,
    care: Care,
    page: &mut Page,
) -> Outcome {
    let plan = within(async { Ok(change.plan().await?) }).await?;
    let lines = told(&plan);
    if !plan.faults().is_empty() {
        page.note(&lines);
        return Err(ChangeError::Rejected(plan.faults().clone()).into());
    }
    if how.dry_run {
        let lines = lines.faint("nothing was changed: this was a dry run");
        page.answer(&json!({ "plan": plan, "is_change": plan.is_change() }), &lines);
        return Ok(End::Done);
    }
    if !plan.is_change() && !care.is_made_anyway {
        let lines = lines.text("nothing was changed: it is so already");
        page.answer(&json!({ "plan": plan, "is_change": false }), &lines);
        return Ok(End::Done);
    }
    page.note(&lines);
    let question = if how.draft { "Save this draft?" } else { "Make this change?" };
    confirmed(page, question, how.yes, care.is_dangerous)?;
    finish(operator, plan, how, page).await
}

async fn finish(operator: &Operator, plan: Plan, how: &Making, page: &mut Page) -> Outcome {
    let shown = json!(plan);
    if how.draft {
        let saved = within(async { Ok(plan.save().await?) }).await?;
        let name = shell::program();
        let drafts = saved.drafts.iter().map(|(place, version)| format!("{place}@{version}"));
        let drafts: Vec<_> = drafts.collect();
        let lines = drafts.iter().fold(Lines::new(), |lines, draft| {
            let line = format!("to activate it: {name} config draft activate {}", quoted(draft));
            lines.good(format!("{draft} is saved; nobody reads it yet")).text(line)
        });
        page.answer(&json!({ "plan": shown, "drafts": drafts }), &lines);
        return Ok(End::Done);
    }
    let before: Vec<_> = plan.rows().iter().map(|row| (row.place.clone(), row.version)).collect();
    let applied = within(async { Ok(plan.apply().await?) }).await?;
    let back = take_back(operator, &applied, &before);
    let mut lines = done(&applied, &back);
    let mut end = End::Done;
    let mut arrival = None;
    if let Some(limit) = how.wait.wait {
        let arrived = fleet::arrived(operator, applied.epoch, limit).await?;
        (lines, end) = (lines.and(arrived.lines), arrived.end);
        arrival = Some(arrived.arrival);
    }
    let told = json!({ "plan": shown, "applied": applied, "take_back": back, "arrival": arrival });
    page.answer(&told, &lines);
    Ok(end)
}

/// What was done, and how to take it back.
fn done(applied: &Applied, back: &[String]) -> Lines {
    let epoch = applied.epoch;
    let lines = applied.rows.iter().fold(Lines::new(), |lines, row| {
        lines.good(match row.version {
            0 => format!("{} is changed (epoch {epoch})", row.place),
            version => format!("{} is at version {version} (epoch {epoch})", row.place),
        })
    });
    back.iter().fold(lines, |lines, line| lines.text(format!("to take it back: {line}")))
}

/// A command for each row that was changed. Of an adopted table, the number of the version before is
/// told by its history.
fn take_back(operator: &Operator, applied: &Applied, before: &[(String, u64)]) -> Vec<String> {
    let name = shell::program();
    let changed = applied.rows.iter().filter(|row| !row.fields.is_empty());
    let command = |row: &crate::change::AppliedRow| {
        let (block, place, _) = operator.target(&row.place).ok()?;
        let path = match &place.key {
            Some(key) => quoted(&super::look::key_path(block.schema().name, key)),
            None => row.place.clone(),
        };
        let version = before.iter().find(|(other, _)| *other == row.place)?.1;
        Some(match block.schema().adopt {
            true => format!(
                "{name} config rollback {path} VERSION, as `{name} config history {path}` counts them"
            ),
            false => format!("{name} config rollback {path} {version}"),
        })
    };
    changed.filter_map(command).collect()
}

/// What a plan would do, for people.
pub(super) fn told(plan: &Plan) -> Lines {
    plan.rows().iter().fold(Lines::new(), |lines, row| {
        let text = row.to_string();
        let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
        let lines = lines.title(first);
        if rest.is_empty() { lines } else { lines.text(rest) }
    })
}
