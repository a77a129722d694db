//! The reading process, as the one that commits sees it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::sync::mpsc;

/// The word by which this program knows that it is to read.
pub(crate) const ROLE: &str = "watch";
/// Longest wait for it.
const SOON: Duration = Duration::from_secs(30);

/// A process that reads; gone when dropped.
#[derive(Debug)]
pub(crate) struct Reader {
    process: Child,
    lines: mpsc::UnboundedReceiver<[u64; 4]>,
    /// One that has to be there as well.
    other: Option<Box<Reader>>,
}

impl Reader {
    pub(crate) fn push(url: &str) -> Self {
        Self::start("push", url, "")
    }

    pub(crate) fn poll(url: &str) -> Self {
        Self::start("poll", url, "")
    }

    pub(crate) fn sqlite(path: &str) -> Self {
        Self::start("sqlite", path, "")
    }

    pub(crate) fn by_hand(url: &str) -> Self {
        Self::start("by-hand", url, "")
    }

    /// One that hears by Redis alone, and beside it one that listens to the store and tells.
    pub(crate) fn on_bus(url: &str, redis: &str) -> Self {
        let (tells, mut hears) =
            (Self::start("tells", url, redis), Self::start("hears", url, redis));
        hears.other = Some(Box::new(tells));
        hears
    }

    fn start(road: &str, place: &str, redis: &str) -> Self {
        let program = std::env::current_exe().expect("this program has a path");
        let mut command = Command::new(program);
        command.args([ROLE, road, place, redis]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("this program runs");
        let stdout = process.stdout.take().expect("a pipe");
        let (tell, lines) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let mut words = line.split(' ').map(|word| word.parse().expect("a number"));
                let numbers = std::array::from_fn(|_| words.next().expect("four of them"));
                _ = tell.send(numbers);
            }
        });
        Self { process, lines, other: None }
    }

    /// Waits until it is there.
    pub(crate) async fn ready(&mut self) {
        self.sees(0).await;
        if let Some(other) = &mut self.other {
            other.sees(0).await;
        }
    }

    /// When it asked, had the answer, and a reader saw the change with this number.
    pub(crate) async fn sees(&mut self, number: u64) -> [u64; 3] {
        loop {
            let line = tokio::time::timeout(SOON, self.lines.recv()).await;
            let [seen, rest @ ..] = line.expect("a change arrives").expect("the reader runs");
            if seen == number {
                return rest;
            }
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // It may have ended by itself.
        _ = self.process.kill();
        _ = self.process.wait();
    }
}
