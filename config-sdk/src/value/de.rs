//! A value read back into any serde type.

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, Error as _, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::Value;

/// Why a value could not be read as the type asked for.
pub(crate) type Mismatch = serde::de::value::Error;

impl<'de> Deserializer<'de> for &'de Value {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Int(value) => match (u64::try_from(*value), i64::try_from(*value)) {
                (Ok(value), _) => visitor.visit_u64(value),
                (_, Ok(value)) => visitor.visit_i64(value),
                _ => visitor.visit_i128(*value),
            },
            Value::UInt(value) => visitor.visit_u128(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::Text(text) => visitor.visit_borrowed_str(text),
            Value::List(items) => visitor.visit_seq(SeqDeserializer::new(items.iter())),
            Value::Map(fields) => visitor.visit_map(MapDeserializer::new(
                fields.iter().map(|(name, value)| (name.as_str(), value)),
            )),
            Value::Decimal(_) | Value::Duration(_) | Value::Timestamp(_) => {
                visitor.visit_string(self.to_string())
            }
            Value::Redacted => {
                Err(Mismatch::custom("it is a secret: read it through its block's type"))
            }
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.as_f64() {
            Some(value) => visitor.visit_f64(value),
            None => self.deserialize_any(visitor),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        match self {
            Value::Text(text) => visitor.visit_enum(text.as_str().into_deserializer()),
            Value::Map(fields) => visitor.visit_enum(serde::de::value::MapAccessDeserializer::new(
                MapDeserializer::new(fields.iter().map(|(name, value)| (name.as_str(), value))),
            )),
            other => other.deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Mismatch> for &'de Value {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use rust_decimal::Decimal;
    use serde::Deserialize;

    use super::Value;

    fn read<'a, T: Deserialize<'a>>(value: &'a Value) -> T {
        T::deserialize(value).unwrap()
    }

    #[test]
    fn a_decimal_reads_exactly_as_decimal_and_nearly_as_float() {
        let value = Value::Decimal("0.1234567890123456789".parse().unwrap());
        assert_eq!(read::<Decimal>(&value).to_string(), "0.1234567890123456789");
        assert!((read::<f64>(&value) - 0.123_456_789_012_345_67).abs() < 1e-12);
    }

    #[test]
    fn enums_and_maps_read_from_text_and_objects() {
        #[derive(Debug, PartialEq, Deserialize)]
        enum Mode {
            Fast,
            Sized(u8),
        }
        assert_eq!(read::<Mode>(&Value::Text("Fast".into())), Mode::Fast);
        let sized = Value::Map(vec![("Sized".into(), Value::Int(3))]);
        assert_eq!(read::<Mode>(&sized), Mode::Sized(3));
        let map = read::<BTreeMap<String, u8>>(&sized);
        assert_eq!(map["Sized"], 3);
    }
}
