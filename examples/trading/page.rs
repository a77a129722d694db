//! What a person reads: numbered acts of labelled lines, in colour on a terminal.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

/// Who says a line.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Voice {
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
    /// What a refresh did.
    Report,
    /// How things stand.
    Status,
}

/// Where the lines go.
#[derive(Debug)]
pub(crate) struct Page {
    is_terminal: bool,
    colour: bool,
    acts: u32,
}

impl Page {
    pub(crate) fn stdout() -> Self {
        let is_terminal = io::stdout().is_terminal();
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { is_terminal, colour: is_terminal && !no_colour, acts: 0 }
    }

    pub(crate) fn title(&self, text: &str) {
        self.print(&self.painted("1", text));
    }

    /// Begins the next act. On a terminal there is time to read the one before.
    pub(crate) async fn act(&mut self, text: &str) {
        if self.is_terminal && self.acts > 0 {
            tokio::time::sleep(Duration::from_millis(700)).await;
        }
        self.acts += 1;
        self.print(&format!("\n{}", self.painted("1", &format!("{}  {text}", self.acts))));
    }

    /// A line, or several under one label.
    pub(crate) fn line(&self, voice: Voice, text: impl Display) {
        let (label, colour) = match voice {
            Voice::Sql => ("sql", "36"),
            Voice::Shell => ("shell", "36"),
            Voice::Store => ("store", "2"),
            Voice::Refused => ("refused", "31"),
            Voice::Event => ("event", "33"),
            Voice::Bot => ("bot", "32"),
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
pub(crate) fn grouped(number: u64) -> String {
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
