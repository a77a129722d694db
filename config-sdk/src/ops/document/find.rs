//! What is found wrong with a text while it is read, and on which lines.

use super::{Mistake, Wrong};

/// How many mistakes are told of: a file of nothing else would be larger in words than in bytes.
const MOST: usize = 100;

/// Collects mistakes by their place in a text.
#[derive(Debug)]
pub(super) struct Finds {
    /// Where each line but the first begins.
    lines: Vec<usize>,
    mistakes: Vec<Mistake>,
}

impl Finds {
    pub(super) fn new(text: &str) -> Self {
        let lines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self { lines: lines.map(|(at, _)| at + 1).collect(), mistakes: Vec::new() }
    }

    /// The line of byte `at`, counted from one.
    pub(super) fn line(&self, at: usize) -> usize {
        self.lines.partition_point(|start| *start <= at) + 1
    }

    /// Adds what is wrong at byte `at`, unless that has been enough.
    pub(super) fn add(&mut self, at: usize, path: impl Into<String>, wrong: Wrong) {
        if self.mistakes.len() == MOST {
            return;
        }
        self.mistakes.push(Mistake { line: self.line(at), path: path.into(), wrong });
    }

    /// `read`, unless something is wrong.
    pub(super) fn into_result<T>(mut self, read: T) -> Result<T, Vec<Mistake>> {
        if self.mistakes.is_empty() {
            return Ok(read);
        }
        self.mistakes.sort_by_key(|mistake| mistake.line);
        Err(self.mistakes)
    }
}
