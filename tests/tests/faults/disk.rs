//! A full disk for the last good values.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use config_sdk::{KeptState, Status};
use config_tests::postgres::Server;
use tempfile::TempDir;
use tokio::time::sleep;

use crate::stage::Stage;
use crate::trial::Trial;

/// A disk of 64 KiB where one can be mounted, which takes root; elsewhere a file where the folder
/// should be, so that nothing can be written either.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_is_full() {
    let disk = Disk::new();
    let folder = disk.0.path().join("kept");
    let stage = Stage::on(Server::start(), "", |builder| builder.last_good_dir(&folder)).await;
    let mut trial = Trial::begin(stage, disk.fault());
    disk.fill(&folder);
    let is_failing = |status: &Status| matches!(status.kept, KeptState::Failing { .. });
    trial.noticed("the failure", is_failing).await;
    sleep(Duration::from_secs(2)).await;
    disk.clear(&folder);
    trial.healed_when(|number| kept(&folder) == [number]).await;
    assert_eq!(fs::read_dir(&folder).expect("a folder").count(), 1, "something was left behind");
}

/// The numbers that the files in `folder` hold.
fn kept(folder: &Path) -> Vec<i64> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let texts = files.filter_map(|file| fs::read_to_string(file.path()).ok());
    let number = |text: String| {
        let (_, rest) = text.split_once(r#""second":""#)?;
        rest.split('"').next()?.parse().ok()
    };
    texts.filter_map(number).collect()
}

/// A folder, with a small disk of its own where that is possible.
struct Disk(TempDir, bool);

impl Disk {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=64k", "config-tests"])
            .arg(folder.path())
            .output();
        let is_small = mount.is_ok_and(|mount| mount.status.success());
        Self(folder, is_small)
    }

    fn fault(&self) -> &'static str {
        if self.1 { "disk full" } else { "disk full (a file in the folder's place)" }
    }

    fn fill(&self, folder: &Path) {
        if self.1 {
            let mut ballast = File::create(self.0.path().join("ballast")).expect("a file");
            while ballast.write_all(&[0; 1024]).is_ok() {}
        } else {
            fs::remove_dir_all(folder).expect("gone");
            fs::write(folder, "in the way").expect("a file");
        }
    }

    fn clear(&self, folder: &Path) {
        if self.1 {
            fs::remove_file(self.0.path().join("ballast")).expect("gone");
        } else {
            fs::remove_file(folder).expect("gone");
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.1 {
            // Whatever is still open in it goes with the process.
            let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
        }
    }
}
