//! What a person reads: numbered acts of labelled lines, in colour on a terminal.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

/// Who says a line.
#[derive(Clone, Copy, Debug)]
pub enum Voice {
    /// A person at an SQL prompt.
    Sql,
    /// A person at a shell.
    Shell,
    /// The store.
    Store,
    /// What the store or the library turns away.
    Refused,
    /// The library's stream of events.
    Event,
    /// The bot's loop.
    Bot,
    /// The same bot in another process.
    Other,
    /// What a refresh did.
    Report,
    /// How things stand.
    Status,
}

/// Where the lines go.
#[derive(Debug)]
pub struct Page {
    is_terminal: bool,
    colour: bool,
    acts: u32,
}

impl Page {
    /// The terminal, or wherever the output goes.
    #[must_use]
    pub fn stdout() -> Self {
        let is_terminal = io::stdout().is_terminal();
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { is_terminal, colour: is_terminal && !no_colour, acts: 0 }
    }

    /// What all of it is about.
    pub fn title(&self, text: &str) {
        self.print(&self.painted("1", text));
    }

    /// Begins the next act. On a terminal there is time to read the one before.
    pub async fn act(&mut self, text: &str) {
        if self.is_terminal && self.acts > 0 {
            tokio::time::sleep(Duration::from_millis(700)).await;
        }
        self.acts += 1;
        self.print(&format!("\n{}", self.painted("1", &format!("{}  {text}", self.acts))));
    }

    /// A line, or several under one label.
    pub fn line(&self, voice: Voice, text: impl Display) {
        let (label, colour) = match voice {
            Voice::Sql => ("sql", "36"),
            Voice::Shell => ("shell", "36"),
            Voice::Store => ("store", "2"),
            Voice::Refused => ("refused", "31"),
            Voice::Event => ("event", "33"),
            Voice::Bot => ("bot", "32"),
            Voice::Other => ("bot 2", "32"),
            Voice::Report => ("report", "2"),
            Voice::Status => ("status", "2"),
        };
        let label = self.painted(colour, &format!("{label:<7}"));
        let text = text.to_string().replace('\n', &format!("\n{:12}", ""));
        let text = text.replace(&format!("\n{:12}\n", ""), "\n\n");
        self.print(&format!("   {label}  {text}"));
    }

    fn painted(&self, colour: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// A reader that has left, such as `head`, is no reason to stop in the middle.
    fn print(&self, line: &str) {
        let _ = writeln!(io::stdout(), "{line}");
    }
}

/// A number with its thousands apart.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// How long something took, in the unit that fits.
#[must_use]
pub fn length(time: Duration) -> String {
    match time.as_nanos() {
        nanoseconds @ 0..1_000 => format!("{nanoseconds} ns"),
        1_000..1_000_000 => format!("{:.0} µs", time.as_secs_f64() * 1e6),
        _ => format!("{:.1} ms", time.as_secs_f64() * 1e3),
    }
}

/// What is to be said of a figure that was measured here.
#[must_use]
pub fn of_this_build() -> &'static str {
    if cfg!(debug_assertions) { ", though this build is not optimised" } else { "" }
}
