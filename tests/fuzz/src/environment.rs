//! The environment: a variable that is named for a field sets it, any other nothing.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use config_sdk::testing::fuzzing::judged;
use config_sdk::{Config, ConfigBlock, Mistake, StartError};

use crate::block::{Columns, Everything, keeps_secrets};

/// The parts are variables, `NAME=text`, any bytes on both sides.
pub(crate) fn environment(input: &[u8]) {
    let variable = |part: &[u8]| {
        let end = part.iter().position(|byte| *byte == b'=').unwrap_or(part.len());
        let text = part.get(end + 1..).unwrap_or_default();
        (OsString::from_vec(part[..end].to_owned()), OsString::from_vec(text.to_owned()))
    };
    let variables: Vec<_> = crate::parts(input).map(variable).collect();
    let (columns, strange) = meant(&variables);
    let builder = Config::builder().block::<Everything>().url("memory:").env_prefix("APP");
    let started = crate::run(async {
        let config = builder.env_vars(variables).start().await?;
        let (read, expected) = (config.get::<Everything>(), judged::<Everything>(&columns));
        assert_eq!(Ok(&*read), expected.as_ref());
        config.shutdown().await;
        Ok(())
    });
    let Err(error) = started else {
        assert_eq!(strange, 0, "text that is none is told of");
        return;
    };
    keeps_secrets(&format!("{error} {error:?}"), &columns);
    let StartError::Mistakes(mistakes) = error else { panic!("{error}") };
    let (not_text, others): (Vec<_>, Vec<_>) =
        mistakes.into_iter().partition(|mistake| matches!(mistake, Mistake::NotText(_)));
    assert_eq!(not_text.len(), strange);
    match (&others[..], judged::<Everything>(&columns)) {
        ([], Ok(_)) => {}
        ([Mistake::Environment { faults, .. }], Err(expected)) => {
            assert_eq!(faults.len(), expected.len());
        }
        (others, expected) => panic!("{others:?} instead of {expected:?}"),
    }
}

/// What the variables set, and how many of those that set something are no text.
fn meant(variables: &[(OsString, OsString)]) -> (Columns, usize) {
    let (mut columns, mut strange) = (Columns::new(), 0);
    for (name, text) in variables {
        let fields = &Everything::schema().fields;
        let is_named = |field: &str| name.eq_ignore_ascii_case(format!("APP__ALL__{field}"));
        match (fields.iter().find(|field| is_named(field.name)), text.to_str()) {
            (None, _) => {}
            (Some(_), None) => strange += 1,
            (Some(field), Some(text)) => {
                columns.insert(field.column.to_owned(), Some(text.to_owned()));
            }
        }
    }
    (columns, strange)
}
