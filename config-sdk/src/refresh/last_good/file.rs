//! The file that holds them: written as a whole or not at all, and believed only as a whole.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::Content;

/// First words of the file; the number is raised when its form changes.
const FORMAT: &str = "config-sdk last good values, form 1, checksum ";
/// A file longer than this is not read.
const LONGEST: u64 = 64 << 20;

/// A word that is not known makes it another form, of which half would be lost.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    /// When it was written, in microseconds since 1970.
    written: u64,
    content: Content,
}

/// Writes `content` to the file at `path`, in the place of what is there, for its owner's eyes only.
///
/// To a file beside it first, which takes its place once all of it is on the disk: whatever happens
/// on the way, the one or the other is there as a whole.
pub(super) fn write(path: &Path, content: &Content) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let written = since.as_micros().try_into().unwrap_or(u64::MAX);
    let body = serde_json::to_string(&Body { written, content: content.clone() })?;
    let mut file = tempfile::Builder::new().prefix(".last-good-").tempfile_in(folder)?;
    file.write_all(sealed(&body).as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|failure| failure.error)?;
    // The name, too, has to survive a power cut. Not every system can do this to a folder.
    File::open(folder).and_then(|folder| folder.sync_all()).or_else(unsupported)
}

/// Has the file say that what is in it was right a moment ago, if it is there.
pub(super) fn confirm(path: &Path) -> io::Result<()> {
    match File::options().write(true).open(path) {
        Ok(file) => file.set_modified(SystemTime::now()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

fn unsupported(error: io::Error) -> io::Result<()> {
    if cfg!(unix) { Err(error) } else { Ok(()) }
}

/// What the file holds, and when the store stood behind it last; `None` if there is no file.
///
/// # Errors
/// If it cannot be read, or is not what [`write`] writes, to the last byte.
pub(super) fn read(path: &Path) -> io::Result<Option<(SystemTime, Content)>> {
    let mut bytes = Vec::new();
    match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
        Ok(file) => {
            let confirmed = file.metadata()?.modified()?;
            file.take(LONGEST + 1).read_to_end(&mut bytes)?;
            let problem = |problem| io::Error::new(ErrorKind::InvalidData, problem);
            let (written, content) = parse(&bytes).map_err(problem)?;
            // The file's own time can be anything, but what it says was written when it says so.
            Ok(Some((confirmed.clamp(written, written.max(SystemTime::now())), content)))
        }
    }
}

/// The text of a file with this body.
pub(crate) fn sealed(body: &str) -> String {
    format!("{FORMAT}{:08x}\n{body}", crc32fast::hash(body.as_bytes()))
}

pub(super) fn parse(file: &[u8]) -> Result<(SystemTime, Content), &'static str> {
    if file.len() as u64 > LONGEST {
        return Err("it is too long to be one of ours");
    }
    let text = str::from_utf8(file).map_err(|_| "it is damaged: it is not text")?;
    let (head, body) = text.split_once('\n').ok_or("it is cut short, or not one of ours")?;
    let checksum = head.strip_prefix(FORMAT).ok_or("it is not one of ours, or of a newer form")?;
    if checksum != format!("{:08x}", crc32fast::hash(body.as_bytes())) {
        return Err("it is damaged: its checksum does not fit");
    }
    let body: Body = serde_json::from_str(body).map_err(|_| "its content cannot be read")?;
    let written = UNIX_EPOCH.checked_add(Duration::from_micros(body.written));
    Ok((written.ok_or("its time cannot be")?, body.content))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written() -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep").join("last-good");
        write(&path, &Content::default()).unwrap();
        (folder, path)
    }

    #[test]
    fn what_was_written_is_read_and_only_its_owner_may() {
        let (_folder, path) = written();
        assert_eq!(read(&path).unwrap().unwrap().1, Content::default());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn no_file_is_no_content_and_no_error() {
        assert!(read(Path::new("/no/such/file")).unwrap().is_none());
    }

    #[test]
    fn a_file_that_is_not_whole_is_refused_at_every_byte() {
        let (_folder, path) = written();
        let whole = fs::read(&path).unwrap();
        for place in 0..whole.len() {
            fs::write(&path, &whole[..place]).unwrap();
            assert!(read(&path).is_err(), "cut at {place}");
            let mut wrong = whole.clone();
            wrong[place] ^= 1;
            fs::write(&path, &wrong).unwrap();
            assert!(read(&path).is_err(), "changed at {place}");
        }
    }

    #[test]
    fn a_file_with_a_word_that_is_not_known_is_not_read_by_half() {
        let known = r#"{"written":1,"content":{"source":"","blocks":{}}}"#;
        assert!(parse(sealed(known).as_bytes()).is_ok());
        for (before, after) in [("{\"written\"", "{\"x\":0,\"written\""), ("{}", "{},\"x\":0")] {
            let unknown = known.replacen(before, after, 1);
            let problem = parse(sealed(&unknown).as_bytes()).unwrap_err();
            assert_eq!(problem, "its content cannot be read", "{unknown}");
        }
    }

    #[test]
    fn a_file_of_a_newer_form_is_refused() {
        let (_folder, path) = written();
        let newer = fs::read_to_string(&path).unwrap().replace("form 1", "form 2");
        fs::write(&path, newer).unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("newer"));
    }
}
