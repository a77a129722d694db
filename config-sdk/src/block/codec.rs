//! How a field's type meets its column: as itself, as text, as JSON, optional, secret.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{FieldType, Secret};
use crate::json;
use crate::schema::{Kind, Range};
use crate::value::{self, Value};

/// A way of keeping a `T` in a column.
pub trait Codec<T> {
    /// Whether `NULL` can be the field's value.
    const OPTIONAL: bool = false;
    /// Whether the value is never shown.
    const SECRET: bool = false;

    /// What kind of column holds it.
    fn kind() -> Kind;

    /// What the type itself can hold, where that is less than its column can.
    fn range() -> Option<Range> {
        None
    }

    /// Reads the column's text.
    ///
    /// # Errors
    /// What is wrong, as a sentence that goes on from the field's name, without the text itself.
    fn decode(text: &str) -> Result<T, String>;

    /// The value without its type.
    fn encode(value: &T) -> Value;
}

/// A type that is a column by itself: numbers, text, lengths of time.
#[derive(Debug)]
pub struct Plain;

impl<T: FieldType> Codec<T> for Plain {
    fn kind() -> Kind {
        T::KIND
    }

    fn range() -> Option<Range> {
        T::range()
    }

    fn decode(text: &str) -> Result<T, String> {
        T::decode(text)
    }

    fn encode(value: &T) -> Value {
        value.encode()
    }
}

/// A serde type that is written as text, such as an enum of plain variants.
#[derive(Debug)]
pub struct Text;

impl<T: Serialize + DeserializeOwned> Codec<T> for Text {
    fn kind() -> Kind {
        Kind::Text
    }

    fn decode(text: &str) -> Result<T, String> {
        T::deserialize(&Value::Text(text.to_owned())).map_err(|error| error.to_string())
    }

    /// A type that does not serialize as text has no text, and validation says so.
    fn encode(value: &T) -> Value {
        match serde_json::to_value(value) {
            Ok(serde_json::Value::String(text)) => Value::Text(text),
            _ => Value::Null,
        }
    }
}

/// A serde type that is kept as JSON.
#[derive(Debug)]
pub struct Json;

impl<T: Serialize + DeserializeOwned> Codec<T> for Json {
    fn kind() -> Kind {
        Kind::Json
    }

    fn decode(text: &str) -> Result<T, String> {
        json::check(text)?;
        let value: T = serde_json::from_str(text).map_err(|error| json::explain(&error))?;
        json::check_kept(text, &value)?;
        Ok(value)
    }

    /// What cannot be JSON is shown as none.
    fn encode(value: &T) -> Value {
        serde_json::to_value(value).map_or(Value::Null, value::from_json)
    }
}

/// An optional field: `NULL` is `None`.
#[derive(Debug)]
pub struct Nullable<C>(std::marker::PhantomData<C>);

impl<C: Codec<T>, T> Codec<Option<T>> for Nullable<C> {
    const OPTIONAL: bool = true;
    const SECRET: bool = C::SECRET;

    fn kind() -> Kind {
        C::kind()
    }

    fn range() -> Option<Range> {
        C::range()
    }

    fn decode(text: &str) -> Result<Option<T>, String> {
        C::decode(text).map(Some)
    }

    fn encode(value: &Option<T>) -> Value {
        value.as_ref().map_or(Value::Null, C::encode)
    }
}

/// A secret field.
#[derive(Debug)]
pub struct Sealed<C>(std::marker::PhantomData<C>);

impl<C: Codec<T>, T> Codec<Secret<T>> for Sealed<C> {
    const SECRET: bool = true;

    fn kind() -> Kind {
        C::kind()
    }

    fn range() -> Option<Range> {
        C::range()
    }

    fn decode(text: &str) -> Result<Secret<T>, String> {
        C::decode(text).map(Secret::new)
    }

    fn encode(value: &Secret<T>) -> Value {
        C::encode(value.expose())
    }
}
