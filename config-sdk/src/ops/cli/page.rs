//! Where a command writes: results to standard output, everything else to standard error.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use anstyle::Style;
use indicatif::{ProgressBar, ProgressFinish};
use serde::Serialize;

use super::end::Failure;

/// How often what goes on is shown.
const TICK: Duration = Duration::from_millis(120);

/// What a command writes on. A reader that has left, such as `head`, is no reason to fail.
pub(super) struct Page {
    out: Box<dyn Write + Send>,
    err: Box<dyn Write + Send>,
    /// Results are JSON.
    json: bool,
    /// Somebody can be asked.
    asks: bool,
    /// A person reads the results.
    is_read: bool,
}

impl Page {
    /// The process's own. Colour is left out where there is no terminal, or `NO_COLOR` is set.
    pub(super) fn new(json: bool) -> Self {
        let is_read = io::stdout().is_terminal();
        Self {
            out: Box::new(anstream::stdout()),
            err: Box::new(anstream::stderr()),
            json,
            asks: io::stdin().is_terminal() && io::stderr().is_terminal(),
            is_read,
        }
    }

    pub(super) fn is_json(&self) -> bool {
        self.json
    }

    /// Shows that work goes on which may take long, where somebody watches; until the bar is dropped.
    pub(super) fn working(&self, what: &str) -> ProgressBar {
        if !io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::new_spinner().with_message(what.to_owned());
        bar.enable_steady_tick(TICK);
        bar.with_finish(ProgressFinish::AndClear)
    }

    /// Nobody can be asked any more: standard input was read.
    pub(super) fn ask_nobody(&mut self) {
        self.asks = false;
    }

    /// The result: for programs `value`, for people `lines`.
    pub(super) fn answer(&mut self, value: &impl Serialize, lines: &Lines) {
        if self.json {
            self.line_of_json(value, true);
        } else {
            lines.write(&mut self.out);
        }
    }

    /// A bare value, for scripts.
    pub(super) fn bare(&mut self, text: &str) {
        let text = if self.is_read { clean(text, true) } else { text.to_owned() };
        drop(writeln!(self.out, "{text}"));
    }

    /// One thing of many, each on a line.
    pub(super) fn item(&mut self, value: &impl Serialize, lines: &Lines) {
        if self.json {
            self.line_of_json(value, false);
        } else {
            lines.write(&mut self.out);
        }
        drop(self.out.flush());
    }

    /// What is no result.
    pub(super) fn note(&mut self, lines: &Lines) {
        lines.write(&mut self.err);
    }

    /// What is wrong.
    pub(super) fn fail(&mut self, failure: &Failure) {
        if self.json {
            self.line_of_json(&failure.json(), true);
        }
        self.note(&Lines::new().bad(format!("error: {}", failure.said)));
    }

    /// Asks a question that is answered with yes or no; `None` if there is nobody to answer it.
    pub(super) fn ask(&mut self, question: &str) -> Option<bool> {
        if !self.asks {
            return None;
        }
        drop(write!(self.err, "{question} [y/N] "));
        drop(self.err.flush());
        let mut answer = String::new();
        drop(io::stdin().read_line(&mut answer));
        Some(is_yes(&answer))
    }

    fn line_of_json(&mut self, value: &impl Serialize, pretty: bool) {
        let text = match pretty {
            true => serde_json::to_string_pretty(value),
            false => serde_json::to_string(value),
        };
        // A type of the program's own may refuse.
        let text = text
            .unwrap_or_else(|error| serde_json::json!({ "error": error.to_string() }).to_string());
        drop(writeln!(self.out, "{text}"));
    }
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}

/// Lines for people, each in one style.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines(Vec<(Style, String)>);

impl Lines {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn plain(text: impl Display) -> Self {
        Self::new().text(text)
    }

    pub(super) fn text(self, text: impl Display) -> Self {
        self.styled(Style::new(), text)
    }

    /// What the lines below are about.
    pub(super) fn title(self, text: impl Display) -> Self {
        self.styled(Style::new().bold(), text)
    }

    /// What need not be read.
    pub(super) fn faint(self, text: impl Display) -> Self {
        self.styled(Style::new().dimmed(), text)
    }

    /// What is wrong.
    pub(super) fn bad(self, text: impl Display) -> Self {
        self.styled(anstyle::AnsiColor::Red.on_default(), text)
    }

    /// What went well.
    pub(super) fn good(self, text: impl Display) -> Self {
        self.styled(anstyle::AnsiColor::Green.on_default(), text)
    }

    pub(super) fn gap(self) -> Self {
        if self.0.is_empty() { self } else { self.text("") }
    }

    pub(super) fn and(mut self, more: Self) -> Self {
        self.0.extend(more.0);
        self
    }

    fn styled(mut self, style: Style, text: impl Display) -> Self {
        let text = text.to_string();
        self.0.extend(text.split('\n').map(|line| (style, clean(line, false))));
        self
    }

    fn write(&self, to: &mut impl Write) {
        for (style, line) in &self.0 {
            drop(writeln!(to, "{style}{line}{style:#}"));
        }
    }
}

/// Text that a store holds cannot steer a terminal: what is not printed is shown by its number.
pub(super) fn clean(text: &str, keep_lines: bool) -> String {
    let is_kept = |c: char| !c.is_control() || (keep_lines && (c == '\n' || c == '\t'));
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        match is_kept(c) {
            true => clean.push(c),
            false => clean.extend(c.escape_default()),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_store_holds_cannot_steer_a_terminal() {
        assert_eq!(clean("a\x1b[31mb\u{9b}c\nd", false), "a\\u{1b}[31mb\\u{9b}c\\nd");
        assert_eq!(clean("a\n\tb\r", true), "a\n\tb\\r");
        let mut written = Vec::new();
        Lines::plain("one\x07\ntwo").title("three").write(&mut written);
        let text = String::from_utf8(written).unwrap();
        assert_eq!(text, "one\\u{7}\ntwo\n\x1b[1mthree\x1b[0m\n");
    }

    #[test]
    fn nothing_but_a_yes_is_a_yes() {
        assert!(["y\n", " Yes\n", "Y"].into_iter().all(is_yes));
        assert!(!["", "\n", "n", "no", "yy", "yes please"].into_iter().any(is_yes));
    }
}
