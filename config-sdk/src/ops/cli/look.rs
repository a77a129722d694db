//! What the store says now: blocks, rows, values, keys.

use serde_json::json;

use super::clock;
use super::end::{End, Failure, Outcome};
use super::grammar::List;
use super::page::{Lines, Page};
use super::shell;
use super::table::{table, uncut};
use crate::key::Key;
use crate::ops::{Listed, Operator};
use crate::record::Record;
use crate::schema::BlockSchema;
use crate::source::{Place, Wanted, Which};

/// Blocks with every field, one row, or the keys of a block.
pub(super) async fn list(operator: &Operator, what: List, page: &mut Page) -> Outcome {
    if let Some(block) = &what.keys {
        return keys(operator, block, &what, page).await;
    }
    if let Some(path) = &what.row {
        let (block, _) = operator.row(path)?;
        let row = operator.row_at(path).await?;
        let schema = block.schema();
        let mut value = json!(row);
        let fields = value.get_mut("fields").and_then(|fields| fields.as_array_mut());
        for (told, field) in fields.into_iter().flatten().zip(&schema.fields) {
            told["doc"] = json!(field.doc);
            told["secret"] = json!(field.secret);
        }
        page.answer(&value, &titled(&row, Some(schema)));
        return Ok(End::Done);
    }
    let rows = operator.rows().await?;
    let lines = rows.iter().fold(Lines::new(), |lines, row| {
        let lines = lines.gap().and(titled(row, None));
        match operator.row(&row.place) {
            Ok((block, _)) if block.schema().is_keyed() => {
                lines.faint(format!("what its keys inherit; those: `list --keys {}`", row.place))
            }
            _ => lines,
        }
    });
    page.answer(&rows, &lines);
    Ok(End::Done)
}

/// One value without anything around it, or a row's fields.
pub(super) async fn get(operator: &Operator, path: &str, page: &mut Page) -> Outcome {
    if operator.target(path)?.2.field.is_none() {
        let row = operator.row_at(path).await?;
        let cells = row.fields.iter();
        let cells = cells.map(|f| [f.name.to_owned(), f.from.to_string(), f.value.to_string()]);
        page.answer(&row, &uncut(&["field", "from", "value"], cells));
        return Ok(End::Done);
    }
    let value = operator.value(path).await?;
    if page.is_json() {
        page.answer(&json!({ "path": path, "value": value }), &Lines::new());
    } else {
        page.bare(&value.to_string());
    }
    Ok(End::Done)
}

/// Everything that has a say in a value.
pub(super) async fn explain(operator: &Operator, path: &str, page: &mut Page) -> Outcome {
    let trace = operator.explain(path).await?;
    let times = trace.layers.iter().filter_map(|layer| layer.time);
    let mut lines = Lines::plain(clock::shortened(trace.to_string(), times));
    let (block, _, target) = operator.target(path)?;
    let field = target.field.and_then(|index| block.schema().fields.get(index));
    let is_secret = field.is_some_and(|field| field.secret);
    if is_secret {
        let (name, path) = (shell::program(), super::assignment::quoted(path));
        let said = format!("never shown; `{name} config set {path} --stdin` sets it");
        lines = lines.text(format!("  {:<11}  {said}", "secret"));
    }
    let mut value = json!(trace);
    value["secret"] = json!(is_secret);
    page.answer(&value, &lines);
    Ok(End::Done)
}

/// A part of a keyed block's keys.
async fn keys(operator: &Operator, block: &str, what: &List, page: &mut Page) -> Outcome {
    let (block, _) = operator.row(block)?;
    let schema = block.schema();
    if !schema.is_keyed() {
        let said = format!("block `{0}` has no keys: `list {0}` shows its row", schema.name);
        return Err(Failure::usage(said));
    }
    let after = match &what.after {
        Some(path) => operator.row(path)?.1.key,
        None => None,
    };
    let which = Which::Page { after: after.as_ref(), limit: what.limit };
    let loaded = operator.desk.source.load(Wanted::of(schema, which)).await?;
    let own = &loaded.rows.own;
    let path =
        |(key, _): &(Key, Record)| Place { block: schema, key: Some(key.clone()) }.to_string();
    let paths: Vec<_> = own.iter().map(path).collect();
    let rows = paths.iter().zip(own).map(|(path, (_, record))| {
        let author = record.author.clone().unwrap_or_default();
        [
            path.clone(),
            record.version.to_string(),
            author,
            record.time.map_or(String::new(), clock::second),
        ]
    });
    let mut lines = table(&["row", "version", "by", "time"], rows);
    let last = paths.last().filter(|_| paths.len() == what.limit);
    if let Some(last) = last {
        let last = super::assignment::quoted(last);
        lines = lines.faint(format!("there may be more: --after {last}"));
    }
    let rows = own.iter().zip(&paths).map(|((key, record), path)| {
        let parts: Vec<_> = key.parts().collect();
        json!({ "row": path, "key": parts, "version": record.version, "author": record.author })
    });
    let rows: Vec<_> = rows.collect();
    page.answer(&json!({ "block": schema.name, "keys": rows, "after": last }), &lines);
    Ok(End::Done)
}

/// A row under its name.
fn titled(row: &Listed, described: Option<&BlockSchema>) -> Lines {
    let mut title = match (row.is_there, row.version) {
        (false, _) => format!("{} (no row)", row.place),
        (true, 0) => row.place.clone(),
        (true, version) => format!("{} (version {version}", row.place),
    };
    if row.version > 0 {
        let by = row.author.as_ref().map(|author| format!(", by {author}"));
        let at = row.time.map(|time| format!(", {}", clock::second(time)));
        let why = row.reason.as_ref().map(|reason| format!(": {reason}"));
        title.extend([by, at, why].into_iter().flatten());
        title.push(')');
    }
    let lines = Lines::new().title(title).and(fields(row, described));
    row.faults.iter().fold(lines, |lines, fault| lines.bad(format!("refused: {fault}")))
}

fn fields(row: &Listed, described: Option<&BlockSchema>) -> Lines {
    let cells = row.fields.iter().enumerate().map(|(index, field)| {
        let mut cells =
            vec![field.name.to_owned(), field.value.to_string(), field.from.to_string()];
        if let Some(schema) = described {
            let known = schema.fields.get(index);
            let doc = known.and_then(|field| field.doc.lines().next()).unwrap_or_default();
            let is_secret = known.is_some_and(|field| field.secret);
            cells.push(if is_secret { format!("(secret) {doc}") } else { doc.to_owned() });
        }
        cells
    });
    let header: &[&str] = match described {
        Some(_) => &["field", "value", "from", "what it is"],
        None => &["field", "value", "from"],
    };
    table(header, cells)
}
