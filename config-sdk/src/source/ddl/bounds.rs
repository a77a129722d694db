//! Which bounds of a field are for SQL to check.

use crate::schema::{FieldSchema, Kind, Range};
use crate::value::Value;

/// The bounds that `field`'s column has to keep beyond those of its type: none where a number is
/// brought into its range by the readers, and none of a length of time, which is text.
pub(crate) fn bounds(field: &FieldSchema) -> Option<Range> {
    let is_number =
        matches!(field.kind, Kind::Integer | Kind::BigInteger | Kind::Decimal | Kind::Float);
    let range = field.range.as_ref().filter(|_| is_number && !field.clamp)?;
    let beyond = |own: i64| {
        move |bound: &&Value| {
            field.kind != Kind::Integer || **bound != Value::Int(i128::from(own)) || range.open
        }
    };
    let range = Range {
        min: range.min.as_ref().filter(beyond(i64::MIN)).cloned(),
        max: range.max.as_ref().filter(beyond(i64::MAX)).cloned(),
        open: range.open,
    };
    (range.min.is_some() || range.max.is_some()).then_some(range)
}

/// The values that `field`'s column may have, if SQL can compare them: never those of a secret.
pub(crate) fn choices(field: &FieldSchema) -> &[Value] {
    let comparable = !matches!(field.kind, Kind::Duration | Kind::Timestamp | Kind::Json);
    if comparable && !field.secret { &field.one_of } else { &[] }
}

/// `value` in SQL, if it is something that SQL can compare with a column.
pub(crate) fn literal(value: &Value) -> Option<String> {
    match value {
        Value::Bool(_) | Value::Int(_) | Value::UInt(_) | Value::Decimal(_) => {
            Some(value.to_string())
        }
        Value::Float(value) if value.is_finite() => Some(value.to_string()),
        Value::Text(value) => Some(super::text(value)),
        _ => None,
    }
}
