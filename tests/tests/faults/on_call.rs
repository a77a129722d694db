//! The page for whoever is on call, row by row: what it quotes has to be said.

use config_benches::faults::is_of;

const PAGE: &str = include_str!("../../../config-sdk/src/docs/on_call.md");

/// What the page quotes of one fault.
#[derive(Debug)]
pub(crate) struct Quotes {
    /// Of the status while the fault lasts.
    status: Vec<String>,
    /// Of the log while the fault lasts.
    log: Vec<String>,
    /// Of the log when the fault is over.
    over: Vec<String>,
}

impl Quotes {
    /// Those of the row that begins with `fault`, but for what follows in brackets.
    pub(crate) fn of(fault: &str) -> Self {
        let rows = PAGE.lines().filter_map(|line| line.strip_prefix("| "));
        let mut cells = rows.map(|row| row.split(" | "));
        let row = cells.find_map(|mut row| is_of(fault, row.next()?).then_some(row));
        let mut row = row.unwrap_or_else(|| panic!("docs/on_call.md has no row {fault:?}"));
        let mut quotes = || quoted(row.next().expect("a cell"));
        Self { status: quotes(), log: quotes(), over: quotes() }
    }

    /// What the page quotes while the fault lasts and neither `status` nor `log` says.
    pub(crate) fn unsaid(&self, status: &str, log: &str) -> Vec<&str> {
        let mut unsaid = unsaid(&self.status, status);
        unsaid.extend(self::unsaid(&self.log, log));
        unsaid
    }

    /// What the page quotes of the log, up to the fault's end, and `log` does not say.
    pub(crate) fn unsaid_at_the_end(&self, log: &str) -> Vec<&str> {
        let mut unsaid = unsaid(&self.log, log);
        unsaid.extend(self::unsaid(&self.over, log));
        unsaid
    }
}

/// What stands between backticks.
fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn unsaid<'a>(quotes: &'a [String], text: &str) -> Vec<&'a str> {
    let says = |quote: &&String| text.lines().any(|line| says(line, quote));
    quotes.iter().filter(|quote| !says(quote)).map(String::as_str).collect()
}

/// Whether the parts of `quote`, which `…` separates, are in `line`, one after the other.
fn says(line: &str, quote: &str) -> bool {
    let mut rest = Some(line);
    for part in quote.split('…') {
        rest = rest.and_then(|rest| rest.split_once(part)).map(|(_, rest)| rest);
    }
    rest.is_some()
}

#[test]
fn a_quote_with_gaps_is_found_in_one_line_and_in_order() {
    assert!(says("store  lost since 2026: refused", "lost since …: refused"));
    assert!(!says("refused: lost since 2026", "lost since …: refused"));
    let quotes = ["a…c".to_owned()];
    assert_eq!(unsaid(&quotes, "a\nc"), ["a…c"]);
    assert_eq!(quoted("says `this` and `that…`"), ["this", "that…"]);
}

/// A row that no fault has is one that nobody holds.
#[test]
fn every_row_of_the_page_is_a_fault_of_the_suite() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/faults");
    let files = std::fs::read_dir(folder).expect("this folder").flatten();
    let suite: String = files.flat_map(|file| std::fs::read_to_string(file.path())).collect();
    let (_, table) = PAGE.split_once("\n|---").expect("a table");
    let rows = table.lines().skip(1).take_while(|line| line.starts_with("| "));
    let faults: Vec<_> = rows.filter_map(|row| row[2..].split(" | ").next()).collect();
    assert!(faults.len() > 20, "{faults:?}");
    for fault in faults {
        assert!(suite.contains(&format!("\"{fault}\"")), "no test is about {fault:?}");
    }
}
