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
            let former: Vec<_> =
                lines.by_ref().map(|(_, line)| line).take_while(|line| *line != END).collect();
            if former.iter().any(|line| self::marker(line).is_some()) || !text.contains(END) {
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
