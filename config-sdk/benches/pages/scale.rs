//! Where an axis begins and ends, and which of its values are written beside it.

use std::ops::Range;

use config_benches::Axis;
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};

/// One axis, with ticks at values that people would write there themselves.
#[derive(Clone)]
pub(crate) struct Scale {
    log: bool,
    low: f64,
    high: f64,
    ticks: Vec<f64>,
}

/// More than so many different values are not all written out.
const FEW: usize = 8;

impl Scale {
    /// One that all of `values` are on.
    pub(crate) fn of(axis: &Axis, values: impl Iterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<_> = values.filter(|value| shows(axis, *value)).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        let (low, high) = (*values.first()?, *values.last()?);
        Some(if axis.log { logarithmic(low, high) } else { linear(low, high) })
    }

    /// The same, with just these values written out if they are few, and not the ends but a little more.
    pub(crate) fn named_by(axis: &Axis, values: impl Iterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<_> = values.filter(|value| shows(axis, *value)).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        let place = |value: &f64| if axis.log { value.log10() } else { *value };
        let places: Vec<_> = values.iter().map(place).collect();
        let width = places.last()? - places.first()?;
        let apart = places.windows(2).all(|pair| pair[1] - pair[0] > width / 16.0);
        if values.len() < 2 || values.len() > FEW || !apart {
            return Self::of(axis, values.into_iter());
        }
        let (low, high) = (places.first()? - width / 25.0, places.last()? + width / 25.0);
        let back = |place: f64| if axis.log { 10_f64.powf(place) } else { place };
        Some(Self { log: axis.log, low: back(low), high: back(high), ticks: values })
    }

    fn place(&self, value: f64) -> f64 {
        if self.log { value.log10() } else { value }
    }
}

impl Ranged for Scale {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (begin, end): (i32, i32)) -> i32 {
        let part = |value| self.place(value) - self.place(self.low);
        begin + (f64::from(end - begin) * part(*value) / part(self.high)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        // Lines between the ticks would say nothing.
        if hint.weight().allow_light_points() { Vec::new() } else { self.ticks.clone() }
    }

    fn range(&self) -> Range<f64> {
        self.low..self.high
    }
}

impl ValueFormatter<f64> for Scale {
    fn format(value: &f64) -> String {
        let (value, unit) = match value.abs() {
            999_999.5.. => (value / 1e6, "M"),
            9999.5.. => (value / 1e3, "k"),
            _ => (*value, ""),
        };
        let text = format!("{value:.4}");
        let short = text.trim_end_matches('0').trim_end_matches('.');
        let short =
            if short == "0" && value != 0.0 { format!("{value:.0e}") } else { short.into() };
        format!("{short}{unit}")
    }
}

/// Whether a value has a place: logarithms are of what is above nothing.
pub(crate) fn shows(axis: &Axis, value: f64) -> bool {
    value.is_finite() && (value > 0.0 || !axis.log)
}

fn logarithmic(low: f64, high: f64) -> Scale {
    let decades = (high / low).log10();
    let steps: &[f64] = match decades {
        4.0.. => &[1.0],
        2.5.. => &[1.0, 3.0],
        _ => &[1.0, 2.0, 5.0],
    };
    let (first, last) = (low.log10().floor() as i32 - 1, high.log10().ceil() as i32 + 1);
    let all = (first..=last).flat_map(|power| steps.iter().map(move |step| (power, *step)));
    let all: Vec<_> = all.map(|(power, step)| step * 10_f64.powi(power)).collect();
    // A hair's breadth of slack: 10^-1 times 5 is not quite 0.5.
    let begin = all.iter().rposition(|tick| *tick <= low * 1.000_001).unwrap_or(0);
    let end = all.iter().position(|tick| *tick >= high * 0.999_999).unwrap_or(all.len() - 1);
    let end = end.max(begin + 1).min(all.len() - 1);
    let ticks = all[begin..=end].to_vec();
    Scale { log: true, low: all[begin], high: all[end], ticks }
}

fn linear(low: f64, high: f64) -> Scale {
    // From nothing, unless that would press everything together at the top.
    let low = if low >= 0.0 && low < 0.5 * high { 0.0 } else { low };
    let width = if high > low { high - low } else { high.abs().max(1.0) };
    let rough = width / 6.0;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
    let step = step.into_iter().find(|step| *step >= rough * 0.999).unwrap_or(rough);
    let (first, last) = ((low / step).floor() as i64, ((low + width) / step).ceil() as i64);
    let ticks: Vec<_> = (first..=last).map(|tick| tick as f64 * step).collect();
    Scale { log: false, low: first as f64 * step, high: last as f64 * step, ticks }
}

#[test]
fn axes_begin_and_end_at_round_values() {
    let [line, log] = [false, true].map(|log| Axis { label: String::new(), log });
    let labels = |axis, low, high| {
        let scale = Scale::of(axis, [low, high].into_iter()).expect("values");
        scale.ticks.iter().map(Scale::format).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(labels(&log, 0.3, 95.0), "0.3 1 3 10 30 100");
    assert_eq!(labels(&log, 12.0, 85.0), "10 20 50 100");
    assert_eq!(labels(&log, 1e3, 1e6), "1000 3000 10k 30k 100k 300k 1M");
    assert_eq!(labels(&log, 0.5, 0.5), "0.5 1");
    assert_eq!(labels(&line, 1.6, 2.4), "1.6 1.8 2 2.2 2.4");
    assert_eq!(labels(&line, 0.0, 1.0), "0 0.2 0.4 0.6 0.8 1");
    assert_eq!(labels(&line, 56.0, 94.0), "50 60 70 80 90 100");
    assert_eq!(labels(&line, 0.0, 0.0), "0 0.2 0.4 0.6 0.8 1");
}

#[test]
fn few_values_are_named_themselves() {
    let axis = Axis { label: "threads".to_owned(), log: true };
    let scale = Scale::named_by(&axis, [1.0, 2.0, 4.0, 8.0, 0.0].into_iter()).expect("values");
    assert_eq!(scale.ticks, [1.0, 2.0, 4.0, 8.0]);
    assert!(scale.low < 1.0 && scale.high > 8.0);
    assert_eq!(scale.map(&1.0, (0, 108)), 4);
    assert_eq!(scale.map(&8.0, (0, 108)), 104);
}
