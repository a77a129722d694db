//! Numbers as text: the very number, or a fault where it does not fit; never another number.

use config_sdk::Decimal;
use config_sdk::private::{Codec, FieldType, Json, Plain};

use crate::exact::{exact, fits};

/// The input is the text of a NUMERIC column; its first eight bytes also make an SQLite `REAL`.
pub(crate) fn numbers(input: &[u8]) {
    if let Some(bits) = input.first_chunk() {
        real(f64::from_bits(u64::from_le_bytes(*bits)));
    }
    let Ok(text) = str::from_utf8(input) else { return };
    decimal(text);
    whole::<u8>(text);
    whole::<i64>(text);
    whole::<u64>(text);
    whole::<i128>(text);
    whole::<u128>(text);
    in_json(text);
}

fn decimal(text: &str) {
    match Plain::decode(text) {
        Ok(value) => same::<Decimal>(value, text),
        Err(problem) => assert!(!fits(text), "{problem}"),
    }
}

fn whole<T: FieldType + ToString>(text: &str) {
    if let Ok(value) = T::decode(text) {
        same(value, text);
    }
}

/// A number that JSON keeps, bare and as a string; in the latter, underscores may stand between digits.
fn in_json(text: &str) {
    for json in [format!("[{text}]"), format!("[\"{text}\"]")] {
        if let Ok([number]) = <Json as Codec<[Decimal; 1]>>::decode(&json) {
            let plain = json.replace('_', "");
            same(number, plain.trim_matches(|c: char| c.is_whitespace() || "[\"]".contains(c)));
        }
    }
}

/// A float becomes the decimal with its shortest digits, which are those of no other float.
fn real(float: f64) {
    let text = float.to_string();
    if let Ok(value) = Decimal::decode(&text) {
        same(value, &text);
        let back: f64 = value.to_string().parse().expect("a number");
        assert!(back == float, "{text}");
    }
}

#[track_caller]
fn same<T: ToString>(value: T, text: &str) {
    assert_eq!(exact(&value.to_string()), exact(text), "{text}");
    assert!(exact(text).is_some(), "{text}");
}
