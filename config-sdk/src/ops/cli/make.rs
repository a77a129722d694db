//! Changes: what they would do is shown, then asked about, then done.

use serde_json::json;

use super::assignment::quoted;
use super::end::{End, Failure, Outcome};
use super::options::Making;
use super::page::{Lines, Page};
use super::{confirmed, fleet, shell, within};
use crate::change::{Applied, AppliedRow, ChangeError, ChangeSet, Plan};
use crate::ops::Operator;

/// What is to be taken care of in making a change.
#[derive(Clone, Copy, Default)]
pub(super) struct Care {
    /// It is hard to take back, or more than it looks.
    pub(super) is_dangerous: bool,
    /// It is made even where no value changes: a draft is to become the active row.
    pub(super) is_made_anyway: bool,
}

/// The change with who, why, and on which conditions.
pub(super) fn laid(
    operator: &Operator,
    change: ChangeSet,
    how: &Making,
    paths: &[String],
) -> Result<ChangeSet, Failure> {
    let mut change = change;
    if let Some(author) = &how.author {
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
    let lines = told(&plan, care.is_made_anyway);
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
    if how.lasting.is_some() {
        let processes = within(async { Ok(operator.processes().await?) }).await;
        if processes.is_ok_and(|processes| processes.is_empty()) {
            let said = "no process reports itself: one that runs with this store has to be there to \
                        take it back";
            page.note(&Lines::plain(said));
        }
    }
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
    let back = take_back(operator, &applied, &before).await;
    let mut lines = done(&applied, &before, &back);
    if let Some(time) = how.lasting {
        let time = humantime::format_duration(time);
        lines = lines.text(format!("what nobody changes until then goes back by itself in {time}"));
    }
    let mut end = End::Done;
    let mut arrival = None;
    if let Some(limit) = how.wait.wait {
        let arrived = fleet::arrived(operator, applied.epoch, limit).await?;
        (lines, end) = (lines.and(arrived.lines), arrived.end);
        arrival = Some(arrived.arrival);
    }
    let told = json!({ "plan": shown, "applied": applied, "take_back": back.commands, "arrival": arrival });
    page.answer(&told, &lines);
    Ok(end)
}

/// What was done, and how to take it back.
fn done(applied: &Applied, before: &[(String, u64)], back: &Back) -> Lines {
    let epoch = applied.epoch;
    let stays = |row: &&AppliedRow| {
        row.fields.is_empty() && before.contains(&(row.place.clone(), row.version))
    };
    let lines = applied.rows.iter().filter(|row| !stays(row)).fold(Lines::new(), |lines, row| {
        lines.good(match row.version {
            0 => format!("{} is changed (epoch {epoch})", row.place),
            version => format!("{} is at version {version} (epoch {epoch})", row.place),
        })
    });
    let commands = back.commands.iter();
    let lines = commands.fold(lines, |lines, line| lines.text(format!("to take it back: {line}")));
    let lines = back.unkept.iter().fold(lines, |lines, line| lines.text(line));
    match back.secrets.as_slice() {
        [] => lines,
        paths => lines.text(format!("what {} was before is not kept", paths.join(", "))),
    }
}

/// How to take a change back.
#[derive(Default)]
struct Back {
    /// A command for each row.
    commands: Vec<String>,
    /// Secrets that changed, which cannot be.
    secrets: Vec<String>,
    /// What is said of rows that cannot be, because nothing is kept of what they were.
    unkept: Vec<String>,
}

/// How to take `applied` back, which changed rows of these versions.
async fn take_back(operator: &Operator, applied: &Applied, before: &[(String, u64)]) -> Back {
    let name = shell::program();
    let mut back = Back::default();
    for row in &applied.rows {
        let Ok((block, _)) = operator.row(&row.place) else { continue };
        let schema = block.schema();
        let is_secret = |name: &str| schema.fields.iter().any(|f| f.name == name && f.secret);
        let (secrets, others): (Vec<_>, Vec<_>) =
            row.fields.iter().map(|change| change.field).partition(|name| is_secret(name));
        let secrets = secrets.into_iter().map(|name| format!("{}.{name}", row.place));
        back.secrets.extend(secrets);
        if others.is_empty() {
            continue;
        }
        let path = quoted(&row.place);
        if schema.adopt {
            match before_epoch(operator, &row.place, applied.epoch).await {
                Former::Version(version) => {
                    back.commands.push(format!("{name} config rollback {path} {version}"));
                }
                Former::NoRow => back.commands.push(format!("{name} config unset {path}")),
                Former::Unknown => {
                    back.unkept.push(format!("what it was is told by: {name} config history {path}"));
                }
                Former::NotKept => back.unkept.push(format!(
                    "the table of {} tells of no changes, so nothing is kept to take this back: `{name} \
                     config migrate --adopt` changes that",
                    row.place
                )),
            }
            continue;
        }
        let version = before.iter().find(|(other, _)| *other == row.place);
        let version = version.map_or(0, |(_, version)| *version);
        back.commands.push(format!("{name} config rollback {path} {version}"));
    }
    back
}

/// What a row of an adopted table was before a change.
enum Former {
    Version(u64),
    NoRow,
    NotKept,
    Unknown,
}

/// What was there before the change of that epoch, which is the newest, or the one before it.
async fn before_epoch(operator: &Operator, place: &str, epoch: u64) -> Former {
    // The change is made, and stays so if this fails.
    let Ok(history) = within(async { Ok(operator.history(place, 3).await?) }).await else {
        return Former::Unknown;
    };
    let mut versions = history.versions.iter().skip_while(|version| version.epoch != Some(epoch));
    match (versions.next(), versions.next()) {
        (Some(_), Some(former)) if former.deleted_by.is_none() => Former::Version(former.version),
        (Some(_), _) => Former::NoRow,
        (None, _) => Former::NotKept,
    }
}

/// What a plan would do, for people; rows of which nothing is to be said only if `every` is.
pub(super) fn told(plan: &Plan, every: bool) -> Lines {
    plan.rows().iter().fold(Lines::new(), |lines, row| {
        let text = row.to_string();
        match text.split_once('\n') {
            Some((first, rest)) => lines.title(first).text(rest),
            None if every => lines.title(text),
            None => lines,
        }
    })
}
