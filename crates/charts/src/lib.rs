//! Drawings of an evaluation, made by plotters as SVG text: for the pages, and as files that a run
//! keeps.
//!
//! The canvas is twice as fine as it is shown, since plotters rounds to whole units. Colors are
//! placeholders that `finish` turns into the style sheet's custom properties, so that one drawing
//! serves light, dark and print.
#![warn(clippy::wildcard_enum_match_arm)]

mod chart;
pub mod curves;
pub mod histogram;
mod stand_alone;

pub use chart::{Chart, Curve, Curves};
use plotters::prelude::*;
pub use stand_alone::stand_alone;

/// A drawing that fails leaves its table: the reader loses the picture, not the numbers.
pub type Drawing = Result<(), Box<dyn std::error::Error>>;

const SIZE: (u32, u32) = (1040, 600);
const TEXT: i32 = 32;

/// Text that matters.
pub const INK: RGBColor = RGBColor(1, 1, 1);
/// Text and axes of less weight.
pub const FAINT: RGBColor = RGBColor(2, 2, 2);
/// Grid lines.
pub const GRID: RGBColor = RGBColor(3, 3, 3);
/// Colors of series, in the order of the legend.
const SERIES: [RGBColor; 4] = [
    RGBColor(4, 4, 4),
    RGBColor(5, 5, 5),
    RGBColor(6, 6, 6),
    RGBColor(7, 7, 7),
];
const PROPERTIES: [(&str, &str); 7] = [
    ("#010101", "var(--ink)"),
    ("#020202", "var(--ink-soft)"),
    ("#030303", "var(--line)"),
    ("#040404", "var(--series-0)"),
    ("#050505", "var(--series-1)"),
    ("#060606", "var(--series-2)"),
    ("#070707", "var(--series-3)"),
];

/// Color of the series at a position of the legend.
pub fn series_color(position: usize) -> RGBColor {
    SERIES[position % SERIES.len()]
}

/// The font of the page, in a color.
pub fn text_style(color: RGBColor) -> TextStyle<'static> {
    ("inherit", TEXT).into_font().color(&color)
}

/// Draws on a fresh canvas; the empty text when plotters cannot.
pub fn draw(
    paint: impl Fn(&DrawingArea<SVGBackend<'_>, plotters::coord::Shift>) -> Drawing,
) -> String {
    let mut svg = String::new();
    let outcome = {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        paint(&area).and_then(|()| Ok(area.present()?))
    };
    match outcome {
        Ok(()) => finish(&svg),
        Err(error) => {
            tracing::error!(%error, "the chart could not be drawn");
            String::new()
        }
    }
}

/// Scales with its figure, takes its colors from the style sheet and its font from the page; the
/// figure names it.
fn finish(svg: &str) -> String {
    let fixed = format!("<svg width=\"{}\" height=\"{}\"", SIZE.0, SIZE.1);
    let mut text = svg
        .replacen(&fixed, "<svg aria-hidden=\"true\"", 1)
        .replace(" font-family=\"inherit\"", "")
        .replace(" opacity=\"1\"", "")
        .replace('\n', "");
    for (placeholder, property) in PROPERTIES {
        text = text.replace(placeholder, property);
    }
    text
}

/// Axis text of a share.
pub fn percent_tick(value: &f64) -> String {
    format!("{:.0}%", value * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_has_no_fixed_size_and_no_fixed_color() {
        let svg = histogram::scores(&[1; 20], "people").svg;
        assert!(
            svg.starts_with("<svg aria-hidden=\"true\" viewBox=") && svg.ends_with("</svg>"),
            "{svg}"
        );
        assert!(
            !svg.contains('#') && svg.contains("var(--series-0)"),
            "{svg}"
        );
    }

    #[test]
    fn nothing_to_draw_is_no_drawing() {
        for (bins, rows) in [(&[][..], 0), (&[0; 20][..], 20)] {
            let chart = histogram::scores(bins, "people");
            assert_eq!(
                (chart.title.as_str(), chart.svg.as_str(), chart.rows.len()),
                ("No scores yet", "", rows)
            );
        }
        let nobody = histogram::by_outcome(&[vec![0; 20], vec![0; 20]]);
        assert_eq!((nobody.svg.as_str(), nobody.rows.len()), ("", 20));
        assert!(curves::all(&Curves::default()).is_empty());
    }
}
