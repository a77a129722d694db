//! The rules that every [`Source`](crate::Source) is held to, for a source of your own to be run through.
//!
//! Say how your store is edited, by implementing [`Subject`], and hold it to the rules in a test:
//!
//! ```
//! use std::sync::Arc;
//!
//! use config_sdk::testing::conformance::{self, Row, Subject};
//! use config_sdk::{BoxFuture, MemoryStore, Source};
//!
//! struct Memory(MemoryStore);
//!
//! impl Subject for Memory {
//!     fn source(&self) -> Arc<dyn Source> {
//!         Arc::new(self.0.clone())
//!     }
//!
//!     fn write<'a>(&'a self, rows: &'a [Row]) -> BoxFuture<'a, ()> {
//!         self.0.transaction(|edit| {
//!             for row in rows {
//!                 let (block, columns) = (row.block.name, row.columns.clone());
//!                 match (&row.key, columns) {
//!                     (None, Some(columns)) => edit.put(block, columns),
//!                     (None, None) => edit.remove(block),
//!                     (Some(key), Some(columns)) => edit.put_key(block, key, columns),
//!                     (Some(key), None) => edit.remove_key(block, key),
//!                 }
//!             }
//!         });
//!         Box::pin(std::future::ready(()))
//!     }
//!
//!     fn has_keys(&self) -> bool {
//!         true
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! conformance::hold(&Memory(MemoryStore::new())).await;
//! # }
//! ```
//!
//! A store that keeps tables makes them for [`blocks`] first, and for [`keyed_blocks`] if it
//! [has keys](Subject::has_keys); one that has none need not look at a row's key. The suite runs its rules one after the
//! other, and expects that nobody else edits the store meanwhile.

#[cfg(feature = "ops")]
mod desk;
#[cfg(feature = "ops")]
mod drafts;
mod keyed;
mod keys;
mod listening;
mod moments;
#[cfg(feature = "ops")]
mod past;
mod reader;
mod reading;
mod subject;
mod texts;
#[cfg(feature = "ops")]
mod writing;

use std::fmt;
use std::time::Duration;

pub use subject::{Row, Subject, blocks, keyed_blocks};

use crate::guarded::guarded;
use crate::source::BoxFuture;
use reader::Verdict;

/// How long a rule may take: long enough for a busy machine, short enough for a source that hangs.
const LIMIT: Duration = Duration::from_secs(30);

/// A rule that a source broke.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Broken {
    /// The rule, as a sentence.
    pub rule: String,
    /// What was seen.
    pub seen: String,
}

/// `only what changed is yielded: expected ["a"], and ["a", "b"] was yielded`
impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.seen)
    }
}

/// Holds the subject's source to every rule.
///
/// # Panics
/// If it breaks any; the message lists all that it breaks.
pub async fn hold(subject: &dyn Subject) {
    none("source", &broken_rules(subject).await);
}

/// Holds the subject's source to every rule, and returns those that it breaks.
pub async fn broken_rules(subject: &dyn Subject) -> Vec<Broken> {
    broken(RULES, subject).await
}

/// Holds the [writer](crate::Writer) of the subject's store to every rule. What it writes is read through
/// the source, which is to be [held](hold) to its own rules first.
///
/// # Panics
/// If it breaks any; the message lists all that it breaks.
#[cfg(feature = "ops")]
pub async fn hold_writer(subject: &dyn Subject) {
    none("writer", &broken_writer_rules(subject).await);
}

/// Holds the writer of the subject's store to every rule, and returns those that it breaks.
#[cfg(feature = "ops")]
pub async fn broken_writer_rules(subject: &dyn Subject) -> Vec<Broken> {
    broken(WRITER_RULES, subject).await
}

fn none(what: &str, broken: &[Broken]) {
    let lines: Vec<_> = broken.iter().map(|broken| format!("  - {broken}")).collect();
    assert!(lines.is_empty(), "the {what} breaks rules of its contract:\n{}", lines.join("\n"));
}

async fn broken(rules: &[(&str, Rule)], subject: &dyn Subject) -> Vec<Broken> {
    let mut broken = Vec::new();
    for (name, rule) in rules {
        let seen = match tokio::time::timeout(LIMIT, guarded(rule(subject))).await {
            Ok(Some(Ok(()))) => continue,
            Ok(Some(Err(seen))) => seen,
            Ok(None) => "it panicked; the message is in the test's output".to_owned(),
            Err(_) => format!("no end within {LIMIT:?}"),
        };
        let rule = name.replace("_s_", "'s ").replace('_', " ");
        broken.push(Broken { rule, seen });
    }
    broken
}

