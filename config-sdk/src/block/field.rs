//! The types that are a column by themselves.

use std::time::Duration;

use rust_decimal::Decimal;

use crate::number;
use crate::schema::{Kind, Range};
use crate::value::Value;

/// A type that is a column by itself.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a field type by itself",
    note = "add `text` to `#[config(…)]` to keep a serde type as text, or `json` to keep it as JSON"
)]
pub trait FieldType: Sized {
    /// What kind of column holds it.
    const KIND: Kind;

    /// What the type itself can hold, where that is less than its column can.
    fn range() -> Option<Range> {
        None
    }

    /// Reads the column's text.
    ///
    /// # Errors
    /// What is wrong, without the text itself.
    fn decode(text: &str) -> Result<Self, String>;

    /// The value without its type.
    fn encode(&self) -> Value;
}

/// A type that can have a `range`.
#[diagnostic::on_unimplemented(
    message = "`range` is for numbers and lengths of time, and `{Self}` is neither",
    note = "for text, lists and maps use `length = a..=b`"
)]
pub trait Ordered {}

macro_rules! integers {
    ($($type:ty => $kind:ident;)*) => {$(
        impl Ordered for $type {}

        impl FieldType for $type {
            const KIND: Kind = Kind::$kind;

            fn range() -> Option<Range> {
                Some(Range {
                    min: Some(<$type>::MIN.encode()),
                    max: Some(<$type>::MAX.encode()),
                    open: false,
                })
            }

            fn decode(text: &str) -> Result<Self, String> {
                whole(text, text.parse().ok(), <$type>::MIN, <$type>::MAX)
            }

            fn encode(&self) -> Value {
                whole_value(*self)
            }
        }
    )*};
}

integers! {
    i8 => Integer;
    i16 => Integer;
    i32 => Integer;
    i64 => Integer;
    isize => Integer;
    u8 => Integer;
    u16 => Integer;
    u32 => Integer;
    u64 => BigInteger;
    usize => BigInteger;
    i128 => BigInteger;
}

/// The value of an integer that 128 signed bits can hold.
fn whole_value(integer: impl TryInto<i128>) -> Value {
    integer.try_into().map_or(Value::Null, Value::Int)
}

impl Ordered for u128 {}

impl FieldType for u128 {
    const KIND: Kind = Kind::BigInteger;

    fn range() -> Option<Range> {
        Some(Range { min: Some(Self::MIN.encode()), max: Some(Self::MAX.encode()), open: false })
    }

    fn decode(text: &str) -> Result<Self, String> {
        whole(text, text.parse().ok(), Self::MIN, Self::MAX)
    }

    fn encode(&self) -> Value {
        i128::try_from(*self).map_or(Value::UInt(*self), Value::Int)
    }
}

/// The whole number that was parsed, or the one that a decimal such as `5.0` is.
fn whole<T: TryFrom<i128> + std::fmt::Display>(
    text: &str,
    parsed: Option<T>,
    min: T,
    max: T,
) -> Result<T, String> {
    if let Some(value) = parsed {
        return Ok(value);
    }
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let out_of_range = || format!("must be within {min}..={max}");
    match number::decimal(text) {
        Ok(value) if value.fract().is_zero() => {
            T::try_from(value.trunc().mantissa()).map_err(|_| out_of_range())
        }
        Ok(_) => Err("must be a whole number".to_owned()),
        Err(_) if is_digits(text.trim_start_matches(['-', '+'])) => Err(out_of_range()),
        Err(problem) => Err(problem.to_owned()),
    }
}

impl FieldType for bool {
    const KIND: Kind = Kind::Bool;

    fn decode(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().as_str() {
            "true" | "t" | "yes" | "on" | "1" => Ok(true),
            "false" | "f" | "no" | "off" | "0" => Ok(false),
            _ => Err("must be true or false".to_owned()),
        }
    }

    fn encode(&self) -> Value {
        Value::Bool(*self)
    }
}

macro_rules! floats {
    ($($type:ty, $value:ident => $number:expr;)*) => {$(
        impl Ordered for $type {}

        impl FieldType for $type {
            const KIND: Kind = Kind::Float;

            fn decode(text: &str) -> Result<Self, String> {
                match text.parse::<$type>() {
                    Ok(value) if value.is_finite() => Ok(value),
                    Ok(_) => Err("is not a finite number that fits".to_owned()),
                    Err(_) => Err("is not a number".to_owned()),
                }
            }

            fn encode(&self) -> Value {
                let $value = *self;
                Value::Float($number)
            }
        }
    )*};
}

