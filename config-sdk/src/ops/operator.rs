//! The operator's way to a store: what it offers, and how one comes by it.

use std::fmt;
use std::sync::Arc;

use crate::block::BlockType;
use crate::change::{ChangeError, ChangeSet, Desk, ExpiringChange, FieldChange};
use crate::client::{Config, ConfigBuilder, StartError};
use crate::path::Target;
use crate::refresh::Overlay;
use crate::source::{Difference, Place, SourceError, Step, Store};

/// What an operator does with the blocks of a program: change values with author and reason, try a
/// change before making it, look at the past, take a version back, save drafts.
///
/// It reads the store itself, and so says what *is*, whatever this process has read of it. Every row
/// is judged by the program's own types before it is written.
///
/// ```
/// # use config_sdk::{Config, ConfigBlock};
/// # #[derive(ConfigBlock)]
/// # struct Limits { #[config(default = 5, range = 1..=9)] most: u32 }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let config = Config::builder().block::<Limits>().url("memory:").start().await?;
/// let operator = config.operator()?;
///
/// let change = operator.change().set::<Limits>(|limits| limits.most = 7);
/// let applied = change.author("anna").reason("a busy day").apply().await?;
/// config.wait_for(applied.epoch, std::time::Duration::from_secs(2)).await?;
/// assert_eq!(config.get::<Limits>().most, 7);
///
/// let refused = operator.change().set_path("limits.most", "10").plan().await?;
/// assert_eq!(refused.faults().len(), 1);
///
/// operator.rollback("limits", 0).await?.reason("it was calm").apply().await?;
/// assert_eq!(operator.value("limits.most").await?.as_i64(), Some(5));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Operator {
    pub(super) desk: Desk,
    /// What lies over every row in this process.
    pub(super) overlay: Arc<Overlay>,
    author: Option<String>,
}

impl Config {
    /// The operator's way to the store that this configuration reads. It keeps the store's connections
    /// open as long as it lives.
    ///
    /// # Errors
    /// If the configuration was shut down, or was fixed by a test and has no store.
    pub fn operator(&self) -> Result<Operator, SourceError> {
        let (desk, overlay) = self.desk()?;
        Ok(Operator::new(desk, overlay))
    }
}

impl ConfigBuilder {
    /// The operator's way to the store, without starting: for a command that does one thing and ends.
    /// Nothing is connected yet.
    ///
    /// # Errors
    /// For mistakes in the program, its environment or the URL, all of them at once.
    pub fn operator(&self) -> Result<Operator, StartError> {
        let (desk, overlay) = self.desk()?;
        Ok(Operator::new(desk, overlay))
    }
}

impl Operator {
    fn new(desk: Desk, overlay: Arc<Overlay>) -> Self {
        Self { desk, overlay, author: None }
    }

    /// Says who makes the changes, unless a change says otherwise.
    #[must_use]
    pub fn author(self, author: impl Into<String>) -> Self {
        Self { author: Some(author.into()), ..self }
    }

    pub(super) fn signature(&self) -> Option<String> {
        self.author.clone()
    }

    /// Begins a change over one or several blocks and keys.
    pub fn change(&self) -> ChangeSet {
        ChangeSet::new(self.desk.clone(), self.author.clone())
    }

    /// Begins a change that makes the row at `path` (`trading`, `bytes[guild-1]`) what it was at
    /// `version`, as a new version; 0 is no row at all, so that every field is reset. Secrets stay as
    /// they are: the past does not hold them.
    ///
    /// What the row was is judged by today's types when it is planned, and columns of it that are no
    /// field's any more are [told](crate::PlannedRow::gone).
    ///
    /// # Errors
    /// If there is no such row or version, or the store cannot be read.
    pub async fn rollback(&self, path: &str, version: u64) -> Result<ChangeSet, ChangeError> {
        let (block, place) = self.row(path)?;
        let record = self.version(&place, version).await?;
        let fields = block.schema().fields.iter().enumerate();
        let text = |column: &str| record.columns.get(column).cloned().flatten();
        let fields = fields
            .filter(|(_, field)| !field.secret)
            .map(|(index, field)| (index, text(field.column)))
            .collect();
        let gone = crate::change::gone(block.schema(), &record.columns);
        let set = self.change().set_fields(block, place.clone(), fields);
        Ok(set.tell_gone(place, gone))
    }

    /// In which fields two versions of the row at `path` differ; 0 is no row at all. Secrets are not
    /// among them.
    ///
    /// # Errors
    /// As [`rollback`](Self::rollback).
    pub async fn diff(
        &self,
        path: &str,
        from: u64,
        to: u64,
    ) -> Result<Vec<FieldChange>, ChangeError> {
        let (block, place) = self.row(path)?;
        let (from, to) = (self.version(&place, from).await?, self.version(&place, to).await?);
        Ok(super::versions::differ(&block, Some(&from), Some(&to), None))
    }

    /// The changes for a time that have not been undone yet, the next one first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn expiring(&self) -> Result<Vec<ExpiringChange>, SourceError> {
        let expiring = self.desk.writer()?.expiring().await?;
        Ok(expiring.iter().map(ExpiringChange::of).collect())
    }

    /// Brings the store's tables up to the structs; see [`Store::migrate`].
    ///
    /// # Errors
    /// If the store cannot be reached or refuses.
    pub async fn migrate(&self) -> Result<Vec<Step>, SourceError> {
        let steps = self.store()?.migrate(&self.desk.schemas()).await?;
        self.desk.note_defaults().await;
        Ok(steps)
    }

    /// Lets tables that were there before tell of their changes; see [`Store::adopt`].
    ///
    /// # Errors
    /// If the store cannot be reached or refuses.
    pub async fn adopt(&self) -> Result<Vec<Step>, SourceError> {
        self.store()?.adopt(&self.desk.schemas()).await
    }

    /// Names every difference between the structs and the store's tables.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn drift(&self) -> Result<Vec<Difference>, SourceError> {
        self.store()?.check(&self.desk.schemas()).await
    }

    pub(super) fn store(&self) -> Result<&dyn Store, SourceError> {
        let none = || SourceError::refused("this source has no tables");
        self.desk.source.store().ok_or_else(none)
    }

    /// The row that `path` names, which ends with the block or the key.
    pub(super) fn row(&self, path: &str) -> Result<(BlockType, Place), ChangeError> {
        let (block, place, target) = self.target(path)?;
        match target.field {
            None => Ok((block, place)),
            Some(_) => {
                let whole = place.to_string();
                let problem = format!("names a field; name the row alone: `{whole}`");
                Err(crate::change::ChangeMistake::Part { path: path.to_owned(), problem }.into())
            }
        }
    }

    /// What `path` names.
    pub(super) fn target(&self, path: &str) -> Result<(BlockType, Place, Target), ChangeError> {
        let mut finding = self.change();
        match finding.find(path) {
            Some(found) => Ok(found),
            None => Err(ChangeError::Mistakes(finding.into_mistakes())),
        }
    }
}

impl fmt::Debug for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operator").field("desk", &self.desk).finish_non_exhaustive()
    }
}
