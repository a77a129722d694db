//! How a command ends: its exit code, and what it says where it did not do what was asked.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::shell;
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
    /// The same where nothing was to be changed.
    read: Option<String>,
}

/// How a command ended.
pub(super) type Outcome = Result<End, Failure>;

impl Failure {
    pub(super) fn new(end: End, said: impl Into<String>) -> Self {
        Self { end, said: said.into(), detail: None, read: None }
    }

    pub(super) fn usage(said: impl Into<String>) -> Self {
        Self::new(End::Usage, said)
    }

    /// The same of a command that changes nothing, and so is not told of a change.
    pub(super) fn reading(self) -> Self {
        Self { said: self.read.unwrap_or(self.said), read: None, ..self }
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
        let read = match &error {
            ChangeError::Mistakes(mistakes) => {
                let told: Vec<_> = mistakes.iter().map(typed).collect();
                Some(told.join("\n"))
            }
            _ => None,
        };
        let (end, detail) = match error {
            ChangeError::Mistakes(_) => (End::Usage, None),
            ChangeError::Rejected(faults) => (End::Rejected, Some(("faults", json!(faults)))),
            ChangeError::Conflict(rows) => (End::Conflict, Some(("conflicts", json!(rows)))),
            ChangeError::Overtaken => (End::Conflict, None),
            ChangeError::Store(_) => (End::Store, None),
        };
        Self { end, said, detail, read }
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

/// What the library writes for who writes the program, and what an operator types instead.
const TYPED: [(&str, &str); 4] = [
    ("add `.migrate()`", "run `NAME config migrate`"),
    ("; run migrate", "; run `NAME config migrate`"),
    ("see `adopt_now`", "run `NAME config migrate --adopt`"),
    ("without `lasting`", "without `--for`"),
];

/// What an error or a status says, with what to type where it says what to write in the program.
pub(super) fn typed(told: &impl std::fmt::Display) -> String {
    TYPED.iter().fold(told.to_string(), |text, (written, typed)| match text.contains(written) {
        true => text.replace(written, &typed.replace("NAME", shell::program())),
        false => text,
    })
}

/// What is missing, if the error says that migrating makes it.
pub(super) fn made_by_migrating(error: &SourceError) -> Option<String> {
    let text = error.to_string();
    let (missing, remedy) = text.rsplit_once(": ")?;
    remedy.contains("add `.migrate()`").then(|| missing.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_reads_is_told_of_no_change() {
        let error = || ChangeError::from(crate::change::ChangeMistake::Empty);
        assert!(Failure::from(error()).said.contains("the change is put together wrongly"));
        let said = Failure::from(error()).reading().said;
        assert_eq!(said, "it changes nothing: set or unset at least one field");
    }

    #[test]
    fn an_operator_is_told_what_to_type() {
        let error = SourceError::refused("no tables: add `.migrate()`, or run the SQL");
        let failure = Failure::from(error);
        let name = shell::program();
        assert_eq!(failure.said, format!("no tables: run `{name} config migrate`, or run the SQL"));
        let polled = typed(&"found by polling; see `adopt_now`");
        assert_eq!(polled, format!("found by polling; run `{name} config migrate --adopt`"));
        assert_eq!(failure.end, End::Store);
        assert_eq!(failure.json()["error"]["kind"], "store");
    }
}
