//! Setting fields, resetting them, and going back to a version.

use std::io::Read;

use super::assignment::{Assignment, quoted};
use super::end::{Failure, Outcome};
use super::grammar::Set;
use super::make::{Care, laid, make};
use super::options::Making;
use super::page::Page;
use super::within;
use crate::ops::Operator;

/// Sets fields, and resets others.
pub(super) async fn set(operator: &Operator, what: Set, page: &mut Page) -> Outcome {
    let Set { values, unset, stdin, env, how } = what;
    if let ([path], true) = (values.as_slice(), stdin || env.is_some())
        && let Ok(given) = path.parse::<Assignment>()
    {
        let path = given.path;
        let said =
            format!("the value comes by `--stdin` or `--env`: leave out what follows `{path}`");
        return Err(Failure::usage(said));
    }
    let secret = match (stdin, env) {
        (true, _) => {
            page.ask_nobody();
            Some(read_value()?)
        }
        (_, Some(name)) => {
            let missing = |_| format!("the environment variable {name} is not set, or is no text");
            Some(std::env::var(&name).map_err(|error| Failure::usage(missing(error)))?)
        }
        _ => None,
    };
    let mut assignments = Vec::new();
    match (secret, values.as_slice()) {
        (Some(value), [path]) => {
            if value.is_empty() && is_secret(operator, path)? {
                let path = quoted(path);
                let said = format!("the value is empty: use `unset {path}` to take it away");
                return Err(Failure::usage(said));
            }
            assignments.push(Assignment { path: path.clone(), value });
        }
        (Some(_), _) => {
            let said = "`--stdin` and `--env` read one value: name one PATH, without `=`";
            return Err(Failure::usage(said));
        }
        (None, values) => {
            for (index, value) in values.iter().enumerate() {
                let wrong = |why| format!("argument {} of `set`: {why}", index + 1);
                let given: Assignment = value.parse().map_err(|why| Failure::usage(wrong(why)))?;
                refuse_secret(operator, &given.path)?;
                assignments.push(given);
            }
        }
    }
    let change = operator.change();
    let paths: Vec<_> = assignments.iter().map(|given| given.path.clone()).collect();
    let change =
        assignments.into_iter().fold(change, |c, given| c.set_path(&given.path, given.value));
    let change = unset.iter().fold(change, |change, path| change.unset(path));
    let is_dangerous = unset.iter().any(|path| is_row(operator, path));
    let paths: Vec<_> = paths.into_iter().chain(unset).collect();
    let change = laid(operator, change, &how, &paths)?;
    let care = Care { is_dangerous, ..Care::default() };
    make(operator, change, &how, care, page).await
}

/// Resets fields and rows.
pub(super) async fn unset(
    operator: &Operator,
    paths: &[String],
    how: Making,
    page: &mut Page,
) -> Outcome {
    let change = paths.iter().fold(operator.change(), |change, path| change.unset(path));
    let is_dangerous = paths.iter().any(|path| is_row(operator, path));
    let change = laid(operator, change, &how, paths)?;
    let care = Care { is_dangerous, ..Care::default() };
    make(operator, change, &how, care, page).await
}

/// Makes a row what it was.
pub(super) async fn rollback(
    operator: &Operator,
    row: &str,
    version: u64,
    how: Making,
    page: &mut Page,
) -> Outcome {
    let change = within(async { Ok(operator.rollback(row, version).await?) }).await?;
    let change = laid(operator, change, &how, &[row.to_owned()])?;
    make(operator, change, &how, Care { is_dangerous: true, ..Care::default() }, page).await
}

/// The value that is typed or piped, without the end of its line.
fn read_value() -> Result<String, Failure> {
    let mut text = String::new();
    let wrong = |error| Failure::usage(format!("standard input cannot be read: {error}"));
    std::io::stdin().read_to_string(&mut text).map_err(wrong)?;
    let value = text.strip_suffix('\n').unwrap_or(&text);
    Ok(value.strip_suffix('\r').unwrap_or(value).to_owned())
}

/// A secret on a command line would be in the shell's history, and in every list of processes.
fn refuse_secret(operator: &Operator, path: &str) -> Result<(), Failure> {
    if !is_secret(operator, path)? {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "`{path}` is a secret, which on a command line would be in the shell's history and in every \
         list of processes: give it with `set {0} --stdin` or `set {0} --env VARIABLE`",
        quoted(path)
    )))
}

fn is_secret(operator: &Operator, path: &str) -> Result<bool, Failure> {
    let (block, _, target) = operator.target(path)?;
    let field = target.field.and_then(|index| block.schema().fields.get(index));
    Ok(field.is_some_and(|field| field.secret))
}

fn is_row(operator: &Operator, path: &str) -> bool {
    operator.target(path).is_ok_and(|(_, _, target)| target.field.is_none())
}