/// A rule, to be run on a subject.
type Rule = for<'a> fn(&'a dyn Subject) -> BoxFuture<'a, Verdict>;

/// The rules by name, in an order in which the first that breaks says most.
macro_rules! rules {
    ($($file:ident :: $name:ident;)*) => {
        &[$((stringify!($name), |subject| Box::pin($file::$name(subject)))),*]
    };
}

const RULES: &[(&str, Rule)] = rules! {
    reading::the_first_fetch_yields_every_block;
    reading::where_nothing_changed_nothing_is_yielded;
    reading::only_what_changed_is_yielded;
    reading::what_was_missed_is_yielded_later;
    reading::also_names_blocks_that_come_in_any_case;
    reading::a_wrong_hint_does_no_harm;
    reading::an_epoch_above_the_store_s_own_means_everything;
    reading::a_row_that_was_removed_is_found_missing;
    reading::blocks_that_were_not_asked_for_are_left_out;
    reading::a_block_that_cannot_be_read_fails_alone;
    moments::the_epoch_grows_with_each_change;
    moments::the_version_grows_with_each_change_of_its_block;
    moments::blocks_changed_in_one_transaction_come_together;
    moments::a_fetch_is_as_of_one_moment;
    moments::a_fetch_dropped_half_way_leaves_the_source_usable;
    moments::fetches_in_parallel_agree;
    texts::every_text_comes_back_as_it_was_written;
    texts::no_text_and_empty_text_are_two_things;
    texts::a_row_of_nothing_but_null_is_a_row;
    keyed::the_first_fetch_yields_all_keys;
    keyed::only_the_keys_that_changed_are_yielded;
    keyed::what_was_missed_of_keys_is_yielded_later;
    keyed::a_changed_shared_row_is_a_change_of_all_keys;
    keyed::a_row_of_a_key_that_was_removed_is_found_missing;
    keyed::also_and_high_epochs_mean_all_keys;
    keyed::keys_changed_in_one_transaction_come_together;
    keyed::a_keyed_block_that_cannot_be_read_fails_alone;
    keyed::an_invalidation_is_heard_of_as_a_change;
    keys::keys_are_loaded_with_the_row_that_they_inherit_from;
    keys::a_load_is_of_this_epoch;
    keys::a_load_is_as_of_one_moment;
    keys::every_text_is_a_key_and_no_other;
    keys::page_after_page_visits_every_key_once;
    keys::a_load_dropped_half_way_leaves_the_source_usable;
    listening::a_change_after_listening_is_signalled;
    listening::dropped_listening_ends;
    listening::no_password_is_shown;
};

#[cfg(feature = "ops")]
const WRITER_RULES: &[(&str, Rule)] = rules! {
    writing::a_row_is_made_and_changed;
    writing::every_text_that_was_set_comes_back;
    writing::what_is_so_already_moves_no_epoch;
    writing::a_conflict_names_what_is_there_and_nothing_is_written;
    writing::what_is_held_is_not_written_and_may_conflict;
    writing::a_refused_write_writes_nothing;
    writing::what_is_written_at_once_is_one_epoch;
    writing::writers_at_once_lose_nothing;
    writing::versions_grow_and_are_never_given_twice;
    writing::a_row_is_never_left_out_for_its_size;
    writing::keys_and_the_row_that_they_inherit_from_are_written;
    past::the_past_tells_the_row_before;
    past::an_author_given_twice_is_the_author_twice;
    past::an_edit_by_other_means_is_in_the_past;
    past::a_secret_is_named_in_the_past_and_never_told;
    past::the_past_of_a_key_is_its_own;
    past::an_expiring_change_is_undone_once;
    past::what_processes_say_moves_no_epoch;
    past::defaults_are_kept_beside_former_ones;
    drafts::a_draft_is_read_by_nobody;
    drafts::an_activated_draft_takes_the_place_of_the_active_row;
    drafts::a_discarded_draft_is_gone;
    drafts::a_draft_of_a_key_is_that_key_s;
};
