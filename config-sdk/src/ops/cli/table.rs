//! Tables: aligned columns without lines between them.

use comfy_table::{ContentArrangement, Table, presets};

use super::page::{Lines, clean};

/// The longest text that a cell shows.
const WIDEST: usize = 60;

/// `rows` under a header, a long cell cut.
pub(super) fn table(
    header: &[&str],
    rows: impl IntoIterator<Item = impl IntoIterator<Item = String>>,
) -> Lines {
    laid(header, rows, cell)
}

/// The same with the whole of every cell.
pub(super) fn uncut(
    header: &[&str],
    rows: impl IntoIterator<Item = impl IntoIterator<Item = String>>,
) -> Lines {
    laid(header, rows, |text| clean(text, false))
}

fn laid(
    header: &[&str],
    rows: impl IntoIterator<Item = impl IntoIterator<Item = String>>,
    cell: fn(&str) -> String,
) -> Lines {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header.iter().copied());
    for row in rows {
        table.add_row(row.into_iter().map(|text| cell(&text)));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let text = table.trim_fmt();
    let (header, rows) = text.split_once('\n').unwrap_or((&text, ""));
    let lines = Lines::new().faint(header);
    if rows.is_empty() { lines } else { lines.text(rows) }
}

/// One line, as long as fits; `get` shows the whole of it.
fn cell(text: &str) -> String {
    let text = clean(text, false);
    match text.chars().count() > WIDEST {
        true => text.chars().take(WIDEST - 1).chain(['…']).collect(),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_a_long_cell_is_cut() {
        let rows = [["a", "1"], ["longer", "x\ny"]].map(|row| row.map(str::to_owned));
        let lines = format!("{:?}", table(&["field", "value"], rows));
        for line in ["\"field   value\"", "\"a       1\"", "\"longer  x\\\\ny\""] {
            assert!(lines.contains(line), "{lines}");
        }
        assert_eq!(cell(&"é".repeat(WIDEST)), "é".repeat(WIDEST));
        assert_eq!(cell(&"é".repeat(100)), format!("{}…", "é".repeat(WIDEST - 1)));
    }
}
