//! What `validator` finds wrong, as faults.

use validator::{Validate, ValidationError, ValidationErrors, ValidationErrorsKind};

use super::{Fault, Faults};

/// Runs the struct's own `validator::Validate`.
///
/// # Errors
/// A fault for each error, also of nested structs and lists.
pub fn validate<T: Validate>(value: &T) -> Result<(), Faults> {
    let mut faults = Faults::new();
    if let Err(errors) = value.validate() {
        collect(&errors, None, "", &mut faults);
    }
    faults.into_result()
}

/// `field` is the block's own field under which everything below is reported.
fn collect(errors: &ValidationErrors, field: Option<&str>, path: &str, faults: &mut Faults) {
    let mut kinds: Vec<_> = errors.errors().iter().collect();
    kinds.sort_by_key(|(name, _)| *name);
    for (name, kind) in kinds {
        let path = format!("{path}{name}");
        let field = field.or_else(|| Some(name.as_ref()).filter(|name| *name != "__all__"));
        match kind {
            ValidationErrorsKind::Field(errors) => {
                faults.extend(errors.iter().map(|error| fault(field, &path, error)));
            }
            ValidationErrorsKind::Struct(errors) => {
                collect(errors, field, &format!("{path}."), faults);
            }
            ValidationErrorsKind::List(items) => {
                for (index, errors) in items {
                    collect(errors, field, &format!("{path}.{index}."), faults);
                }
            }
        }
    }
}

fn fault(field: Option<&str>, path: &str, error: &ValidationError) -> Fault {
    let message = error.message.as_deref();
    let message = message.unwrap_or("does not pass the struct's validation");
    Fault {
        block: String::new(),
        key: None,
        field: field.map(str::to_owned),
        column: None,
        value: None,
        rule: format!("validate {}", error.code),
        message: match field {
            Some(field) if field != path => format!("{message} (at {path})"),
            _ => message.to_owned(),
        },
    }
}
