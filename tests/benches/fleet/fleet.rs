//! All instances together: started in waves, and asked what they have seen.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::crew::{CREW, Order};

/// Most instances of a process.
const CREW_SIZE: usize = 50;
/// Longest time that all of them together may take for a start or a change.
const PATIENCE: Duration = Duration::from_secs(180);

/// Processes with instances; they end when this is dropped.
pub(crate) struct Fleet {
    crews: Vec<Crew>,
    pub(crate) size: usize,
    lines: Receiver<Line>,
    tell: Sender<Line>,
}

struct Crew {
    process: Child,
    orders: Option<ChildStdin>,
}

/// What an instance says.
enum Line {
    Up { started: f64, stands: f64 },
    Seen { change: u32, at: u64 },
    Lost,
    Deaf,
    Back { at: u64 },
}

/// How a wave of starts went.
pub(crate) struct Wave {
    /// How many there were before.
    pub(crate) before: usize,
    pub(crate) after: usize,
    pub(crate) took: Duration,
    /// Milliseconds until each had its values.
    pub(crate) started: Vec<f64>,
    /// Milliseconds until each heard of changes, or knew that it does not.
    pub(crate) stands: Vec<f64>,
}

impl Fleet {
    pub(crate) fn new() -> Self {
        let (tell, lines) = channel();
        Self { crews: Vec::new(), size: 0, lines, tell }
    }

    /// Adds as many instances as `orders` say, each of which is divided among processes, and waits until
    /// all of them stand.
    pub(crate) fn grow(&mut self, orders: &[Order]) -> Wave {
        let (began, before) = (Instant::now(), self.size);
        for order in orders {
            let crews = order.instances.div_ceil(CREW_SIZE).max(2).min(order.instances);
            for crew in 0..crews {
                let instances = (order.instances + crew) / crews;
                self.crews.push(Crew::start(&Order { instances, ..order.clone() }, &self.tell));
                self.size += instances;
            }
        }
        let (mut started, mut stands) = (Vec::new(), Vec::new());
        while stands.len() < self.size - before {
            if let Line::Up { started: one, stands: other } = self.hear(PATIENCE).expect("a start")
            {
                started.push(one);
                stands.push(other);
            }
        }
        started.sort_by(f64::total_cmp);
        stands.sort_by(f64::total_cmp);
        Wave { before, after: self.size, took: began.elapsed(), started, stands }
    }

    /// Waits until all have seen `change`, for at most `limit`; yields the milliseconds after `since`,
    /// sorted.
    pub(crate) fn see(&self, change: u32, since: u64, limit: Duration) -> Vec<f64> {
        let end = Instant::now() + limit;
        let mut seen = Vec::new();
        while seen.len() < self.size
            && let Some(line) = self.hear(end.saturating_duration_since(Instant::now()))
        {
            if let Line::Seen { change: this, at } = line
                && this == change
            {
                seen.push((at as f64 - since as f64) / 1e6);
            }
        }
        seen.sort_by(f64::total_cmp);
        seen
    }

    /// Waits until as many as `listen` have lost the listening connection and listen again, for at most
    /// `limit`; yields the milliseconds after `since`, sorted, and how many take themselves for deaf.
    pub(crate) fn listen_again(
        &self,
        listen: usize,
        since: u64,
        limit: Duration,
    ) -> (Vec<f64>, usize) {
        let end = Instant::now() + limit;
        let (mut lost, mut deaf, mut back) = (0, 0, Vec::new());
        while (lost < listen || back.len() < lost)
            && let Some(line) = self.hear(end.saturating_duration_since(Instant::now()))
        {
            match line {
                Line::Lost => lost += 1,
                Line::Deaf => deaf += 1,
                Line::Back { at } => back.push((at as f64 - since as f64) / 1e6),
                _ => {}
            }
        }
        back.sort_by(f64::total_cmp);
        (back, deaf)
    }

    fn hear(&self, limit: Duration) -> Option<Line> {
        self.lines.recv_timeout(limit).ok()
    }
}

impl Crew {
    fn start(order: &Order, tell: &Sender<Line>) -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut command = Command::new(program);
        let command = command.arg(CREW).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("a process");
        let mut orders = process.stdin.take().expect("a pipe");
        let order = serde_json::to_string(order).expect("plain data");
        writeln!(orders, "{order}").expect("a crew that reads");
        let lines = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        let tell = tell.clone();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let Some(line) = Line::parse(&line) else { continue };
                if tell.send(line).is_err() {
                    return;
                }
            }
        });
        Self { process, orders: Some(orders) }
    }
}

impl Line {
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let word = words.next()?;
        let mut number = || words.next()?.parse::<u64>().ok();
        match word {
            "up" => {
                let (started, stands) = (number()?, number()?);
                Some(Self::Up { started: started as f64 / 1e3, stands: stands as f64 / 1e3 })
            }
            "lost" => Some(Self::Lost),
            "deaf" => Some(Self::Deaf),
            "back" => Some(Self::Back { at: number()? }),
            "seen" => Some(Self::Seen { change: number()?.try_into().ok()?, at: number()? }),
            _ => None,
        }
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        for crew in &mut self.crews {
            drop(crew.orders.take());
        }
        for crew in &mut self.crews {
            _ = crew.process.wait();
        }
    }
}
