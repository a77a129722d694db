//! Finds the programs of an installed Postgres.

use std::cmp::Reverse;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::{env, fs};

/// The folder that holds `initdb`, `postgres` and `psql`, newest version first.
///
/// # Panics
/// When no Postgres is installed.
pub(super) fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        find().unwrap_or_else(|| {
            panic!("these tests need a Postgres server and found none: run `scripts/test`, which installs one")
        })
    })
}

fn find() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let usual = [
        versions("/usr/lib/postgresql", ""),
        versions("/opt/homebrew/opt", "postgresql"),
        versions("/usr/local/opt", "postgresql"),
        vec![PathBuf::from("/usr/local/pgsql/bin")],
    ];
    env::split_paths(&path).chain(usual.into_iter().flatten()).find(|folder| is_complete(folder))
}

/// The `bin` folders of the versions installed side by side under `root`, newest first.
fn versions(root: &str, prefix: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(root) else {
        return Vec::new();
    };
    let mut found: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let name = entry.file_name().into_string().ok()?;
            let number = name.strip_prefix(prefix)?.trim_start_matches('@');
            Some((number.parse().unwrap_or(0), entry.path().join("bin")))
        })
        .collect();
    found.sort_by_key(|(version, _)| Reverse(*version));
    found.into_iter().map(|(_, folder)| folder).collect()
}

fn is_complete(folder: &Path) -> bool {
    ["initdb", "postgres", "psql"].iter().all(|program| folder.join(program).is_file())
}
