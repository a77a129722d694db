//! The rules of contents: every value comes back as it was written.

use super::reader::{Reader, Verdict, only, same};
use super::reading::three;
use super::{Row, Subject};

/// Columns, and texts that others have mangled.
pub(super) const TEXTS: [(&str, &[&str]); 7] = [
    (
        "amount",
        &[
            "0.70",
            "-1.50",
            "0",
            "0.00",
            "0.1234567890123456789012345678",
            "-0.0000000000000000000000000001",
            "79228162514264337593543950335",
            "9007199254740993",
        ],
    ),
    ("count", &["0", "-1", "9223372036854775807", "-9223372036854775808"]),
    ("huge", &["18446744073709551616", "340282366920938463463374607431768211455"]),
    ("ratio", &["0.1", "-2.5", "1e300", "5e-324"]),
    ("enabled", &["true", "false"]),
    (
        "note",
        &[
            "plain",
            " a space before, one after ",
            "it's \"quoted\" and \\escaped\\ and $1 and %s",
            "two\nlines\r\nand a\ttab",
            "größer, 価格, 🚀, e\u{301}",
            "null",
            "NULL",
            "true",
            "007",
            "0x10",
            "{\"not\": \"json here\"}",
            "a,b;c|d=e:f/g",
            "'; drop table conformance_a; --",
        ],
    ),
    (
        "shape",
        &[
            "[]",
            "{\"tiers\": [{\"at\": \"0.70\", \"by\": 10}], \"name\": \"it's \\\"ü\\\"\\n\"}",
            "[1, 2.5, null, true, \"\"]",
        ],
    ),
];

pub(super) async fn every_text_comes_back_as_it_was_written(subject: &dyn Subject) -> Verdict {
    let [a, ..] = three();
    let mut reader = Reader::new(subject).await?;
    let longest = TEXTS.iter().map(|(_, texts)| texts.len()).max();
    for number in 0..longest.unwrap_or(0) {
        let columns = TEXTS.map(|(column, texts)| (column, texts[number % texts.len()]));
        let row = Row::of(a, &columns);
        reader.write(std::slice::from_ref(&row)).await;
        let fetched = reader.news().await?;
        only(&fetched, &[a])?;
        same(&fetched, &row)?;
    }
    Ok(())
}

pub(super) async fn no_text_and_empty_text_are_two_things(subject: &dyn Subject) -> Verdict {
    let [a, b, _] = three();
    let rows = [Row::of(a, &[("note", "")]), Row::of(b, &[("count", "1")])];
    subject.write(&rows).await;
    let fetched = Reader::new(subject).await?.everything().await?;
    rows.iter().try_for_each(|row| same(&fetched, row))
}

pub(super) async fn a_row_of_nothing_but_null_is_a_row(subject: &dyn Subject) -> Verdict {
    let [a, ..] = three();
    let row = Row::of(a, &[]);
    subject.write(std::slice::from_ref(&row)).await;
    same(&Reader::new(subject).await?.everything().await?, &row)
}
