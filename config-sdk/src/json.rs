//! JSON text looked over before it is parsed: not too deep, and no number that would lose digits.

use serde::Serialize;
use serde_json::Value;

use crate::number;

/// As many digits as any decimal keeps, and a point.
const SAFE_DIGITS: usize = 29;
/// How deep lists and objects may nest.
const MAX_DEPTH: usize = 64;

/// Refuses text that nests too deep or has a number that 64 bits would not keep exactly.
///
/// # Errors
/// What is wrong and what to write instead, without the text itself.
pub(crate) fn check(text: &str) -> Result<(), String> {
    walk(text, MAX_DEPTH, after_number)
}

/// Refuses text that nests too deep for a document that has `around` levels around such JSON.
///
/// # Errors
/// What is wrong.
#[cfg(feature = "ops")]
pub(crate) fn check_depth(text: &str, around: usize) -> Result<(), String> {
    walk(text, MAX_DEPTH + around, |number| Ok(&number[1..]))
}

/// Counts levels, and goes on after a number where `after_number` says.
fn walk(
    text: &str,
    most: usize,
    after_number: impl Fn(&[u8]) -> Result<&[u8], String>,
) -> Result<(), String> {
    let mut depth = 0usize;
    let mut rest = text.as_bytes();
    while let Some(byte) = rest.first() {
        match byte {
            b'"' => rest = after_string(rest),
            b'[' | b'{' => {
                depth += 1;
                if depth > most {
                    return Err(format!("nests deeper than {most} levels"));
                }
                rest = &rest[1..];
            }
            b']' | b'}' => {
                depth = depth.saturating_sub(1);
                rest = &rest[1..];
            }
            b'-' | b'0'..=b'9' => rest = after_number(rest)?,
            _ => rest = &rest[1..],
        }
    }
    Ok(())
}

/// Refuses what was read from `text` if a number that is written as a string lost digits on the way,
/// as a decimal of more than 28 places does.
///
/// # Errors
/// What is wrong and what to write instead, without the text itself.
pub(crate) fn check_kept<T: Serialize>(text: &str, read: &T) -> Result<(), String> {
    if !may_lose_digits(text) {
        return Ok(());
    }
    let (Ok(written), Ok(kept)) = (serde_json::from_str(text), serde_json::to_value(read)) else {
        return Ok(());
    };
    if loses_digits(&written, &kept) {
        return Err(
            "has a number that its decimal does not keep exactly; write it as a string, with at \
                    most 28 digits"
                .to_owned(),
        );
    }
    Ok(())
}

/// Whether `text` has a number of many digits, or with an exponent, which leaves room for fewer.
fn may_lose_digits(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_digit() || c == '.' || c == '_';
    let longest = text.split(|c| !is_part(c)).map(str::len).max().unwrap_or(0);
    let ends = text.match_indices(['e', 'E']).map(|(at, _)| text.split_at(at));
    longest > SAFE_DIGITS || ends.into_iter().any(|(number, _)| number.ends_with(is_part))
}

/// Whether a string that is a number came out as another number.
fn loses_digits(written: &Value, kept: &Value) -> bool {
    let is_number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || b"+-._eE".contains(&byte));
    match (written, kept) {
        (Value::String(a), Value::String(b)) => {
            let differ = match (number::decimal(&a.replace('_', "")), number::decimal(b)) {
                (Ok(a), Ok(b)) => a != b,
                (Err(_), Ok(_)) => true,
                _ => false,
            };
            may_lose_digits(a) && is_number(a) && differ
        }
        (Value::Array(a), Value::Array(b)) => a.iter().zip(b).any(|(a, b)| loses_digits(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            let both = a.iter().filter_map(|(name, a)| Some((a, b.get(name)?)));
            both.into_iter().any(|(a, b)| loses_digits(a, b))
        }
        _ => false,
    }
}

/// What the parser found wrong, by its place; its own words may quote the text.
pub(crate) fn explain(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    match error.classify() {
        Category::Data => format!("does not fit its type: {error}"),
        _ => format!("is not valid JSON at line {}, column {}", error.line(), error.column()),
    }
}

