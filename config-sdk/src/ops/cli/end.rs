//! How a command ends: its exit code, and what it says where it did not do what was asked.

use std::process::ExitCode;

use serde_json::{Value, json};

use crate::change::ChangeError;
use crate::client::StartError;
use crate::source::SourceError;

/// What the exit codes mean, as `--help` tells it.
pub(super) const CODES: &str = "\
Exit codes:
  0  done
  1  the store refuses or cannot be reached
  2  wrong usage: of the command line, of a path, of a URL
  3  turned away by the rules of a block; nothing was changed
  4  somebody else changed the same row meanwhile; nothing was changed
  5  not confirmed, or waited in vain
  6  differences or faults were found";

/// What a command comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Done = 0,
    Store = 1,
    Usage = 2,
    Rejected = 3,
    Conflict = 4,
    Unconfirmed = 5,
    Found = 6,
}

impl End {
    fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Store => "store",
            Self::Usage => "usage",
            Self::Rejected => "rejected",
            Self::Conflict => "conflict",
            Self::Unconfirmed => "unconfirmed",
            Self::Found => "found",
        }
    }
}

impl From<End> for ExitCode {
    fn from(end: End) -> Self {
        Self::from(end as u8)
    }
}

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) end: End,
    pub(super) said: String,
    /// What programs get besides.
    detail: Option<(&'static str, Value)>,
}

/// How a command ended.
pub(super) type Outcome = Result<End, Failure>;

impl Failure {
    pub(super) fn new(end: End, said: impl Into<String>) -> Self {
        Self { end, said: said.into(), detail: None }
    }

    pub(super) fn usage(said: impl Into<String>) -> Self {
        Self::new(End::Usage, said)
    }

    /// The same for programs.
    pub(super) fn json(&self) -> Value {
        let mut error = json!({ "kind": self.end.word(), "message": self.said });
        if let (Some((name, detail)), Some(error)) = (&self.detail, error.as_object_mut()) {
            error.insert((*name).to_owned(), detail.clone());
        }
        json!({ "error": error })
    }
}

impl From<ChangeError> for Failure {
    fn from(error: ChangeError) -> Self {
        let said = typed(&error);
        let (end, detail) = match error {
            ChangeError::Mistakes(_) => (End::Usage, None),
            ChangeError::Rejected(faults) => (End::Rejected, Some(("faults", json!(faults)))),
            ChangeError::Conflict(rows) => (End::Conflict, Some(("conflicts", json!(rows)))),
            ChangeError::Overtaken => (End::Conflict, None),
            ChangeError::Store(_) => (End::Store, None),
        };
        Self { end, said, detail }
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        Self::new(End::Store, typed(&error))
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        let end = match error {
            StartError::Mistakes(_) => End::Usage,
            _ => End::Store,
        };
        Self::new(end, typed(&error))
    }
}

/// What an error says, with what to type where it says what to write in the program.
pub(super) fn typed(error: &impl std::fmt::Display) -> String {
    error.to_string().replace("add `.migrate()`", "run `config migrate`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operator_is_told_what_to_type() {
        let error = SourceError::refused("no tables: add `.migrate()`, or run the SQL");
        let failure = Failure::from(error);
        assert_eq!(failure.said, "no tables: run `config migrate`, or run the SQL");
        assert_eq!(failure.end, End::Store);
        assert_eq!(failure.json()["error"]["kind"], "store");
    }
}
