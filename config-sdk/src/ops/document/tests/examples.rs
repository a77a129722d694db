//! Documents as people see and write them.

use std::path::Path;

use super::{ALL, BYTES, FORMATS, TRADING, expected, read, section};
use crate::key::Key;
use crate::ops::document::{Document, Format, print};
use crate::value::Value;

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

fn decimal(text: &str) -> Value {
    Value::Decimal(text.parse().unwrap())
}

/// Two blocks: of the first most is set, of the second there is the shared row and one more.
fn document() -> Document {
    let tier = |at: &str| Value::Map(vec![("at".into(), text(at)), ("by".into(), Value::Int(1))]);
    let tiers = Value::List(vec![tier("0.5"), tier("0.7")]);
    let values = vec![None, Some(text("fixed")), Some(tiers), Some(text("hunter2"))];
    let defaults = vec![decimal("0.70"), text("risk"), Value::List(vec![]), Value::Null];
    let guild = Some(Key::new(["guild-1"]).unwrap());
    let bytes = |key, values| section(*BYTES, key, values, vec![Value::Int(3), Value::Null]);
    Document {
        sections: vec![
            section(*TRADING, None, values, defaults),
            bytes(guild, vec![Some(Value::Int(5)), None]),
            bytes(None, vec![None, Some(text("all"))]),
        ],
    }
}

const TOML: &str = r#"# What it is for.
[trading]

# Lowest score that opens a position.
# Within 0..=1; default 0.70.
# score_threshold = 0.70

# One of "risk", "fixed"; default "risk".
sizing_mode = "fixed"

# Length ..=8; taken at the next start; default [].
tiers = [
    { at = "0.5", by = 1 },
    { at = "0.7", by = 1 },
]

# `token` is a secret, and set. No file may hold it: set it by standard input or an environment variable.

# What it is for.
# A row without a key is the one that the others inherit from.
[[bytes]]

# Default 3.
# daily_amount = 3

# Default none.
note = "all"

[[bytes]]
guild_id = "guild-1"
daily_amount = 5
"#;

const JSON: &str = r#"{
  "trading": {
    "sizing_mode": "fixed",
    "tiers": [{"at":"0.5","by":1},{"at":"0.7","by":1}]
  },
  "bytes": [
    {
      "note": "all"
    },
    {
      "guild_id": "guild-1",
      "daily_amount": 5
    }
  ]
}
"#;

#[test]
fn toml_explains_each_field_and_json_has_what_rows_say_and_neither_has_a_secret() {
    let document = document();
    assert_eq!(print(&document, Format::Toml), TOML);
    assert_eq!(print(&document, Format::Json), JSON);
    assert!(!format!("{document:?}").contains("hunter2"));
}

#[test]
fn what_was_printed_is_read_with_the_shared_row_first() {
    let mut rows = expected(&document());
    rows.swap(1, 2);
    for format in FORMATS {
        assert_eq!(read(&print(&document(), format), format), rows);
    }
}

#[test]
fn a_line_that_is_uncommented_says_the_default() {
    let defaults = vec![
        Value::Bool(true),
        Value::Int(-7),
        Value::UInt(u128::MAX),
        decimal("0.70"),
        Value::Float(5.0),
        text("say \"a\"\nb"),
        Value::Duration(std::time::Duration::from_millis(1500)),
        Value::Timestamp(std::time::UNIX_EPOCH),
        Value::List(vec![Value::List(vec![Value::Null]), Value::Map(vec![])]),
        text("maybe"),
        Value::Map(vec![("a b".into(), Value::Int(i128::from(u64::MAX)))]),
    ];
    let nothing = vec![None; defaults.len()];
    let silent = Document { sections: vec![section(*ALL, None, nothing, defaults.clone())] };
    let set = defaults.iter().cloned().map(Some).collect();
    let loud = Document { sections: vec![section(*ALL, None, set, defaults)] };
    let printed = print(&silent, Format::Toml);
    assert_eq!(read(&printed, Format::Toml), expected(&silent));
    let explains = |line: &str| line.starts_with("# What") || line.starts_with("# Default");
    let lines = printed.lines().filter(|line| !explains(line));
    let lines: Vec<_> = lines.map(|line| line.strip_prefix("# ").unwrap_or(line)).collect();
    assert_eq!(read(&lines.join("\n"), Format::Toml), expected(&loud));
}

