//! What benchmarks found, read again.

use std::fs;

use config_benches::{BENCHES, Figure, Report, Table, bench, folder};

use crate::Faults;

/// The reports that are kept, at most one of each benchmark.
pub(crate) struct Reports(Vec<Report>);

impl From<Vec<Report>> for Reports {
    fn from(reports: Vec<Report>) -> Self {
        Self(reports)
    }
}

impl Reports {
    /// Those of whole runs, or those of quick ones.
    pub(crate) fn read(quick: bool) -> Result<Self, Faults> {
        let (mut reports, mut faults) = (Vec::new(), Vec::new());
        for bench in BENCHES {
            let path = folder(quick).join(format!("{bench}.json"));
            let Ok(text) = fs::read_to_string(&path) else {
                continue;
            };
            match serde_json::from_str(&text) {
                Ok(report) => reports.push(report),
                Err(error) => faults.push(format!(
                    "{} cannot be read: {error}. Run {bench} again.",
                    path.display()
                )),
            }
        }
        if faults.is_empty() { Ok(Self(reports)) } else { Err(faults) }
    }

    /// Those of whole runs, and of quick ones where there was none.
    pub(crate) fn read_any() -> Result<Self, Faults> {
        let (Self(mut reports), Self(quick)) = (Self::read(false)?, Self::read(true)?);
        let has = |bench: &str| reports.iter().any(|report| report.bench == bench);
        let others: Vec<_> = quick.into_iter().filter(|report| !has(&report.bench)).collect();
        reports.extend(others);
        Ok(Self(reports))
    }

    pub(crate) fn all(&self) -> &[Report] {
        &self.0
    }

    /// A sentence for each benchmark that has no report.
    pub(crate) fn missing(&self) -> Faults {
        let missing = BENCHES.into_iter().filter(|bench| self.of(bench).is_none());
        missing
            .map(|bench| {
                format!("There is no report of {bench}. Say `scripts/performance whole {bench}`.")
            })
            .collect()
    }

    pub(crate) fn of(&self, bench: &str) -> Option<&Report> {
        self.0.iter().find(|report| report.bench == bench)
    }

    pub(crate) fn figure(&self, id: &str) -> Option<&Figure> {
        let report = self.of(bench(id))?;
        report.figures.iter().find(|figure| figure.id == id)
    }

    /// `name` is that of the benchmark and that of the table: `reading/blocks`.
    pub(crate) fn table(&self, name: &str) -> Option<&Table> {
        let (bench, id) = name.split_once('/')?;
        self.of(bench)?.tables.iter().find(|table| table.id == id)
    }

    /// Where they ran, when, and with what: everything that any of them says.
    pub(crate) fn machine(&self) -> Table {
        let mut facts: Vec<(String, Vec<&str>)> = Vec::new();
        for (name, fact) in self.0.iter().flat_map(|report| &report.machine) {
            match facts.iter_mut().find(|(known, _)| known == name) {
                None => facts.push((name.clone(), vec![fact])),
                Some((_, said)) if !said.contains(&fact.as_str()) => said.push(fact),
                Some(_) => {}
            }
        }
        let quick: Vec<_> = self.0.iter().filter(|report| report.quick).collect();
        if !quick.is_empty() {
            let names = quick.iter().map(|report| report.bench.as_str()).collect();
            facts.push(("only the quick version of".to_owned(), names));
        }
        let rows = facts.into_iter().map(|(name, said)| vec![name, said.join(", ")]).collect();
        Table { id: String::new(), columns: vec!["measured".to_owned(), String::new()], rows }
    }
}
