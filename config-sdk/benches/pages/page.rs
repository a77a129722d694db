//! A page: prose, with tables between lines that say which.

use std::path::Path;

use crate::Faults;
use crate::figures;
use crate::reports::Reports;

/// Where a page is, and what it is filled from.
pub(crate) struct Page<'a> {
    pub(crate) path: &'a Path,
    pub(crate) reports: &'a Reports,
    /// Leaves alone what no report has.
    pub(crate) draft: bool,
}

const END: &str = "<!-- end -->";

impl Page<'_> {
    /// The page with its tables made anew; their names go into `shown`.
    pub(crate) fn fill(&self, text: &str, shown: &mut Vec<String>, faults: &mut Faults) -> String {
        let mut filled = String::new();
        let mut lines = text.lines().enumerate();
        while let Some((number, line)) = lines.next() {
            filled.push_str(line);
            filled.push('\n');
            let Some(marker) = marker(line) else {
                continue;
            };
            let mut fault = |what: String| {
                faults.push(format!("{}:{}: {what}", self.path.display(), number + 1));
            };
            let (mut former, mut ended) = (Vec::new(), false);
            for (_, line) in lines.by_ref() {
                ended = line == END;
                if ended || self::marker(line).is_some() {
                    break;
                }
                former.push(line);
            }
            if !ended {
                fault(format!("`{line}` has no `{END}` after it."));
                continue;
            }
            shown.extend(marker.strip_prefix("table: ").map(str::to_owned));
            let table = self.content(marker);
            let table = match table {
                Ok(table) => table,
                Err(_) if self.draft => former.join("\n").trim().to_owned(),
                Err(what) => {
                    fault(what);
                    continue;
                }
            };
            let gap = if table.is_empty() { "" } else { "\n\n" };
            filled.push_str(&format!("\n{table}{gap}{END}\n"));
        }
        filled
    }

    fn content(&self, marker: &str) -> Result<String, String> {
        match marker {
            "wanted" => Ok(figures::by_section(self.reports)),
            "machine" => Ok(self.reports.machine().to_string()),
            _ => {
                let name = marker.strip_prefix("table: ").ok_or_else(|| {
                    format!("`{marker}` is none of `table: BENCH/ID`, `wanted` and `machine`.")
                })?;
                let table = self.reports.table(name).ok_or_else(|| {
                    format!("No report has the table {name}. Run its benchmark, or take it out.")
                })?;
                Ok(table.to_string())
            }
        }
    }
}

/// What stands in a line that is a comment and nothing else.
fn marker(line: &str) -> Option<&str> {
    let marker = line.strip_prefix("<!-- ")?.strip_suffix(" -->")?;
    (line != END).then_some(marker)
}

#[cfg(test)]
mod tests {
    use config_benches::{Report, Table};

    use super::*;

    fn fill(text: &str, draft: bool) -> (String, Vec<String>, Faults) {
        let cells = || vec!["a".to_owned()];
        let table = Table { id: "t".to_owned(), columns: cells(), rows: vec![cells()] };
        let bench = "reading".to_owned();
        let reports =
            Reports::from(vec![Report { bench, tables: vec![table], ..Report::default() }]);
        let (mut shown, mut faults) = (Vec::new(), Vec::new());
        let page = Page { path: Path::new("p.md"), reports: &reports, draft };
        (page.fill(text, &mut shown, &mut faults), shown, faults)
    }

    #[test]
    fn a_table_takes_the_place_of_the_one_before_and_nothing_else_changes() {
        let filled = "# P\n<!-- table: reading/t -->\n\n| a |\n|---|\n| a |\n\n<!-- end -->\nend\n";
        for before in ["", "| old |\n\n| x |\n"] {
            let text = format!("# P\n<!-- table: reading/t -->\n{before}<!-- end -->\nend\n");
            assert_eq!(
                fill(&text, false),
                (filled.to_owned(), vec!["reading/t".to_owned()], vec![])
            );
        }
        assert_eq!(fill(filled, false).0, filled);
    }

    #[test]
    fn what_is_wrong_with_a_page_is_named() {
        let faults = |text| fill(text, false).2.join("\n");
        let none = "p.md:2: No report has the table reading/u. Run its benchmark, or take it out.";
        assert_eq!(faults("x\n<!-- table: reading/u -->\n<!-- end -->\n"), none);
        let unknown = "p.md:1: `list` is none of `table: BENCH/ID`, `wanted` and `machine`.";
        assert_eq!(faults("<!-- list -->\n<!-- end -->\n"), unknown);
        let open = "p.md:1: `<!-- machine -->` has no `<!-- end -->` after it.";
        assert_eq!(faults("<!-- machine -->\n| a |\n"), open);
        assert_eq!(faults("<!-- machine -->\n<!-- wanted -->\n<!-- end -->\n"), open);
    }

    #[test]
    fn a_draft_leaves_alone_what_no_report_has() {
        let text = "<!-- table: fleet/t -->\n\n| old |\n\n<!-- end -->\n";
        assert_eq!(fill(text, true), (text.to_owned(), vec!["fleet/t".to_owned()], vec![]));
    }
}