floats! {
    // Through text, so that it shows the digits it was given.
    f32, value => value.to_string().parse().unwrap_or(f64::NAN);
    f64, value => value;
}

impl Ordered for Decimal {}

impl FieldType for Decimal {
    const KIND: Kind = Kind::Decimal;

    fn decode(text: &str) -> Result<Self, String> {
        number::decimal(text).map_err(str::to_owned)
    }

    fn encode(&self) -> Value {
        Value::Decimal(*self)
    }
}

impl FieldType for String {
    const KIND: Kind = Kind::Text;

    fn decode(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }

    fn encode(&self) -> Value {
        Value::Text(self.clone())
    }
}

impl Ordered for Duration {}

impl FieldType for Duration {
    const KIND: Kind = Kind::Duration;

    fn decode(text: &str) -> Result<Self, String> {
        humantime::parse_duration(text)
            .map_err(|_| "must be a length of time with its unit, such as 90s or 1h 30m".to_owned())
    }

    fn encode(&self) -> Value {
        Value::Duration(*self)
    }
}

#[cfg(feature = "chrono")]
impl FieldType for chrono::DateTime<chrono::Utc> {
    const KIND: Kind = Kind::Timestamp;

    fn decode(text: &str) -> Result<Self, String> {
        const MESSAGE: &str = "must be a time such as 2026-01-31T12:00:00Z, from 1970 to 9999";
        let time = chrono::DateTime::parse_from_rfc3339(text).map_err(|_| MESSAGE)?;
        // A leap second is the second after it, as it is to a database and to `SystemTime`.
        let nanos = time.timestamp_subsec_nanos();
        let seconds = time.timestamp() + i64::from(nanos / 1_000_000_000);
        let time = chrono::DateTime::from_timestamp(seconds, nanos % 1_000_000_000);
        let is_known = (0..=253_402_300_799).contains(&seconds);
        time.filter(|_| is_known).ok_or_else(|| MESSAGE.to_owned())
    }

    fn encode(&self) -> Value {
        Value::Timestamp((*self).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_may_be_written_as_a_decimal_and_must_fit() {
        assert_eq!(u8::decode("5.0"), Ok(5));
        assert_eq!(i64::decode("1e3"), Ok(1000));
        assert_eq!(u8::decode("300"), Err("must be within 0..=255".to_owned()));
        assert_eq!(u8::decode("-1"), Err("must be within 0..=255".to_owned()));
        assert_eq!(u8::decode("5.5"), Err("must be a whole number".to_owned()));
        assert_eq!(u8::decode("five"), Err("is not a number".to_owned()));
        let beyond = "340282366920938463463374607431768211456";
        assert!(u128::decode(beyond).unwrap_err().starts_with("must be within"));
    }

    #[test]
    fn every_integer_survives_its_text() {
        assert_eq!(u128::decode(&u128::MAX.encode().to_string()), Ok(u128::MAX));
        assert_eq!(i128::decode(&i128::MIN.encode().to_string()), Ok(i128::MIN));
        assert_eq!(u64::decode(&u64::MAX.encode().to_string()), Ok(u64::MAX));
    }

    #[test]
    fn a_float_is_finite_and_keeps_its_digits() {
        for text in ["NaN", "inf", "-Infinity", "1e400"] {
            assert!(f64::decode(text).is_err(), "{text}");
        }
        assert_eq!(0.1f32.encode().to_string(), "0.1");
        assert!(f32::decode("1e39").is_err());
    }

    #[test]
    fn a_duration_needs_a_unit() {
        assert_eq!(Duration::decode("1h 30m"), Ok(Duration::from_secs(5400)));
        assert!(Duration::decode("90").unwrap_err().contains("unit"));
    }

    #[test]
    #[cfg(feature = "chrono")]
    fn a_time_is_read_with_any_offset_and_kept_in_utc() {
        type Time = chrono::DateTime<chrono::Utc>;
        let time = Time::decode("2026-01-31T13:00:00.25+01:00").unwrap();
        assert_eq!(time.encode().to_string(), "2026-01-31T12:00:00.250000Z");
        let leap = Time::decode("2016-12-31T23:59:60.5Z").unwrap();
        assert_eq!(leap, Time::decode("2017-01-01T00:00:00.5Z").unwrap());
        for text in [
            "9999-12-31T23:59:60Z",
            "infinity",
            "1969-12-31T23:59:59Z",
            "10000-01-01T00:00:00Z",
            "yesterday",
        ] {
            assert!(Time::decode(text).unwrap_err().contains("must be a time"), "{text}");
        }
    }
}
