//! What things are called in Redis.

use std::path::{Path, PathBuf};

use crate::key::Key;
use crate::schema::BlockSchema;

/// The names in one namespace. Stores that share it do not meet: each has copies, and an epoch that
/// was told, under its own identity.
///
/// The braces have a cluster keep all of them in one place, where a script can reach them.
pub(super) struct Names(String);

impl Names {
    pub(super) fn new(namespace: &str) -> Self {
        Self(format!("config_sdk:{{{namespace}}}"))
    }

    /// The epoch that was told last of a store.
    pub(super) fn epoch(&self, store: &str) -> String {
        format!("{}.{:08x}", self.0, crc32fast::hash(store.as_bytes()))
    }

    /// The channel on which epochs are told. All stores have one, because it is listened to before
    /// a store has told which it is; a process looks once too often for what it hears of another.
    pub(super) fn channel(&self) -> String {
        format!("{}:changes", self.0)
    }

    /// The state of a block of a store.
    ///
    /// Programs that read it in another way, such as a newer one with one more column, keep copies of
    /// their own: what one of them left out, the other would take for a default.
    pub(super) fn state(&self, store: &str, block: &BlockSchema) -> String {
        let mut form = crc32fast::Hasher::new();
        let columns = block.fields.iter().map(|field| field.column);
        let words = block.keys.iter().map(|key| key.name).chain(["|"]).chain(columns);
        for word in
            [block.table.as_str(), if block.adopt { "adopt" } else { "" }].into_iter().chain(words)
        {
            form.update(word.as_bytes());
            form.update(&[0]);
        }
        format!("{}:{}.{:08x}", self.epoch(store), block.name, form.finalize())
    }

    /// The copy of `key`; that of the shared row, if `None`. A key may be any bytes but none.
    pub(super) fn copy(state: &str, key: Option<&Key>) -> String {
        format!("{state}:{}", key.map_or("", Key::joined))
    }
}

/// A namespace that all processes agree on which reach one store in the same way.
///
/// A name that means another store on another machine, such as a path or `localhost`, is only this
/// machine's; a path is told from where the file system begins. Databases of one name in several
/// clusters have one namespace, and their identities tell them apart.
pub(super) fn namespace_of(source: &str) -> String {
    let source = match source.strip_prefix("sqlite ") {
        Some(path) => format!("sqlite {}", whole(Path::new(path)).display()),
        None => source.to_owned(),
    };
    let tame = |c: char| if c.is_ascii_alphanumeric() || "-_.:/".contains(c) { c } else { '-' };
    let name: String = source.chars().map(tame).collect();
    // The name as it was, because two names may be one when they are tamed.
    let sum = crc32fast::hash(source.as_bytes());
    if means_the_same_everywhere(&source) {
        format!("{name}:{sum:08x}")
    } else {
        format!("{name}:{sum:08x}:{}", machine(&source))
    }
}

/// `path` as all programs say it, wherever they were started and whatever links they go through. The
/// file may not be there yet.
fn whole(path: &Path) -> PathBuf {
    let folder = || Some(path.parent()?.canonicalize().ok()?.join(path.file_name()?));
    let absolute = || std::path::absolute(path).ok();
    path.canonicalize().ok().or_else(folder).or_else(absolute).unwrap_or_else(|| path.to_owned())
}

fn means_the_same_everywhere(source: &str) -> bool {
    let Some(address) = source.strip_prefix("postgres ") else { return false };
    let is_local = |host: &str| {
        let (name, _) = host.rsplit_once(':').unwrap_or((host, ""));
        name.starts_with('/') || name.starts_with("127.") || ["localhost", "::1"].contains(&name)
    };
    let (hosts, _) = address.rsplit_once('/').unwrap_or((address, ""));
    !hosts.split(',').any(is_local)
}

/// What tells this machine from others; every store in memory is one of its own.
fn machine(source: &str) -> String {
    let named = ["/etc/machine-id", "/proc/sys/kernel/hostname"].map(std::fs::read_to_string);
    let named: String = named.into_iter().flatten().collect();
    if source == "memory" || named.trim().is_empty() {
        return format!("{:016x}", fastrand::u64(..));
    }
    format!("{:08x}", crc32fast::hash(named.as_bytes()))
}

/// Whether people may name a namespace so.
pub(super) fn is_namespace(text: &str) -> bool {
    let is_tame = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    (1..=64).contains(&text.len()) && text.bytes().all(is_tame)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_means_something_else_elsewhere_is_this_machines_alone() {
        let same = |source: &str| means_the_same_everywhere(source);
        assert!(same("postgres db.internal:5432/shop"));
        assert!(same("postgres 10.0.0.1:5432,10.0.0.2:5432/shop"));
        for source in [
            "postgres 127.0.0.1:5432/shop",
            "postgres localhost:5432/shop",
            "postgres ::1:5432/shop",
            "postgres /var/run/postgresql:5432/shop",
            "postgres db.internal:5432,localhost:5432/shop",
            "sqlite config.db",
            "memory",
        ] {
            assert!(!same(source), "{source}");
        }
        assert_ne!(namespace_of("memory"), namespace_of("memory"));
    }

    #[test]
    fn two_stores_have_no_namespace_in_common() {
        assert_ne!(namespace_of("postgres db:5432/a{b"), namespace_of("postgres db:5432/a-b"));
        assert_ne!(namespace_of("sqlite a{b}.db"), namespace_of("sqlite a-b-.db"));
        let namespace = namespace_of("postgres db:5432/shop");
        assert!(namespace.starts_with("postgres-db:5432/shop:"), "{namespace}");
        let names = Names::new(&namespace);
        assert_ne!(names.epoch("1763.1 shop"), names.epoch("1763.2 shop"));
    }

    #[test]
    fn a_path_is_told_from_where_the_file_system_begins() {
        let folder = std::env::current_dir().unwrap();
        let same = |one: &str, other: &Path| {
            let other = format!("sqlite {}", other.display());
            assert_eq!(namespace_of(&format!("sqlite {one}")), namespace_of(&other));
        };
        same("not-there.db", &folder.join("not-there.db"));
        same("./src/../not-there.db", &folder.join("not-there.db"));
        same("nowhere/not-there.db", &folder.join("nowhere/not-there.db"));
        same("Cargo.toml", &folder.join("Cargo.toml"));
        let elsewhere = format!("sqlite {}", folder.join("src/not-there.db").display());
        assert_ne!(namespace_of("sqlite not-there.db"), namespace_of(&elsewhere));
    }

    #[test]
    fn a_namespace_is_tame() {
        assert!(is_namespace("shop-1_a.b:c"));
        let long = "x".repeat(65);
        for text in ["", "{shop}", "a b", "é", long.as_str()] {
            assert!(!is_namespace(text), "{text}");
        }
    }
}
