//! The keys that are read most, on disk, to be loaded first after a restart.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tracing::warn;

use crate::key::Key;
use crate::schema::BlockSchema;

/// The file of a block of this source: another store's keys are others.
pub(in crate::refresh) fn path(folder: &Path, source: &str, schema: &BlockSchema) -> PathBuf {
    let store = crc32fast::hash(source.as_bytes());
    folder.join(format!("hottest-{}-{store:08x}.json", schema.name))
}

/// The keys, hottest first, as their joined parts; none if there is no file, or with a warning if it
/// cannot be used: it only helps.
pub(in crate::refresh) async fn read(path: PathBuf) -> Vec<String> {
    let shown = path.display().to_string();
    let read = tokio::task::spawn_blocking(move || match std::fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| error.to_string()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error.to_string()),
    });
    match read.await {
        Ok(Ok(keys)) => keys,
        Ok(Err(error)) => {
            warn!(path = shown, error, "the hottest keys cannot be read, and are not loaded first");
            Vec::new()
        }
        Err(_) => Vec::new(),
    }
}

/// Writes the keys; what was there before stays whole if that fails.
pub(in crate::refresh) fn write(path: &Path, keys: &[Key]) {
    let keys: Vec<_> = keys.iter().map(Key::joined).collect();
    let written = || -> io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer(&mut file, &keys)?;
        file.flush()?;
        file.persist(path)?;
        Ok(())
    };
    if let Err(error) = written() {
        warn!(path = %path.display(), %error, "the hottest keys cannot be remembered");
    }
}