#[test]
fn numbers_are_taken_by_their_digits_however_a_format_writes_them() {
    let exact = |text: &str, format| {
        let rows = read(text, format);
        rows[0].1[0].1.clone().unwrap()
    };
    let long = "1234567890.123456789012345678";
    for format in FORMATS {
        for digits in ["0.70", "-0.10", long, "9007199254740993", "1e3"] {
            let text = match format {
                Format::Toml => format!("[all]\nexact = {digits}"),
                Format::Json => format!("{{\"all\": {{\"exact\": {digits} }} }}"),
            };
            assert_eq!(exact(&text, format), digits);
        }
    }
    let toml = [("+1_000.50", "1000.50"), ("0xFF", "255"), ("0b11", "3"), ("nan", "nan")];
    for (written, digits) in toml {
        assert_eq!(exact(&format!("all.exact = {written}"), Format::Toml), digits);
    }
    let beyond = r#"{"all": {"exact": 79228162514264337593543950335}}"#;
    assert_eq!(exact(beyond, Format::Json), "79228162514264337593543950335");
}

#[test]
fn a_file_may_be_written_in_any_way_its_format_has() {
    let rows = read("all = { text = 'a', at = 2026-01-31 12:00:00z }", Format::Toml);
    let at = "2026-01-31T12:00:00Z";
    assert_eq!(rows[0].1, [("text", Some("a".into())), ("at", Some(at.into()))]);
    let long = "[[bytes]]\nguild_id = 7\n[[bytes]]\nguild_id = 'b'\n[all.json]\nx = 0.70\n\
                [[all.json.y]]\nz = 2026-01-31\n[[all.json.y]]\n";
    let rows = read(long, Format::Toml);
    assert_eq!(rows[0].0.to_string(), "bytes[7]");
    let json = r#"{"x":0.70,"y":[{"z":"2026-01-31"},{}]}"#;
    assert_eq!(rows[2].1, [("json", Some(json.into()))]);
    let spaced = "\u{feff}{\"all\": {\"json\": { \"x\" : [ 0.70 , \"a b\" ] } } }";
    assert_eq!(read(spaced, Format::Json)[0].1, [("json", Some(r#"{"x":[0.70,"a b"]}"#.into()))]);
}

#[test]
fn a_null_is_the_default_except_of_json_that_can_be_null() {
    let nulls = [("text", None), ("json", Some("null".to_owned())), ("maybe_json", None)];
    let json = r#"{"all": {"text": null, "json": null, "maybe_json": null}}"#;
    assert_eq!(read(json, Format::Json)[0].1, nulls);
    let toml = "[all]\ntext = { \"$json\" = \"null\" }\njson = { \"$json\" = \"null\" }\n\
                maybe_json.\"$json\" = \"null\"";
    assert_eq!(read(toml, Format::Toml)[0].1, nulls);
}

#[test]
fn what_looks_like_an_escape_is_data_that_comes_back() {
    let looks = |inside| Value::Map(vec![("$json".into(), inside)]);
    for value in [looks(text("null")), looks(Value::Int(1)), looks(looks(text("{")))] {
        let mut values = vec![None; 11];
        values[8] = Some(value);
        let document =
            Document { sections: vec![section(*ALL, None, values, vec![Value::Null; 11])] };
        for format in FORMATS {
            assert_eq!(read(&print(&document, format), format), expected(&document));
        }
    }
}

#[test]
fn the_parts_of_a_key_are_one_text_however_they_are_written() {
    for number in ["7", "0x7", "+7", "'007'"] {
        let rows = read(&format!("[[pairs]]\nsymbol = 'a'\nnumber = {number}"), Format::Toml);
        assert_eq!(rows[0].0.key, Some(Key::new(["a", "7"]).unwrap()));
    }
}

#[test]
fn a_format_is_told_by_the_extension() {
    assert_eq!(Format::of_path(Path::new("a/b.TOML")), Some(Format::Toml));
    assert_eq!(Format::of_path(Path::new("b.json")), Some(Format::Json));
    assert_eq!(Format::of_path(Path::new("toml")), None);
}
