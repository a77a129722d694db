//! The table of all figures that are wanted, with what was measured of each.

use config_benches::{Bound, Figure, Table, WANTED, Wanted, bench};

use crate::reports::Reports;

/// All of them in one table.
pub(crate) fn all(reports: &Reports) -> Table {
    table(reports, WANTED.iter().flat_map(|(_, figures)| *figures))
}

/// A table for each thing that they are figures of, as Markdown.
pub(crate) fn by_section(reports: &Reports) -> String {
    let sections = WANTED.iter().map(|(name, figures)| {
        let table = table(reports, figures.iter());
        format!("**{name}**\n\n{table}")
    });
    sections.collect::<Vec<_>>().join("\n\n")
}

/// How many were reached and not, in a line.
pub(crate) fn counts(reports: &Reports) -> String {
    let wanted = WANTED.iter().flat_map(|(_, figures)| *figures);
    let verdicts: Vec<_> =
        wanted.map(|wanted| verdict(wanted, reports.figure(wanted.id))).collect();
    let count = |word| verdicts.iter().filter(|verdict| **verdict == word).count();
    let [reached, failed] = [count(REACHED), count(FAILED)];
    let [stated, missing] = [count(STATED), count(MISSING)];
    format!("{reached} reached, {failed} not reached, {stated} stated, {missing} not measured")
}

const REACHED: &str = "yes";
const FAILED: &str = "**no**";
const STATED: &str = "stated";
const MISSING: &str = "–";

fn table<'a>(reports: &Reports, wanted: impl Iterator<Item = &'a Wanted>) -> Table {
    let columns = ["figure", "measured", "wanted", "to that", "reached", "what lies behind it"];
    let columns = columns.map(str::to_owned).into();
    let rows = wanted.map(|wanted| row(wanted, reports.figure(wanted.id))).collect();
    Table { id: "wanted".to_owned(), columns, rows }
}

fn row(wanted: &Wanted, figure: Option<&Figure>) -> Vec<String> {
    let (bound, sign) = match wanted.bound {
        Bound::AtMost(most) => (Some(most), "≤ "),
        Bound::AtLeast(least) => (Some(least), "≥ "),
        Bound::Stated => (None, ""),
    };
    let ratio = figure.zip(bound).filter(|(_, bound)| *bound != 0.0);
    let none = || "–".to_owned();
    vec![
        wanted.what.to_owned(),
        figure.map_or_else(none, |figure| number(figure.value)),
        bound.map_or_else(none, |bound| format!("{sign}{bound}")),
        ratio.map_or_else(none, |(figure, bound)| format!("{:.2}", figure.value / bound)),
        verdict(wanted, figure).to_owned(),
        figure.map_or_else(
            || format!("not measured: `scripts/performance whole {}`", bench(wanted.id)),
            |figure| figure.detail.clone(),
        ),
    ]
}

fn verdict(wanted: &Wanted, figure: Option<&Figure>) -> &'static str {
    match (figure, wanted.bound) {
        (None, _) => MISSING,
        (Some(_), Bound::Stated) => STATED,
        (Some(figure), bound) if bound.holds(figure.value) => REACHED,
        (Some(_), _) => FAILED,
    }
}

/// With three digits that say something, and thousands set apart.
pub(crate) fn number(value: f64) -> String {
    let size = value.abs();
    let digits = match size {
        _ if value.fract() == 0.0 || size >= 100.0 => 0,
        10.0.. => 1,
        1.0.. => 2,
        _ => 3,
    };
    let text = format!("{value:.digits$}");
    if size < 1000.0 {
        return text;
    }
    let length = text.len();
    let places = text.chars().enumerate().map(|(at, digit)| {
        let apart = at > 0 && digit != '-' && (length - at).is_multiple_of(3);
        if apart { format!(",{digit}") } else { digit.to_string() }
    });
    places.collect()
}

#[test]
fn numbers_are_short_and_legible() {
    let texts = [0.0, 0.276, 1.109, 11.98, 143.0, 149.6, 1000.0, 25_310.4, 1_000_000.0].map(number);
    assert_eq!(texts, ["0", "0.276", "1.11", "12.0", "143", "150", "1,000", "25,310", "1,000,000"]);
}
