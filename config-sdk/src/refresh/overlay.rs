//! What lies over a stored row before it is decoded: fields that wait for a restart, then the
//! environment.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::block::{Columns, Faults};
use crate::cell::Origin;
use crate::record::Record;
use crate::schema::BlockSchema;

/// Fields set in the environment, which win over whatever stands below them.
#[derive(Debug, Default)]
pub(crate) struct Overlay {
    /// Block name, column, and which variable sets it to what.
    blocks: BTreeMap<&'static str, BTreeMap<&'static str, Variable>>,
}

#[derive(Debug)]
struct Variable {
    name: String,
    text: String,
}

impl Overlay {
    /// Lets the variable `name` set `column` of `block` to `text`.
    pub(crate) fn set(
        &mut self,
        block: &'static str,
        column: &'static str,
        name: String,
        text: String,
    ) {
        let columns = self.blocks.entry(block).or_default();
        columns.insert(column, Variable { name, text });
    }

    /// The columns that readers' value is decoded from: `record`, with `held` over it, with the
    /// environment over both.
    pub(crate) fn lay(
        &self,
        schema: &BlockSchema,
        record: Option<&Record>,
        held: Option<&Columns>,
    ) -> Columns {
        let mut columns = record.map(|record| record.columns.clone()).unwrap_or_default();
        if let Some(held) = held {
            columns.extend(held.clone());
        }
        for (column, variable) in self.of(schema) {
            columns.insert((*column).to_owned(), Some(variable.text.clone()));
        }
        columns
    }

    /// Where each field came from, and the block as a whole, when what is not in the environment
    /// came from `below`.
    pub(crate) fn origins(
        &self,
        schema: &BlockSchema,
        columns: &Columns,
        below: Origin,
    ) -> (Origin, Arc<[Origin]>) {
        let variables = self.blocks.get(schema.name);
        let origin = |column| match columns.get(column) {
            _ if variables.is_some_and(|set| set.contains_key(column)) => Origin::Environment,
            Some(Some(_)) => below,
            _ => Origin::Default,
        };
        let fields = schema.fields.iter().map(|field| origin(field.column)).collect();
        let whole = if variables.is_some() { Origin::Environment } else { below };
        (whole, fields)
    }

    /// The same faults; those of fields that `record` does not decide say what does.
    pub(crate) fn blame(
        &self,
        schema: &BlockSchema,
        record: Option<&Record>,
        held: Option<&Columns>,
        faults: Faults,
    ) -> Faults {
        let stored = |column: &str| record?.columns.get(column).cloned().flatten();
        let mut blamed = Faults::new();
        for mut fault in faults {
            let column = fault.column.as_deref().unwrap_or_default();
            let variable = self.of(schema).find(|(name, _)| **name == column);
            let kept =
                held.and_then(|held| held.get(column)).filter(|text| **text != stored(column));
            if let Some((_, variable)) = variable {
                fault.message = format!(
                    "{} (set by the environment variable {})",
                    fault.message, variable.name
                );
            } else if kept.is_some() {
                fault.message = format!(
                    "{} (kept from the start until a restart; the row says otherwise)",
                    fault.message
                );
            }
            blamed.push(fault);
        }
        blamed
    }

    /// Whether a variable sets `column`.
    #[cfg(feature = "ops")]
    pub(crate) fn sets(&self, schema: &BlockSchema, column: &str) -> bool {
        self.blocks.get(schema.name).is_some_and(|set| set.contains_key(column))
    }

    fn of(&self, schema: &BlockSchema) -> impl Iterator<Item = (&&'static str, &Variable)> {
        self.blocks.get(schema.name).into_iter().flatten()
    }
}