fn after_string(text: &[u8]) -> &[u8] {
    let mut index = 1;
    while let Some(byte) = text.get(index) {
        match byte {
            b'\\' => index += 2,
            b'"' => return &text[index + 1..],
            _ => index += 1,
        }
    }
    &[]
}

fn after_number(text: &[u8]) -> Result<&[u8], String> {
    let is_part = |byte: &u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
    let end = text.iter().position(|byte| !is_part(byte));
    let (number, rest) = text.split_at(end.unwrap_or(text.len()));
    let number = String::from_utf8_lossy(number);
    if keeps_its_digits(&number) {
        Ok(rest)
    } else {
        Err("has a number with more digits than JSON numbers keep; write it as a string".to_owned())
    }
}

/// Whether a reader that takes numbers as 64 bits ends up with the same number.
fn keeps_its_digits(number: &str) -> bool {
    if number.parse::<i64>().is_ok() || number.parse::<u64>().is_ok() {
        return true;
    }
    // The parser's own reading, which is not always the nearest float.
    let Ok(nearest) = serde_json::from_str::<f64>(number) else {
        return true; // not a number: the parser says so better
    };
    match (number::decimal(number), number::decimal(&nearest.to_string())) {
        (Ok(exact), Ok(nearest)) => exact == nearest,
        // Too large for a decimal, which says so itself; of one that is too fine it would make zero.
        (Err(_), Err(_)) => {
            let kept = significant(number) == significant(&nearest.to_string());
            nearest.is_finite() && nearest.abs() >= 1.0 && kept
        }
        _ => false,
    }
}

/// The digits that make a number what it is, wherever its point stands.
fn significant(number: &str) -> String {
    let plain = number.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = plain.chars().filter(char::is_ascii_digit).collect();
    digits.trim_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::{check, check_kept};

    #[test]
    fn a_number_that_would_lose_digits_is_refused() {
        assert!(check(r#"{"a": 0.1, "b": [1e3, -2.50, 18446744073709551615]}"#).is_ok());
        assert!(check(r#"{"a": 0.12345678901234567890}"#).is_err());
        assert!(check("[9007199254740993.0]").is_err());
        assert!(check("[901000000.0205001]").is_err(), "it would become 901000000.0205");
        assert!(check("[18446744073709551617]").is_err());
        assert!(check("[1e300, -2.50e30]").is_ok());
        assert!(check("[133333333333333333333333333333333.0]").is_err());
        assert!(check("[1e-29]").is_err());
        assert!(check("[0e-29, 0.0e-400]").is_ok());
        assert!(check(r#"{"a": "0.12345678901234567890 \" 0.12345678901234567890"}"#).is_ok());
    }

    #[test]
    fn a_decimal_written_as_a_string_keeps_its_digits_or_is_refused() {
        type Amounts = Vec<rust_decimal::Decimal>;
        let check = |text: &str| check_kept(text, &serde_json::from_str::<Amounts>(text).unwrap());
        assert!(check(r#"["0.1234567890123456789012345678", "5", "1.10"]"#).is_ok());
        assert!(check(r#"["0.12345678901234567890123456789012345"]"#).is_err());
        assert!(check(r#"["0.1234567890_1234567890_1234567890"]"#).is_err());
        assert!(check(r#"["0.123456789012345678901234567890e5"]"#).is_err());
        assert!(check(r#"["1.00000000000675533208e-10"]"#).is_err());
        assert!(
            check(r#"["0.1_2", "1e5", "1.5e-10", "1.00000000000000000000000000000000"]"#).is_ok()
        );
        let names = r#"["123456789012345678901234567890123"]"#;
        let read: Vec<String> = serde_json::from_str(names).unwrap();
        assert!(check_kept(names, &read).is_ok(), "a name may look like a number");
    }

    #[test]
    fn deep_json_is_refused_before_it_is_parsed() {
        assert!(check(&"[".repeat(64)).is_ok());
        assert!(check(&"[".repeat(65)).is_err());
        assert!(check(&"[]".repeat(1000)).is_ok());
    }

    #[test]
    fn rubbish_neither_panics_nor_hangs() {
        for text in ["", "\"", "\"\\", "-", "1e", "{\"a\":\\", "é\u{0}", "--1..e"] {
            let _ = check(text);
        }
    }
}
