//! Drafts: listed, shown, activated, discarded.

use serde_json::json;

use super::assignment::DraftName;
use super::end::{End, Failure, Outcome};
use super::grammar::Draft as Command;
use super::options::Making;
use super::page::{Lines, Page};
use super::table::table;
use super::{clock, confirmed, make, within};
use crate::ops::{Draft, Operator};

pub(super) async fn run(operator: &Operator, command: Command, page: &mut Page) -> Outcome {
    match command {
        Command::List => within(list(operator, page)).await,
        Command::Show { draft } => within(show(operator, &draft, page)).await,
        Command::Activate { drafts, even_if_newer, reason, author, dry_run, wait, yes } => {
            let how = Making { reason, author, dry_run, wait, yes, ..Making::default() };
            let change =
                within(async { Ok(operator.activate(&names(&drafts), even_if_newer).await?) });
            let change = make::laid(operator, change.await?, &how, &[])?;
            let care = make::Care { is_made_anyway: true, ..make::Care::default() };
            make::make(operator, change, &how, care, page).await
        }
        Command::Discard { drafts, yes } => discard(operator, &drafts, yes, page).await,
    }
}

fn names(drafts: &[DraftName]) -> Vec<(&str, u64)> {
    drafts.iter().map(|draft| (draft.path.as_str(), draft.version)).collect()
}

async fn list(operator: &Operator, page: &mut Page) -> Outcome {
    let drafts = operator.drafts().await?;
    let rows = drafts.iter().map(|draft| {
        let author = draft.author.clone().unwrap_or_default();
        let reason = draft.reason.clone().unwrap_or_default();
        [name(draft), author, draft.time.map_or(String::new(), clock::second), reason]
    });
    let lines = match drafts.as_slice() {
        [] => Lines::plain("there is no draft"),
        _ => table(&["draft", "by", "time", "reason"], rows),
    };
    page.answer(&drafts, &lines);
    Ok(End::Done)
}

async fn show(operator: &Operator, wanted: &DraftName, page: &mut Page) -> Outcome {
    let (_, place) = operator.row(&wanted.path)?;
    let place = place.to_string();
    let drafts = operator.drafts().await?;
    let is_it = |draft: &&Draft| draft.place == place && draft.version == wanted.version;
    let Some(draft) = drafts.iter().find(is_it) else {
        let known: Vec<_> = drafts.iter().map(name).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        let said = format!("there is no draft {place}@{}; there are: {known}", wanted.version);
        return Err(Failure::usage(said));
    };
    let mut title = name(draft);
    let by = draft.author.as_ref().map(|author| format!(", by {author}"));
    let at = draft.time.map(|time| format!(", {}", clock::second(time)));
    let why = draft.reason.as_ref().map(|reason| format!(": {reason}"));
    title.extend([by, at, why].into_iter().flatten());
    let mut lines = Lines::new().title(title);
    if draft.active > draft.version {
        let said = format!("it was overtaken: version {} is active", draft.active);
        lines = lines.bad(said);
    }
    lines = draft.fields.iter().fold(lines, |lines, field| lines.text(format!("  {field}")));
    if draft.fields.is_empty() {
        lines = lines.text("  it would change nothing");
    }
    page.answer(draft, &lines);
    Ok(End::Done)
}

async fn discard(operator: &Operator, drafts: &[DraftName], yes: bool, page: &mut Page) -> Outcome {
    let told: Vec<_> =
        drafts.iter().map(|draft| format!("{}@{}", draft.path, draft.version)).collect();
    confirmed(page, &format!("Delete {}?", told.join(", ")), yes, true)?;
    let epoch = within(async { Ok(operator.discard(&names(drafts)).await?) }).await?;
    let lines = Lines::new().good(format!("deleted {}", told.join(", ")));
    page.answer(&json!({ "discarded": told, "epoch": epoch }), &lines);
    Ok(End::Done)
}

/// As it can be typed.
fn name(draft: &Draft) -> String {
    format!("{}@{}", draft.place, draft.version)
}
