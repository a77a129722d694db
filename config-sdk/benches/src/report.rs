//! What a benchmark found: printed as it goes, and kept for the pages that are made of all of them.

use std::fmt::Display;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::machine::machine;

/// What one benchmark found.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Report {
    /// The benchmark's name, and that of its file.
    pub bench: String,
    /// Whether it was the quick version: fewer rounds, smaller numbers.
    pub quick: bool,
    /// Where it ran, when, and with what: names and what there is to say.
    pub machine: Vec<(String, String)>,
    /// What it measured of the figures that are wanted.
    pub figures: Vec<Figure>,
    /// What people read.
    pub tables: Vec<Table>,
    /// What people look at.
    pub plots: Vec<Plot>,
}

/// One measured value of a figure that is wanted.
#[derive(Debug, Serialize, Deserialize)]
pub struct Figure {
    /// Which one: `reading.get`.
    pub id: String,
    /// In the unit that the wanted one is in.
    pub value: f64,
    /// What lies behind the value, for people: `11.98 ns beside 10.80 ns`.
    pub detail: String,
}

/// Rows under headings.
#[derive(Debug, Serialize, Deserialize)]
pub struct Table {
    /// Names it in the pages: `blocks`.
    pub id: String,
    /// The headings.
    pub columns: Vec<String>,
    /// As many cells in each as there are headings.
    pub rows: Vec<Vec<String>>,
}

/// Lines over two axes.
#[derive(Debug, Serialize, Deserialize)]
pub struct Plot {
    /// Names its file: `reads_by_threads`.
    pub id: String,
    /// What it shows, in a sentence.
    pub title: String,
    /// From left to right.
    pub x: Axis,
    /// From bottom to top.
    pub y: Axis,
    /// The lines.
    pub series: Vec<Series>,
}

/// What an axis counts.
#[derive(Debug, Serialize, Deserialize)]
pub struct Axis {
    /// With its unit: `ns per read`.
    pub label: String,
    /// Whether each step is ten times the one before.
    pub log: bool,
}

/// One line of a plot.
#[derive(Debug, Serialize, Deserialize)]
pub struct Series {
    /// What it stands for.
    pub name: String,
    /// In the order of x.
    pub points: Vec<(f64, f64)>,
}

impl Report {
    /// A report of the benchmark `bench`. `None` unless `cargo bench` runs the program, which says so by the
    /// word `--bench`: `cargo test --all-targets` runs it too, and it is not a test.
    #[must_use]
    pub fn begin(bench: &str) -> Option<Self> {
        said("--bench").then(|| Self::of(bench))
    }

    /// A report of the benchmark `bench`, whoever runs it; quick if the program was called with `--quick`.
    #[must_use]
    pub fn of(bench: &str) -> Self {
        Self { bench: bench.to_owned(), quick: said("--quick"), ..Self::default() }
    }

    /// Which of a benchmark's parts were named on the command line; all, if none was.
    #[must_use]
    pub fn wants(&self, part: &str) -> bool {
        let named = |word: &String| !word.starts_with('-');
        let mut words = std::env::args().skip(1).filter(named).peekable();
        words.peek().is_none() || words.any(|word| word == part)
    }

    /// The one for a quick run, or the other.
    #[must_use]
    pub fn size<T>(&self, quick: T, whole: T) -> T {
        if self.quick { quick } else { whole }
    }

    /// Notes what was measured of a figure that is wanted.
    pub fn figure(&mut self, id: &str, value: f64, detail: impl Display) {
        println!("\n{id}: {value:.3} ({detail})");
        self.figures.push(Figure { id: id.to_owned(), value, detail: detail.to_string() });
    }

    /// Prints a table and keeps it.
    pub fn table(&mut self, id: &str, columns: &[&str], rows: Vec<Vec<String>>) {
        let columns = columns.iter().map(ToString::to_string).collect();
        let table = Table { id: id.to_owned(), columns, rows };
        println!("\n{table:#}");
        self.tables.push(table);
    }

    /// Keeps a plot.
    pub fn plot(&mut self, plot: Plot) {
        self.plots.push(plot);
    }

    /// Writes it down. A run of some parts only replaces what is of these parts, if the others were
    /// measured on the same day, by the same machine and programs, and of the same revision.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn end(mut self) {
        self.machine = machine();
        let folder = folder(self.quick);
        let path = folder.join(format!("{}.json", self.bench));
        let former = std::fs::read_to_string(&path).ok();
        let former = former.and_then(|text| serde_json::from_str::<Self>(&text).ok());
        let report = match former {
            Some(former) if former.machine == self.machine => self.over(former),
            _ => self,
        };
        std::fs::create_dir_all(&folder).expect("a folder for what was found");
        let text = serde_json::to_string_pretty(&report).expect("a report is plain data");
        std::fs::write(&path, text + "\n").expect("what was found is written");
        println!("\nWritten to {}", path.display());
    }

    /// This one, and what it does not have from `former`.
    fn over(mut self, former: Self) -> Self {
        let Self { figures, tables, plots, .. } = former;
        let has = |id: &str| self.figures.iter().any(|figure| figure.id == id);
        let old: Vec<_> = figures.into_iter().filter(|figure| !has(&figure.id)).collect();
        self.figures.extend(old);
        let has = |id: &str| self.tables.iter().any(|table| table.id == id);
        let old: Vec<_> = tables.into_iter().filter(|table| !has(&table.id)).collect();
        self.tables.extend(old);
        let has = |id: &str| self.plots.iter().any(|plot| plot.id == id);
        let old: Vec<_> = plots.into_iter().filter(|plot| !has(&plot.id)).collect();
        self.plots.extend(old);
        self
    }
}

/// Whether the program was called with that word.
fn said(word: &str) -> bool {
    std::env::args().any(|argument| argument == word)
}

/// Where reports are kept: `target/performance` of the workspace, and `quick` in it for the quick ones.
#[must_use]
pub fn folder(quick: bool) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let package = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = target.or_else(|| Some(package.ancestors().nth(2)?.join("target")));
    let folder = target.expect("the package is in the workspace").join("performance");
    if quick { folder.join("quick") } else { folder }
}

/// As Markdown; with `#`, its columns stand below each other.
impl Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let widths: Vec<_> = (0..self.columns.len())
            .map(|column| {
                let rows = self.rows.iter().chain([&self.columns]);
                let lengths =
                    rows.filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
                if f.alternate() { lengths.max().unwrap_or_default() } else { 0 }
            })
            .collect();
        let line = |row: &[String]| {
            let cells = row.iter().zip(&widths).map(|(cell, width)| format!(" {cell:width$} |"));
            format!("|{}", cells.collect::<String>())
        };
        writeln!(f, "{}", line(&self.columns))?;
        write!(f, "|")?;
        widths.iter().try_for_each(|width| write!(f, "{:-<1$}|", "", (width + 2).max(3)))?;
        self.rows.iter().try_for_each(|row| write!(f, "\n{}", line(row)))
    }
}
