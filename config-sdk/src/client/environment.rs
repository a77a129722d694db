//! Values from environment variables: `PREFIX__BLOCK__FIELD`.

use std::ffi::OsString;

use tracing::warn;

use super::{ConfigBuilder, Mistake};
use crate::names;
use crate::refresh::Overlay;
use crate::schema::BlockSchema;

/// The variables of the process, or those a test gives instead. Shows their names alone: any of
/// them may be a secret.
#[derive(Clone)]
pub(super) struct Variables(pub(super) Vec<(OsString, OsString)>);

impl std::fmt::Debug for Variables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl ConfigBuilder {
    /// What the environment lays over every row.
    pub(super) fn overlay(
        &self,
        schemas: &[&'static BlockSchema],
        mistakes: &mut Vec<Mistake>,
    ) -> Overlay {
        let Some(prefix) = &self.env_prefix else {
            return Overlay::default();
        };
        let variables =
            self.variables.clone().unwrap_or_else(|| Variables(std::env::vars_os().collect()));
        read(prefix, variables, schemas, mistakes)
    }
}

/// Reads every variable that starts with `prefix` and two underscores.
///
/// One that names no field is warned of and otherwise ignored, so that a field can be removed while
/// its variable is still set somewhere.
fn read(
    prefix: &str,
    variables: Variables,
    schemas: &[&'static BlockSchema],
    mistakes: &mut Vec<Mistake>,
) -> Overlay {
    let mut overlay = Overlay::default();
    let known: Vec<_> = schemas
        .iter()
        .flat_map(|schema| {
            let fields = schema.fields.iter();
            fields.map(|field| {
                (
                    format!("{prefix}__{}__{}", schema.name, field.name).to_ascii_uppercase(),
                    schema.name,
                    field.column,
                )
            })
        })
        .collect();
    let start = format!("{}__", prefix.to_ascii_uppercase());
    for (name, text) in variables.0 {
        // Letters beyond ASCII stay as they are: `ı` grows up to the `I` of another name.
        let upper = |name: &str| name.to_ascii_uppercase();
        let Some(name) = name.to_str().filter(|name| upper(name).starts_with(&start)) else {
            continue;
        };
        match known.iter().find(|(known, _, _)| *known == upper(name)) {
            None => {
                let names = known.iter().map(|(name, _, _)| name.as_str());
                let meant = names::suggestion(name, names);
                warn!("environment variable {name} names no field{meant}; it is ignored");
            }
            Some((_, block, column)) => match text.into_string() {
                Ok(text) => overlay.set(block, column, name.to_owned(), text),
                Err(_) => mistakes.push(Mistake::NotText(name.to_owned())),
            },
        }
    }
    overlay
}
