//! A plot as SVG that is legible in light and in dark: no background, text in the page's own colour.

use std::error::Error;

use config_benches::Plot;
use plotters::coord::CoordTranslate;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::scale::{Scale, shows};

/// As wide as rustdoc's column of text at its narrowest on a desk.
const WIDTH: u32 = 800;
const HEIGHT: u32 = 420;

/// Letters of a line's name that stand beside each other.
const NAME: usize = 34;

/// Neither too dark for a dark page nor too bright for a bright one, and told apart by the colour-blind
/// with the help of a [`mark`].
const COLOURS: [RGBColor; 10] = [
    RGBColor(0x2f, 0x86, 0xe0),
    RGBColor(0xe0, 0x7b, 0x1f),
    RGBColor(0x35, 0x9e, 0x58),
    RGBColor(0xdd, 0x4b, 0x4b),
    RGBColor(0x95, 0x68, 0xd2),
    RGBColor(0x1f, 0x9f, 0xa8),
    RGBColor(0xd1, 0x5c, 0xa3),
    RGBColor(0x96, 0x92, 0x22),
    RGBColor(0xa8, 0x71, 0x48),
    RGBColor(0x83, 0x89, 0x94),
];

/// Letters of the page's own colour; no colour of [`COLOURS`] is black.
const INK: RGBColor = BLACK;

/// The text of an SVG file, without an empty line, which would end it inside Markdown.
pub(crate) fn draw(plot: &Plot) -> Result<String, Box<dyn Error>> {
    let mut svg = String::new();
    fill(plot, SVGBackend::with_string(&mut svg, (WIDTH, HEIGHT)))?;
    let svg = svg.replace("\"#000000\"", "\"currentColor\"");
    let fits = "<svg role=\"img\" style=\"max-width: 100%; height: auto\" ";
    let svg = svg.replacen("<svg ", fits, 1);
    let lines = svg.lines().map(str::trim).filter(|line| !line.is_empty());
    Ok(lines.map(|line| format!("{line}\n")).collect())
}

fn fill(plot: &Plot, backend: SVGBackend<'_>) -> Result<(), Box<dyn Error>> {
    let points = || plot.series.iter().flat_map(|series| &series.points);
    let x = Scale::named_by(&plot.x, points().map(|(x, _)| *x)).ok_or("it has no points")?;
    let y = Scale::of(&plot.y, points().map(|(_, y)| *y)).ok_or("it has no points")?;
    let root = backend.into_drawing_area();
    let title = lines(&plot.title, 108);
    let (top, rest) = root.split_vertically(14 + 18 * title.len() as u32);
    for (number, line) in title.iter().enumerate() {
        top.draw(&Text::new(line.as_str(), (8, 8 + 18 * number as i32), letters(17.0)))?;
    }
    let longest = plot.series.iter().map(|series| series.name.chars().count()).max();
    let legend = 46 + 7 * longest.unwrap_or(0).min(NAME) as u32;
    let (left, right) = rest.split_horizontally(WIDTH - legend);

    let faint = INK.mix(0.15);
    let mut chart = ChartBuilder::on(&left)
        .margin(8)
        .margin_right(16)
        .x_label_area_size(44)
        .y_label_area_size(60)
        .build_cartesian_2d(x, y)?;
    chart
        .configure_mesh()
        .bold_line_style(faint)
        .axis_style(INK.mix(0.5))
        .label_style(letters(15.0))
        .axis_desc_style(letters(15.0))
        .x_desc(plot.x.label.as_str())
        .y_desc(plot.y.label.as_str())
        .draw()?;
    // A curve of very many points is no better for a mark on each.
    let marked = plot.series.iter().all(|series| series.points.len() <= 30);
    let mut height = 16;
    for (number, series) in plot.series.iter().enumerate() {
        let colour = colour(number);
        let shown = |(x, y): &&(f64, f64)| shows(&plot.x, *x) && shows(&plot.y, *y);
        let points: Vec<_> = series.points.iter().filter(shown).copied().collect();
        chart.draw_series(LineSeries::new(points.iter().copied(), colour.stroke_width(2)))?;
        if marked {
            points.iter().try_for_each(|point| mark(chart.plotting_area(), number, *point))?;
        }
        right.draw(&PathElement::new([(4, height), (28, height)], colour.stroke_width(2)))?;
        if marked {
            mark(&right, number, (16, height))?;
        }
        let beside = letters(15.0).pos(Pos::new(HPos::Left, VPos::Center));
        for line in lines(&series.name, NAME) {
            right.draw(&Text::new(line, (36, height), beside.clone()))?;
            height += 16;
        }
        height += 4;
    }
    root.present()?;
    Ok(())
}

/// Puts the sign of the line of that number there, so that not its colour alone tells it from others.
fn mark<C: CoordTranslate>(
    area: &DrawingArea<SVGBackend<'_>, C>,
    number: usize,
    place: C::From,
) -> Result<(), Box<dyn Error>>
where
    C::From: 'static,
{
    let (full, line) = (colour(number).filled(), colour(number).stroke_width(2));
    match number % 4 {
        0 => area.draw(&Circle::new(place, 4, full))?,
        1 => area.draw(&TriangleMarker::new(place, 6, full))?,
        2 => area.draw(&Cross::new(place, 4, line))?,
        _ => area.draw(&Circle::new(place, 4, line))?,
    }
    Ok(())
}

/// Of the line of that number.
fn colour(number: usize) -> RGBColor {
    COLOURS[number % COLOURS.len()]
}

fn letters(size: f64) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&INK)
}

/// The words of a sentence, in lines of no more letters than that.
fn lines(sentence: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in sentence.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + word.chars().count() < width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
