//! A JSON tree to a value and back.

use serde_json::{Map, Number, Value as Json};

use super::Value;

/// The value of a JSON tree.
pub(crate) fn from_json(json: Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(value),
        Json::Number(number) => from_number(&number),
        Json::String(text) => Value::Text(text),
        Json::Array(items) => Value::List(items.into_iter().map(from_json).collect()),
        Json::Object(fields) => {
            Value::Map(fields.into_iter().map(|(name, value)| (name, from_json(value))).collect())
        }
    }
}

fn from_number(number: &Number) -> Value {
    if let Some(value) = number.as_i128() {
        Value::Int(value)
    } else {
        Value::Float(number.as_f64().unwrap_or(f64::NAN))
    }
}

/// The JSON tree of a value; a decimal becomes a string, which keeps its digits.
pub(crate) fn to_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Int(value) => {
            Number::from_i128(*value).map_or_else(|| Json::String(value.to_string()), Json::Number)
        }
        Value::Float(value) => Number::from_f64(*value).map_or(Json::Null, Json::Number),
        Value::List(items) => Json::Array(items.iter().map(to_json).collect()),
        Value::Map(fields) => Json::Object(
            fields
                .iter()
                .map(|(name, value)| (name.clone(), to_json(value)))
                .collect::<Map<_, _>>(),
        ),
        other => Json::String(other.to_string()),
    }
}
