//! What came of each fault of the fault suite, which keeps it for its report, and the bounds it is held to.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// By when the state must be right, from a fault's beginning on.
pub const NOTICED: Duration = Duration::from_secs(20);
/// By when readers must have what is committed, and the state be well again, after a fault's end.
pub const HEALED: Duration = Duration::from_secs(2);
/// What the process may grow by, in bytes.
pub const GROWTH: u64 = 64 << 20;

/// What came of one fault.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// What the pages call it, and in brackets what else there is to say.
    pub fault: String,
    /// From its beginning until the state showed it; `None` where there is nothing to show.
    pub noticed: Option<Duration>,
    /// From its end until readers had what was committed, and the state was well.
    pub healed: Duration,
    /// From its beginning until then.
    pub length: Duration,
    /// What the library asked of the server; for a killed one, since it was started again.
    pub queries: u64,
    /// How often it looked: each pass reads the epoch once, and so does each heartbeat.
    pub looks: u64,
    /// How many connections it opened.
    pub connections: u64,
    /// Changes committed meanwhile; push has each looked at.
    pub changes: u64,
    /// The newest of them that readers did not come to have.
    pub lost: u64,
    /// Reads of both blocks and of a snapshot.
    pub reads: u64,
    /// Those that panicked.
    pub failed: u64,
    /// Those that saw halves, mixtures or steps back.
    pub torn: u64,
    /// The longest that a read took.
    pub worst: Duration,
    /// What the process grew by, in bytes.
    pub growth: u64,
}

impl Outcome {
    /// How often the library may look: more would be a storm.
    #[must_use]
    pub fn looks_allowed(&self) -> u64 {
        20 + 2 * self.changes + 20 * self.seconds()
    }

    /// How long it was, in seconds that have begun.
    #[must_use]
    pub fn seconds(&self) -> u64 {
        self.length.as_secs() + 1
    }

    /// Whether it is of the fault that a page has under this name.
    #[must_use]
    pub fn is_of(&self, name: &str) -> bool {
        is_of(&self.fault, name)
    }

    /// Prints it, and writes it down in a file of its own.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn keep(&self, folder: &Path) {
        let text = serde_json::to_string_pretty(self).expect("an outcome is plain data");
        println!("{text}");
        fs::create_dir_all(folder).expect("a folder for outcomes");
        let name: String =
            self.fault.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
        fs::write(folder.join(format!("{name}.json")), text + "\n").expect("an outcome is written");
    }

    /// All that are kept in `folder`, by name.
    ///
    /// # Panics
    /// If one is not what [`keep`](Self::keep) writes.
    #[must_use]
    pub fn kept(folder: &Path) -> Vec<Self> {
        let files = fs::read_dir(folder).into_iter().flatten().flatten();
        let texts = files.filter_map(|file| fs::read_to_string(file.path()).ok());
        let outcomes = texts.map(|text| serde_json::from_str(&text).expect("an outcome"));
        let mut outcomes: Vec<Self> = outcomes.collect();
        outcomes.sort_by(|one, other| one.fault.cmp(&other.fault));
        outcomes
    }
}

/// Whether `fault` is the one that a page has under `name`, but for what follows in brackets.
#[must_use]
pub fn is_of(fault: &str, name: &str) -> bool {
    fault.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(" ("))
}

#[test]
fn what_follows_in_brackets_is_not_part_of_a_faults_name() {
    assert!(is_of("disk full", "disk full") && is_of("disk full (a file)", "disk full"));
    assert!(!is_of("10,000 notifications/s", "10,000 notifications"));
}
