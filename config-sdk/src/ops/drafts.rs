//! Drafts: versions that were saved and that nobody reads until they are activated.

use std::time::SystemTime;

use serde::Serialize;

use super::Operator;
use super::versions::differ;
use crate::block::BlockType;
use crate::change::{ChangeError, ChangeMistake, ChangeSet, FieldChange};
use crate::record::Record;
use crate::schema::BlockSchema;
use crate::source::{Deed, Entry, Place, Write, WriteError};

/// A version that was saved and that nobody reads.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Draft {
    /// Where it would be: `trading`, `bytes[guild-1]`.
    pub place: String,
    /// Its number.
    pub version: u64,
    /// Who saved it.
    pub author: Option<String>,
    /// When.
    #[serde(serialize_with = "crate::time::serialize_option")]
    pub time: Option<SystemTime>,
    /// Why.
    pub reason: Option<String>,
    /// The version that readers have; newer than the draft if that was overtaken.
    pub active: u64,
    /// What it would change now. Secrets are not among it.
    pub fields: Vec<FieldChange>,
}

impl Operator {
    /// All drafts, by block and key.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn drafts(&self) -> Result<Vec<Draft>, ChangeError> {
        self.drafts_of(&self.desk.schemas()).await
    }

    /// The drafts of these blocks.
    pub(super) async fn drafts_of(
        &self,
        blocks: &[&'static BlockSchema],
    ) -> Result<Vec<Draft>, ChangeError> {
        let found = self.desk.writer()?.drafts(blocks).await?;
        let places: Vec<_> = found.iter().map(|(place, _)| place.clone()).collect();
        let stacks = self.desk.rows(&places).await?;
        let mut drafts = Vec::new();
        for ((place, record), stack) in found.into_iter().zip(stacks) {
            let Some(block) = self.desk.named(place.block.name) else { continue };
            drafts.push(Draft {
                place: place.to_string(),
                version: record.version,
                active: stack.own.as_ref().map_or(0, |own| own.version),
                fields: differ(&block, stack.own.as_ref(), Some(&record), stack.shared.as_ref()),
                author: record.author,
                time: record.time,
                reason: record.reason,
            });
        }
        Ok(drafts)
    }

    /// Begins a change that makes these drafts the active rows, all of them together: each by the path
    /// of its row and its version. One that was overtaken by a newer version is a conflict, unless
    /// `even_if_newer`.
    ///
    /// # Errors
    /// If there is no such draft, or the store cannot be read.
    pub async fn activate(
        &self,
        drafts: &[(&str, u64)],
        even_if_newer: bool,
    ) -> Result<ChangeSet, ChangeError> {
        let mut set = self.change();
        for (block, place, record) in self.saved(drafts).await? {
            let version = record.version;
            set = set.activate(block, place, version, record, even_if_newer);
        }
        Ok(set)
    }

    /// Deletes these drafts, all of them together.
    ///
    /// # Errors
    /// If there is no such draft, or the store refuses or cannot be reached.
    pub async fn discard(&self, drafts: &[(&str, u64)]) -> Result<u64, ChangeError> {
        loop {
            let saved = self.saved(drafts).await?;
            let places: Vec<_> = saved.iter().map(|(_, place, _)| place.clone()).collect();
            let stacks = self.desk.rows(&places).await?;
            let mut write = Write { author: self.signature(), ..Write::default() };
            for ((_, place, record), stack) in saved.into_iter().zip(stacks) {
                write.entries.push(Entry::new(place, stack.own, Deed::Discard(record.version)));
            }
            match self.desk.writer()?.write(&write).await {
                Ok(written) => return Ok(written.epoch),
                Err(WriteError::Store(error)) => return Err(error.into()),
                // The active row beside a draft is no matter here, and may have changed meanwhile.
                Err(_) => {}
            }
        }
    }

    async fn saved(
        &self,
        drafts: &[(&str, u64)],
    ) -> Result<Vec<(BlockType, Place, Record)>, ChangeError> {
        let mut blocks: Vec<&'static BlockSchema> = Vec::new();
        for (path, _) in drafts {
            let schema = self.row(path)?.0.schema();
            if !blocks.iter().any(|block| block.name == schema.name) {
                blocks.push(schema);
            }
        }
        let found = self.desk.writer()?.drafts(&blocks).await?;
        let mut saved = Vec::new();
        let mut mistakes = Vec::new();
        for (path, version) in drafts {
            let (block, place) = self.row(path)?;
            let is_it =
                |(other, record): &&(Place, Record)| *other == place && record.version == *version;
            match found.iter().find(is_it) {
                Some((_, record)) => saved.push((block, place, record.clone())),
                None => {
                    let others = found.iter().filter(|(other, _)| *other == place);
                    let others: Vec<_> = others.map(|(_, r)| r.version.to_string()).collect();
                    mistakes.push(ChangeMistake::NoVersion {
                        place: format!("{place}, among its drafts,"),
                        version: *version,
                        known: match others.as_slice() {
                            [] => ": it has none".to_owned(),
                            others => format!("; there are: {}", others.join(", ")),
                        },
                    });
                }
            }
        }
        if mistakes.is_empty() { Ok(saved) } else { Err(ChangeError::Mistakes(mistakes)) }
    }
}
