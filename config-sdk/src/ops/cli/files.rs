//! Rows as a file, and a file as one change.

use std::io::Read;
use std::path::Path;

use serde_json::json;

use super::end::{End, Failure, Outcome};
use super::make::{self, Care};
use super::options::{FormatName, Making};
use super::page::{Lines, Page};
use super::{LONG, within, within_time};
use crate::change::{ChangeError, ChangeSet};
use crate::ops::Operator;
use crate::ops::document::Format;

/// The most that is read of a file; a larger one is refused by what reads it.
const MOST: u64 = 32 << 20;

/// Makes rows what a file says.
pub(super) async fn apply(
    operator: &Operator,
    file: &str,
    whole: bool,
    how: Making,
    page: &mut Page,
) -> Outcome {
    if file == "-" {
        page.ask_nobody();
    }
    let change = read(operator, file, whole)?;
    let change = make::laid(operator, change, &how, &[])?;
    let care = Care { is_dangerous: whole, ..Care::default() };
    make::make(operator, change, &how, care, page).await
}

/// In what the store differs from a file.
pub(super) async fn diff(operator: &Operator, file: &str, page: &mut Page) -> Outcome {
    if operator.row(file).is_ok() {
        let said = format!(
            "name two versions to compare, as in `diff {file} 3 5`; or write `./{file}`, if it is a file"
        );
        return Err(Failure::usage(said));
    }
    let change = read(operator, file, false)?;
    let plan = within(async { Ok(change.plan().await?) }).await?;
    let lines = make::told(&plan, false);
    if !plan.faults().is_empty() {
        page.note(&lines);
        return Err(ChangeError::Rejected(plan.faults().clone()).into());
    }
    let is_change = plan.is_change();
    let lines = if is_change { lines } else { Lines::plain("no difference") };
    page.answer(&json!({ "plan": plan, "is_change": is_change }), &lines);
    Ok(if is_change { End::Found } else { End::Done })
}

/// What the store says, as a file.
pub(super) async fn export(
    operator: &Operator,
    blocks: &[String],
    format: FormatName,
    output: Option<&Path>,
    page: &mut Page,
) -> Outcome {
    let names: Vec<_> = blocks.iter().map(String::as_str).collect();
    let format = match format {
        FormatName::Json => Format::Json,
        FormatName::Toml if page.is_json() && output.is_none() => Format::Json,
        FormatName::Toml => Format::Toml,
    };
    let bar = page.working("reading rows");
    let text = within_time(LONG, async { Ok(operator.export(&names, format).await?) }).await?;
    drop(bar);
    let Some(path) = output else {
        page.bare(text.trim_end());
        return Ok(End::Done);
    };
    let failed = |error| format!("{} cannot be written: {error}", path.display());
    std::fs::write(path, &text).map_err(|error| Failure::usage(failed(error)))?;
    let said = format!("wrote {}", path.display());
    page.answer(&json!({ "file": path.display().to_string() }), &Lines::new().good(said));
    Ok(End::Done)
}

/// A file as a change. What is not named `.json` is read as TOML, and text that begins with `{` as
/// JSON, which is no beginning of TOML.
fn read(operator: &Operator, file: &str, whole: bool) -> Result<ChangeSet, Failure> {
    let failed = |error| Failure::usage(format!("{file} cannot be read: {error}"));
    let mut text = String::new();
    let read = match file {
        "-" => std::io::stdin().take(MOST).read_to_string(&mut text),
        path => {
            std::fs::File::open(path).and_then(|file| file.take(MOST).read_to_string(&mut text))
        }
    };
    read.map_err(failed)?;
    let is_json = text.trim_start().starts_with('{') || file.ends_with(".json");
    let format = if is_json { Format::Json } else { Format::Toml };
    Ok(operator.import(&text, format, whole)?)
}
