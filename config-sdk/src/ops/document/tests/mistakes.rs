//! Everything wrong with a file, at its line, with what to do about it.

use super::{ALL, BYTES, PAIRS, TRADING};
use crate::ops::document::{Format, MAX_FILE, parse};

/// What is said of `text`, a line for each mistake.
fn said(text: &str, format: Format) -> String {
    let blocks = [*TRADING, *BYTES, *PAIRS, *ALL];
    let mistakes = parse(text, format, &blocks).expect_err(text);
    let lines: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

#[test]
fn everything_wrong_is_told_at_once_with_its_line_and_remedy() {
    let toml = r#"
tradign.x = 1
trading = [1]

[bytes]
daily_amount = 5

[[pairs]]
symbol = "a"

[[pairs]]
symbol = true
number = "x"

[[pairs]]
symbol = ""
number = 1

[[all]]
"#;
    let expected = "\
line 2: tradign: no block is named `tradign` (did you mean `trading`?); there are: trading, bytes, pairs, all
line 3: trading: block `trading` has no key, and so only one row: write `[trading]` above its fields
line 5: bytes: block `bytes` has a key, and a row for each: write `[[bytes]]` above each
line 8: pairs[0]: the key of block `pairs` is not whole without `number`: give every part of it, or none for the row that the others inherit from
line 12: pairs[1].symbol: the key column `symbol` holds text: write one
line 13: pairs[1].number: the key column `number` holds a whole number: write one
line 15: pairs[2]: a part of the key is empty: give it what tells this copy from the others
line 19: all: block `all` has no key, and so only one row: write `[all]` above its fields";
    assert_eq!(said(toml, Format::Toml), expected);
}

#[test]
fn fields_are_told_by_their_nearest_names_and_secrets_are_never_quoted() {
    let toml = r#"[trading]
score_treshold = 0.8
sizing = "risk"
legacy = 1
token = "hunter2"
score_threshold = [0.8]
sizing_mode = { a = 1 }
tiers = [nan]"#;
    let expected = "\
line 2: trading.score_treshold: block `trading` has no field `score_treshold` (did you mean `score_threshold`?); it has: score_threshold, sizing_mode, tiers, token
line 3: trading.sizing: `sizing` is the column of the field `sizing_mode`: write `sizing_mode`
line 4: trading.legacy: `legacy` is retired, and nobody reads it any more: take it out
line 5: trading.token: `token` is a secret, which no file may hold: take it out, and set it by standard input or an environment variable
line 6: trading.score_threshold: `score_threshold` holds one value, and no table or list: write the value alone
line 7: trading.sizing_mode: `sizing_mode` holds one value, and no table or list: write the value alone
line 8: trading.tiers: `tiers` is kept as JSON, which has neither nan nor inf: write another number";
    assert_eq!(said(toml, Format::Toml), expected);
}

#[test]
fn json_is_told_by_path_and_a_name_given_twice_is_found_wherever_it_is() {
    let json = r#"{
  "trading": {"tiers": [{"a": 1, "a": 2}], "token": "hunter2"},
  "bytes": {"daily_amount": 5},
  "pairs": [5, {"symbol": "a", "number": null}],
  "all": [],
  "bytes": [{"daily_amount": {}, "daily_amount": 6}]
}"#;
    let expected = r#"line 2: trading.tiers[0].a: `a` is given twice: keep one of them
line 2: trading.token: `token` is a secret, which no file may hold: take it out, and set it by standard input or an environment variable
line 3: bytes: block `bytes` has a key, and a row for each: write a list of objects, `"bytes": [{…}]`
line 4: pairs[0]: block `pairs` has a key, and a row for each: write a list of objects, `"pairs": [{…}]`
line 4: pairs[1]: the key of block `pairs` is not whole without `number`: give every part of it, or none for the row that the others inherit from
line 5: all: block `all` has no key, and so only one row: write one object, `"all": {…}`
line 6: bytes[0].daily_amount: `daily_amount` is given twice: keep one of them
line 6: bytes: `bytes` is given twice: keep one of them"#;
    assert_eq!(said(json, Format::Json), expected);
}

