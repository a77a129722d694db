//! A JSON file that people edit as a source: `{"trading": {"score_threshold": "0.8"}}`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use config_sdk::{BoxFuture, Deaf, Fetched, Found, Record, Request, Signal, Source, SourceError};

/// How often to look whether the file is another one.
const LOOK: Duration = Duration::from_millis(50);

/// Each block's columns as texts, or what else somebody wrote there.
type Document = BTreeMap<String, serde_json::Value>;

/// A JSON file as a source. Whoever edits it writes a new file and renames it over the old one.
pub(crate) struct JsonFile {
    path: PathBuf,
    seen: Mutex<Seen>,
}

/// The document as it was read last, and when each block changed.
#[derive(Default)]
struct Seen {
    epoch: u64,
    document: Document,
    changed: BTreeMap<String, u64>,
}

impl JsonFile {
    pub(crate) fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), seen: Mutex::default() }
    }

    /// Reads the file, and counts what is new in it as one change.
    fn look(&self) -> Result<MutexGuard<'_, Seen>, SourceError> {
        // Locked first, so that an older document is never taken for a newer one.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let document = read(&self.path)?;
        let names = document.keys().chain(seen.document.keys());
        let differs = |name: &&String| document.get(*name) != seen.document.get(*name);
        let moved: Vec<_> = names.filter(differs).cloned().collect();
        if !moved.is_empty() {
            seen.epoch += 1;
            let epoch = seen.epoch;
            seen.changed.extend(moved.into_iter().map(|name| (name, epoch)));
            seen.document = document;
        }
        Ok(seen)
    }

    fn answer(&self, request: &Request<'_>) -> Result<Fetched, SourceError> {
        let seen = self.look()?;
        let since = request.counts_from(0, seen.epoch);
        let changed = |name| seen.changed.get(name).copied().unwrap_or(0);
        let mut fetched = Fetched::unchanged(seen.epoch);
        for block in request.blocks {
            let is_new = since.is_none_or(|since| changed(block.name) > since);
            if is_new || request.also.contains(&block.name) {
                fetched.blocks.insert(block.name, seen.found(block.name));
            }
        }
        Ok(fetched)
    }
}

impl Seen {
    fn found(&self, name: &str) -> Found {
        let Some(columns) = self.document.get(name) else {
            return Ok(None);
        };
        let columns = serde_json::from_value(columns.clone());
        let mut record = Record::new(self.changed.get(name).copied().unwrap_or(0));
        record.columns = columns
            .map_err(|error| format!("`{name}` is not an object of column and text: {error}"))?;
        Ok(Some(record))
    }
}

fn read(path: &Path) -> Result<Document, SourceError> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| SourceError::unreachable(format!("{}: {error}", path.display())))?;
    serde_json::from_str(&text)
        .map_err(|error| SourceError::refused(format!("correct {}: {error}", path.display())))
}

impl Source for JsonFile {
    fn name(&self) -> String {
        format!("file {}", self.path.display())
    }

    fn fetch<'a>(&'a self, request: Request<'a>) -> BoxFuture<'a, Result<Fetched, SourceError>> {
        Box::pin(async move { self.answer(&request) })
    }

    fn changes<'a>(&'a self, signal: Signal) -> BoxFuture<'a, Deaf> {
        Box::pin(async move {
            let mut last = read(&self.path).ok();
            signal.listening();
            loop {
                tokio::time::sleep(LOOK).await;
                let now = read(&self.path).ok();
                if now != last {
                    signal.changed([]);
                    last = now;
                }
            }
        })
    }
}
