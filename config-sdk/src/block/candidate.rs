//! A decoded block that has not been validated, and one that has.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

#[cfg(feature = "ops")]
use super::ConfigBlock;
use super::decode::{Columns, quote};
use super::{AnyBlock, BlockType, Clamped, Decoder, Fault, Faults, rules};
use crate::schema::{BlockSchema, Kind};
#[cfg(feature = "ops")]
use crate::value::Value;

/// A block that nobody has validated yet.
pub(crate) struct Candidate {
    value: Arc<dyn AnyBlock>,
    faults: Faults,
    clamped: Vec<Clamped>,
}

/// A block that passed every rule. Only [`Candidate::validate`] makes one, and only one of these
/// can be published.
pub(crate) struct Valid {
    value: Arc<dyn AnyBlock>,
    clamped: Vec<Clamped>,
}

impl Valid {
    pub(crate) fn into_parts(self) -> (Arc<dyn AnyBlock>, Vec<Clamped>) {
        (self.value, self.clamped)
    }
}

impl Candidate {
    /// Decodes the columns of a row of that block.
    ///
    /// # Errors
    /// One fault, if a decoder panicked; faults of single fields wait for [`Candidate::validate`].
    pub(crate) fn decode(block: BlockType, columns: &Columns) -> Result<Self, Faults> {
        let schema = block.schema();
        guarded(schema, || {
            let mut decoder = Decoder::new(schema, columns);
            let value = block.decode(&mut decoder);
            Self { value, faults: decoder.faults, clamped: decoder.clamped }
        })
    }

    /// A value made by code, with everything still to be checked.
    pub(crate) fn of(value: Arc<dyn AnyBlock>) -> Self {
        Self { value, faults: Faults::new(), clamped: Vec::new() }
    }

    /// The fields' values, whatever rules they break, and what could not be read at all.
    #[cfg(feature = "ops")]
    pub(crate) fn read(self) -> Result<(Vec<Value>, Faults), Faults> {
        let Self { value, faults, .. } = self;
        guarded(value.schema(), || value.values()).map(|values| (values, faults))
    }

    /// Checks every rule of every field, then the rules over several fields.
    ///
    /// The latter are left out when a field could not be read at all: they would judge a default
    /// that nobody wrote.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub(crate) fn validate(self) -> Result<Valid, Faults> {
        let Self { value, mut faults, clamped } = self;
        let readable = faults.is_empty();
        let found = guarded(value.schema(), || {
            let mut found = field_faults(&*value);
            if readable && let Err(faults) = value.rules() {
                found.extend(faults.into_iter().map(|fault| complete(&*value, fault)));
            }
            found
        });
        faults.extend(found.unwrap_or_else(|panic| panic));
        faults.into_result()?;
        Ok(Valid { value, clamped })
    }
}

/// What `edit` makes of the columns of a row: the fields' values before and after. Nobody has validated
/// either.
///
/// # Errors
/// One fault, if a decoder or `edit` panicked.
#[cfg(feature = "ops")]
pub(crate) fn edited<T: ConfigBlock>(
    columns: &Columns,
    edit: impl FnOnce(&mut T),
) -> Result<(Vec<Value>, Vec<Value>), Faults> {
    let schema = T::schema();
    guarded(schema, || {
        let mut block = T::decode(&mut Decoder::new(schema, columns));
        let before = block.encode();
        edit(&mut block);
        (before, block.encode())
    })
}

fn field_faults(block: &dyn AnyBlock) -> Faults {
    let (mut faults, schema) = (Faults::new(), block.schema());
    for (field, value) in schema.fields.iter().zip(block.values()) {
        let mut broken = rules::broken(field, &value);
        if value.is_null() && !field.optional && field.kind != Kind::Json {
            let message =
                "has no text: its `Serialize` has to write a string, as `Deserialize` reads one";
            broken.push(("type".to_owned(), message.to_owned()));
        }
        for (rule, message) in broken {
            faults.push(Fault {
                block: schema.name.to_owned(),
                key: None,
                field: Some(field.name.to_owned()),
                column: Some(field.column.to_owned()),
                value: quote(field, value.clone()),
                rule,
                message,
            });
        }
    }
    faults
}

/// Fills in what a user's rule need not know: the block's name, and the field's column and value.
fn complete(block: &dyn AnyBlock, mut fault: Fault) -> Fault {
    let schema = block.schema();
    fault.block = schema.name.to_owned();
    let place = fault
        .field
        .as_deref()
        .and_then(|name| schema.fields.iter().position(|field| field.name == name));
    if let Some(place) = place {
        let field = &schema.fields[place];
        fault.column = Some(field.column.to_owned());
        let current = || quote(field, block.field(place)?);
        fault.value = fault.value.or_else(current);
    }
    fault
}

/// Runs code that the user wrote or that runs user code; a panic becomes a fault of the block.
fn guarded<R>(schema: &BlockSchema, run: impl FnOnce() -> R) -> Result<R, Faults> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|panic| {
        let has_secret = schema.fields.iter().any(|field| field.secret);
        let said = if has_secret { UNTOLD } else { said(&*panic) };
        let mut faults = Faults::new();
        faults.push(Fault {
            block: schema.name.to_owned(),
            key: None,
            field: None,
            column: None,
            value: None,
            rule: "panic".to_owned(),
            message: format!("a rule or decoder panicked: {said}"),
        });
        faults
    })
}

/// What a panic says may hold any value of its block.
const UNTOLD: &str = "what it said is not told of a block with a secret; see the program's output";

fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("it did not say why")
}