#[test]
fn a_row_given_twice_names_the_line_of_the_first() {
    let toml = "[[bytes]]\nguild_id = 'a'\n[[bytes]]\n[[bytes]]\nguild_id = \"a\"\n[[bytes]]\n";
    let expected = "\
line 4: bytes[2]: bytes[a] is given twice, first in line 1: keep one of them
line 6: bytes[3]: bytes is given twice, first in line 3: keep one of them";
    assert_eq!(said(toml, Format::Toml), expected);
}

#[test]
fn what_is_not_the_format_is_told_by_its_line() {
    let broken = said("[all]\ntext = \"a\"\ntext = \"hunter2\"\n", Format::Toml);
    assert_eq!(broken, "line 3: this is not valid TOML: duplicate key; correct it");
    let number = said("[all]\nexact = 79228162514264337593543950335", Format::Toml);
    assert!(number.starts_with("line 2: ") && number.contains("write it as a string"), "{number}");
    let open = said("[all]\njson = [1,\n2\n", Format::Toml);
    assert!(open.contains("this is not valid TOML"), "{open}");
    let json = said("{\n\"all\": {\"text\": hunter2}}", Format::Json);
    assert!(json.starts_with("line 2: this is not valid JSON: at line 2, column"), "{json}");
    let half = said("{\"all\":\n{\"text\": \"\\ud800\"}}", Format::Json);
    assert!(half.starts_with("line 2: all.text: this is not valid JSON"), "{half}");
    let list = said("[1]", Format::Json);
    assert_eq!(list, r#"line 1: the file is no object of blocks: write `{"block": {"field": …}}`"#);
    let escape = said("\nall.json = { \"$json\" = \"{hunter2\" }", Format::Toml);
    assert!(escape.starts_with("line 2: the text of `$json` is not valid JSON"), "{escape}");
    for said in [broken, number, open, json, half, list, escape] {
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[test]
fn a_file_that_is_too_large_or_too_deep_is_not_parsed() {
    let large = " ".repeat(MAX_FILE + 1);
    let names = vec!["a"; 70].join(".");
    let nested = format!("{names} = {{ {names} = {{ {names} = 1 }} }}");
    let deep = [
        (Format::Json, format!("{{\"all\": {{\"json\": {}", "[".repeat(100_000))),
        (Format::Toml, format!("all.json = {}", "[".repeat(100_000))),
        (Format::Toml, format!("all.json = {}", "{a=".repeat(100_000))),
        (Format::Toml, nested),
        (Format::Toml, format!("all.json.{} = 1", vec!["a"; 100_000].join("."))),
        (Format::Toml, format!("[{}]\nb = 1", vec!["a"; 100_000].join("."))),
        (Format::Toml, format!("all.json.\"$json\" = '{}'", "[".repeat(100))),
    ];
    for (format, text) in deep {
        let said = said(&text, format);
        assert_eq!(said, "line 1: tables and lists nest deeper than is read: take out levels");
    }
    for format in [Format::Toml, Format::Json] {
        let expected = "line 1: the file has 16777217 bytes, and at most 16777216 are read: split it into several";
        assert_eq!(said(&large, format), expected);
    }
}

#[test]
fn a_file_of_nothing_but_mistakes_is_told_a_hundred_of_them() {
    for text in [format!("{{{}\"a\":1}}", "\"a\":1,\n".repeat(1000)), "{\"a\":{".into()] {
        let count = said(&text, Format::Json).lines().count();
        assert_eq!(count, if text.len() > 100 { 100 } else { 1 });
    }
}

#[test]
fn a_field_may_nest_as_deep_as_a_column_may() {
    let lists = format!("{}{}", "[".repeat(64), "]".repeat(64));
    for (format, text) in [
        (Format::Toml, format!("[all]\njson = {lists}")),
        (Format::Toml, format!("[all.json]\na = {}", &lists[1..127])),
        (Format::Json, format!("{{\"pairs\": [{{\"json\": {lists}}}]}}")),
    ] {
        assert!(parse(&text, format, &[*ALL, *PAIRS]).is_ok());
    }
}
