//! Text for people: many things in one message.

use std::fmt::Display;

/// Each on a line of its own, indented.
pub(crate) fn listed<T: Display>(things: impl IntoIterator<Item = T>) -> String {
    let indented = |thing: T| format!("\n  - {}", thing.to_string().replace('\n', "\n    "));
    things.into_iter().map(indented).collect()
}
