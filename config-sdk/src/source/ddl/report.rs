//! What `migrate` and `check` report.

use std::fmt;

use serde::Serialize;

/// One thing that `migrate` did, or that it leaves to a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Step {
    /// Whether it is done; if not, it is for a person to decide.
    pub done: bool,
    /// What was done, or what is in the way and why it was left.
    pub what: String,
    /// The SQL that did it, or that would.
    pub sql: String,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.done {
            return write!(f, "done: {}", self.what);
        }
        write!(f, "left: {}", self.what)?;
        for line in self.sql.lines() {
            write!(f, "\n    {line}")?;
        }
        Ok(())
    }
}

/// One way in which a store is not what the blocks' types say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// The block; none if it is about the store's own bookkeeping.
    pub block: Option<String>,
    /// The column, if it is about one.
    pub column: Option<String>,
    /// What is different.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(block) = &self.block {
            write!(f, "{block}: ")?;
        }
        write!(f, "{}; {}", self.what, self.remedy)
    }
}
