//! What things are called in Redis.

use crate::key::Key;
use crate::schema::BlockSchema;

/// Names that belong to one store, and to no other on the same server.
///
/// The braces have a cluster keep all of them in one place, where a script can reach them.
pub(super) struct Names(String);

impl Names {
    pub(super) fn new(namespace: &str) -> Self {
        Self(format!("config_sdk:{{{namespace}}}"))
    }

    /// The epoch that was told last.
    pub(super) fn epoch(&self) -> &str {
        &self.0
    }

    /// The channel on which epochs are told.
    pub(super) fn channel(&self) -> String {
        format!("{}:changes", self.0)
    }

    /// The state of a block.
    ///
    /// Programs that read it in another way, such as a newer one with one more column, keep copies of
    /// their own: what one of them left out, the other would take for a default.
    pub(super) fn state(&self, block: &BlockSchema) -> String {
        let mut form = crc32fast::Hasher::new();
        let columns = block.fields.iter().map(|field| field.column);
        let words = block.keys.iter().map(|key| key.name).chain(["|"]).chain(columns);
        for word in
            [block.table.as_str(), if block.adopt { "adopt" } else { "" }].into_iter().chain(words)
        {
            form.update(word.as_bytes());
            form.update(&[0]);
        }
        format!("{}:{}.{:08x}", self.0, block.name, form.finalize())
    }

    /// The copy of `key`; that of the shared row, if `None`. A key may be any bytes but none.
    pub(super) fn copy(state: &str, key: Option<&Key>) -> String {
        format!("{state}:{}", key.map_or("", Key::joined))
    }
}

/// A namespace that two processes of one store agree on, as long as they reach it in the same way.
pub(super) fn namespace_of(source: &str) -> String {
    if source == "memory" {
        // Every store in memory is called that, and none is another process's.
        return format!("memory-{:016x}", fastrand::u64(..));
    }
    let tame = |c: char| if c.is_ascii_alphanumeric() || "-_.:/".contains(c) { c } else { '-' };
    source.chars().map(tame).collect()
}

/// Whether people may name a namespace so.
pub(super) fn is_namespace(text: &str) -> bool {
    let is_tame = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    (1..=64).contains(&text.len()) && text.bytes().all(is_tame)
}
