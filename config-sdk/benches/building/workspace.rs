//! A workspace of programs, outside the repository's but with the same versions of everything.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// A folder in the target folder. What was built in it stays, so that a further run begins sooner.
pub(crate) struct Workspace {
    folder: PathBuf,
}

/// Files that a package consists of, besides its manifest: where in it, and the text.
pub(crate) type Sources = Vec<(&'static str, String)>;

impl Workspace {
    /// One of those packages: name, dependencies, sources.
    pub(crate) fn new(name: &str, packages: &[(String, String, Sources)]) -> Self {
        let folder = config_benches::folder(false).join("building").join(name);
        let names: Vec<_> = packages.iter().map(|(name, ..)| name.as_str()).collect();
        write(
            &folder.join("Cargo.toml"),
            &format!("[workspace]\nresolver = \"3\"\nmembers = {names:?}\n"),
        );
        fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock"))
            .expect("the versions there are");
        for (name, dependencies, sources) in packages {
            let package = folder.join(name);
            let head =
                format!("[package]\nname = {name:?}\nedition = \"2024\"\n\n[dependencies]\n");
            write(&package.join("Cargo.toml"), &(head + dependencies));
            for (path, text) in sources {
                write(&package.join(path), text);
            }
        }
        Self { folder }
    }

    /// Runs cargo in it, and says how long that took.
    ///
    /// # Panics
    /// If it fails, with what it printed.
    pub(crate) fn cargo(&self, arguments: &[&str], incremental: bool) -> Duration {
        let began = Instant::now();
        let output = Command::new(env!("CARGO"))
            .args(arguments)
            .args(["--offline", "--target-dir"])
            .arg(self.target())
            .env("CARGO_INCREMENTAL", if incremental { "1" } else { "0" })
            .current_dir(&self.folder)
            .output()
            .expect("cargo runs");
        let took = began.elapsed();
        let printed = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "cargo {arguments:?} in {:?}:\n{printed}", self.folder);
        took
    }

    /// Writes a file of a package anew.
    pub(crate) fn edit(&self, package: &str, source: &str, text: &str) {
        write(&self.folder.join(package).join(source), text);
    }

    /// Removes everything that was built.
    pub(crate) fn clean(&self) {
        _ = fs::remove_dir_all(self.target());
    }

    /// How many crates a package is built of, with those that only its build needs.
    pub(crate) fn crates(&self, package: &str) -> usize {
        count_crates(&self.folder, &["-p", package, "-e", "normal,build", "--offline"])
    }

    pub(crate) fn target(&self) -> PathBuf {
        self.folder.join("target")
    }
}

/// The different packages that `cargo tree` lists.
pub(crate) fn count_crates(folder: &Path, arguments: &[&str]) -> usize {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--prefix", "none", "--no-dedupe"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("cargo runs");
    let printed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo tree {arguments:?}:\n{printed}");
    let text = String::from_utf8(output.stdout).expect("cargo prints text");
    let mut crates: Vec<_> =
        text.lines().map(|line| line.split(' ').take(2).collect::<Vec<_>>()).collect();
    crates.sort();
    crates.dedup();
    crates.len()
}

/// The repository's.
pub(crate) fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).expect("the package is in the workspace")
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a file in a folder")).expect("a folder");
    fs::write(path, text).expect("a file that can be written");
}
