//! Makes the table of all figures, and the pages, of what benchmarks found. `scripts/performance` calls it.

mod figures;
mod page;
mod plot;
mod reports;
mod scale;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use page::Page;
use reports::Reports;

const USAGE: &str = "Usage: performance table [--quick]    print what was measured of each figure that is wanted
       performance pages [--draft]    put tables and plots into the pages; draft: also quick reports, and
                                      whatever there is no report of stays as it is";

fn main() -> ExitCode {
    let words: Vec<_> = std::env::args().skip(1).collect();
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let done = match words[..] {
        ["table"] => table(Reports::read(false)),
        ["table", "--quick"] => table(Reports::read(true)),
        ["pages"] => pages(Reports::read(false), false),
        ["pages", "--draft"] => pages(Reports::read_any(), true),
        _ => Err(vec![USAGE.to_owned()]),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(faults) => {
            faults.iter().for_each(|fault| eprintln!("{fault}"));
            ExitCode::FAILURE
        }
    }
}

/// Everything that is wrong, each in a sentence that says what to do.
type Faults = Vec<String>;

fn table(reports: Result<Reports, Faults>) -> Result<(), Faults> {
    let reports = reports?;
    println!("\n{:#}", figures::all(&reports));
    println!("\n{}", figures::counts(&reports));
    Ok(())
}

/// Writes all pages and plots, or nothing if anything is wrong.
fn pages(reports: Result<Reports, Faults>, draft: bool) -> Result<(), Faults> {
    let reports = reports?;
    let folder = folder();
    let mut faults = if draft { Vec::new() } else { reports.missing() };
    let mut files = BTreeMap::new();
    let mut shown = Vec::new();
    for (path, text) in pages_of(&folder)? {
        let page = Page { path: &path, reports: &reports, draft };
        files.insert(path.clone(), page.fill(&text, &mut shown, &mut faults));
    }
    let modules = folder.join("mod.rs");
    let modules = fs::read_to_string(&modules).map_err(|e| vec![format!("{modules:?}: {e}")])?;
    for report in reports.all() {
        for table in &report.tables {
            let name = format!("{}/{}", report.bench, table.id);
            if !shown.contains(&name) {
                faults.push(format!(
                    "No page shows the table {name}. Put `<!-- table: {name} -->` and `<!-- end -->` into one."
                ));
            }
        }
        for plot in &report.plots {
            let name = format!("{}.svg", plot.id);
            if !modules.contains(&format!("\"{name}\"")) {
                let bench = &report.bench;
                faults.push(format!(
                    "No page shows the plot {name} of {bench}. Include it in docs/performance/mod.rs."
                ));
            }
            match plot::draw(plot) {
                Ok(svg) => _ = files.insert(folder.join(name), svg),
                Err(error) => faults.push(format!("The plot {name} cannot be drawn: {error}")),
            }
        }
    }
    for (path, _) in texts(&folder, "svg")? {
        if !draft && !files.contains_key(&path) {
            faults.push(format!("{}: no report has this plot. Remove it.", path.display()));
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    for (path, text) in files {
        fs::write(&path, text).map_err(|error| vec![format!("{}: {error}", path.display())])?;
        println!("{}", path.display());
    }
    Ok(())
}

/// Where the pages are.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("src/docs/performance")
}

/// All pages with tables: those of the folder, and that of the faults beside it.
fn pages_of(folder: &Path) -> Result<Vec<(PathBuf, String)>, Faults> {
    let mut pages = texts(folder, "md")?;
    let path = folder.with_file_name("faults.md");
    match fs::read_to_string(&path) {
        Ok(text) => pages.push((path, text)),
        Err(error) => return Err(vec![format!("{}: {error}", path.display())]),
    }
    Ok(pages)
}

/// The files of a folder whose names end so.
fn texts(folder: &Path, extension: &str) -> Result<Vec<(PathBuf, String)>, Faults> {
    let fault = |error: std::io::Error| vec![format!("{}: {error}", folder.display())];
    let mut texts = Vec::new();
    for entry in fs::read_dir(folder).map_err(fault)? {
        let path = entry.map_err(fault)?.path();
        if path.extension().is_some_and(|there| there == extension) {
            let text = fs::read_to_string(&path).map_err(fault)?;
            texts.push((path, text));
        }
    }
    texts.sort();
    Ok(texts)
}

#[test]
fn every_table_in_the_pages_is_of_a_benchmark_whose_report_is_read() {
    let pages = pages_of(&folder()).expect("pages");
    let lines = pages.iter().flat_map(|(_, text)| text.lines());
    let tables: Vec<_> = lines.filter_map(|line| line.strip_prefix("<!-- table: ")).collect();
    assert!(!tables.is_empty());
    for table in tables {
        let bench = table.split('/').next().unwrap_or_default();
        assert!(config_benches::BENCHES.contains(&bench), "{table}");
    }
}
