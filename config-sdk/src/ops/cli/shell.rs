//! What the shell needs: completions, and a manual page.

use std::path::PathBuf;
use std::sync::LazyLock;

use clap::{Args, Command};

use super::ConfigCommand;
use super::end::{End, Failure, Outcome};
use super::page::Page;

/// What the program was started as.
pub(super) fn program() -> &'static str {
    static NAME: LazyLock<String> = LazyLock::new(|| {
        let started = std::env::args_os().next().map(PathBuf::from);
        let name = started.as_ref().and_then(|path| path.file_stem());
        name.map_or_else(|| "program".to_owned(), |name| name.to_string_lossy().into_owned())
    });
    &NAME
}

/// The command `config` with everything behind it.
pub(super) fn command() -> Command {
    ConfigCommand::augment_args(Command::new("config"))
        .about("Looks at configuration, and changes it")
}

/// The program, as far as these commands go.
fn whole() -> Command {
    Command::new(program()).about("Looks at configuration, and changes it").subcommand(command())
}

pub(super) fn completions(shell: clap_complete::Shell, page: &mut Page) -> End {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut whole(), program(), &mut script);
    page.bare(String::from_utf8_lossy(&script).trim_end());
    End::Done
}

/// All pages one after the other, which `man -l` shows as one.
pub(super) fn manual(page: &mut Page) -> Outcome {
    let mut whole = whole();
    whole.build();
    let mut text = Vec::new();
    for command in whole.get_subcommands() {
        pages(command, &mut text).map_err(|error| Failure::new(End::Store, error.to_string()))?;
    }
    page.bare(String::from_utf8_lossy(&text).trim_end());
    Ok(End::Done)
}

fn pages(command: &Command, text: &mut Vec<u8>) -> std::io::Result<()> {
    let name = command.get_bin_name().unwrap_or(command.get_name()).to_owned();
    clap_mangen::Man::new(command.clone().display_name(name)).render(text)?;
    let mut below = command.get_subcommands().filter(|below| below.get_name() != "help");
    below.try_for_each(|below| pages(below, text))
}
