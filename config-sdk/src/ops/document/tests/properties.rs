//! Whatever a store holds survives both formats, and no text breaks them.

use std::time::{Duration, UNIX_EPOCH};

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use rust_decimal::Decimal;

use super::{ALL, BYTES, FORMATS, PAIRS, TRADING, expected, read, section};
use crate::key::Key;
use crate::ops::document::{Document, parse, print};
use crate::schema::Kind;
use crate::value::Value;

fn character() -> impl Strategy<Value = char> {
    let odd = "\"'\\[]{},/=#.$:-_ \n\r\t\0\u{1b}\u{7f}\u{85}\u{2028}\u{feff}é🦀".chars();
    prop_oneof![select(odd.collect::<Vec<_>>()), any::<char>(), proptest::char::range('a', 'z')]
}

fn text() -> impl Strategy<Value = String> {
    vec(character(), 0..12).prop_map(String::from_iter)
}

fn decimal() -> impl Strategy<Value = Decimal> {
    let most = (1i128 << 96) - 1;
    let digits = prop_oneof![-most..=most, -1000..1000i128, Just(most), Just(0)];
    (digits, 0..=28u32).prop_map(|(digits, scale)| Decimal::from_i128_with_scale(digits, scale))
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(|value| Value::Int(value.into())),
        any::<u64>().prop_map(|value| Value::Int(value.into())),
        any::<f64>().prop_map(Value::Float),
        text().prop_map(Value::Text),
        decimal().prop_map(Value::Decimal),
    ];
    let name = prop_oneof![4 => text(), 1 => Just("$json".to_owned())];
    leaf.prop_recursive(4, 24, 4, move |part| {
        let field = (name.clone(), part.clone());
        prop_oneof![vec(part, 0..4).prop_map(Value::List), vec(field, 0..4).prop_map(Value::Map),]
    })
}

fn value(kind: Kind) -> BoxedStrategy<Value> {
    let time = (0..253_402_300_800u64, 0..1_000_000_000u32);
    let time = time.prop_map(|(seconds, nanos)| Duration::new(seconds, nanos));
    match kind {
        Kind::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Kind::Integer => any::<i64>().prop_map(|value| Value::Int(value.into())).boxed(),
        Kind::BigInteger => {
            prop_oneof![any::<i128>().prop_map(Value::Int), any::<u128>().prop_map(Value::UInt)]
                .boxed()
        }
        Kind::Decimal => decimal().prop_map(Value::Decimal).boxed(),
        Kind::Float => prop_oneof![
            any::<f64>(),
            select(vec![0.0, -0.0, 5.0, 1e16, 1e300, 5e-324, f64::NAN, f64::INFINITY]),
        ]
        .prop_map(Value::Float)
        .boxed(),
        Kind::Text => text().prop_map(Value::Text).boxed(),
        Kind::Duration => time.prop_map(Value::Duration).boxed(),
        Kind::Timestamp => time.prop_map(|time| Value::Timestamp(UNIX_EPOCH + time)).boxed(),
        Kind::Json => json().boxed(),
    }
}

/// What a row sets, and the defaults.
fn row() -> impl Strategy<Value = (Vec<Option<Value>>, Vec<Value>)> {
    let values = |absent: f64| {
        let field = |kind| option::weighted(1.0 - absent, value(kind));
        ALL.fields.iter().map(|schema| field(schema.kind)).collect::<Vec<_>>()
    };
    let or_none = |value: Option<Value>| value.unwrap_or(Value::Null);
    (values(0.3), values(0.1).prop_map(move |all| all.into_iter().map(or_none).collect()))
}

fn key() -> impl Strategy<Value = Key> {
    let number = prop_oneof![any::<i64>().prop_map(i128::from), any::<i128>()];
    (text(), number).prop_filter_map("a key", |(symbol, number)| {
        Key::new([symbol.as_str(), &number.to_string()]).ok()
    })
}

/// Words of both formats, so that random texts get somewhere.
fn shred() -> impl Strategy<Value = String> {
    let words = [
        "[all]\n",
        "[[pairs]]\n",
        "[[bytes]]\n",
        "guild_id",
        "symbol",
        "number",
        "\"all\"",
        "all",
        "{",
        "}",
        "[",
        "]",
        "json",
        "exact",
        "=",
        ":",
        ",",
        ".",
        "\"",
        "\"\"\"",
        "'''",
        "\"$json\"",
        "\"null\"",
        "1e999",
        "0x",
        "-1.5",
        "nan",
        "null",
        "true",
        "\n",
        "#",
        "\\u0000",
        "\\ud800",
        "2026-01-31",
        "\"text\"",
    ];
    prop_oneof![
        6 => select(words.to_vec()).prop_map(str::to_owned),
        1 => text(),
    ]
}

proptest! {
    #[test]
    fn whatever_a_store_holds_survives_both_formats(
        only in row(), shared in row(), keyed in vec((key(), row()), 0..3)
    ) {
        let mut sections = vec![
            section(*ALL, None, only.0, only.1),
            section(*PAIRS, None, shared.0, shared.1),
        ];
        for (key, (values, defaults)) in keyed {
            if sections.iter().all(|section| section.place.key.as_ref() != Some(&key)) {
                sections.push(section(*PAIRS, Some(key), values, defaults));
            }
        }
        let document = Document { sections };
        for format in FORMATS {
            let printed = print(&document, format);
            prop_assert_eq!(read(&printed, format), expected(&document), "{}", printed);
        }
    }

    #[test]
    fn no_text_panics_and_what_is_wrong_has_a_line(
        shreds in vec(shred(), 0..40), noise in vec(any::<u8>(), 0..60)
    ) {
        for text in [shreds.concat(), String::from_utf8_lossy(&noise).into_owned()] {
            for format in FORMATS {
                let blocks = [*ALL, *PAIRS, *TRADING, *BYTES];
                if let Err(mistakes) = parse(&text, format, &blocks) {
                    prop_assert!(!mistakes.is_empty());
                    let last = text.split('\n').count();
                    prop_assert!(mistakes.iter().all(|mistake| (1..=last).contains(&mistake.line)));
                }
            }
        }
    }
}
