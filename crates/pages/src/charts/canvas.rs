//! A small writer of SVG text, for charts of many marks: one path holds all dots of a color, a
//! tenth of the size of single circles.

use std::fmt::Write;

use model::Kind;
use model::vary::{round_step, stepped};

/// Width of a chart in its own units; it scales with its figure.
pub const WIDTH: f64 = 1040.0;
/// Height of text in the same units.
pub const TEXT: f64 = 32.0;
/// Letters of a label that fit into the left column, and the width of that column.
const LETTERS: usize = 21;
pub const LABELS: f64 = 380.0;

/// The anchor of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// A chart under construction. Colors are custom properties of the style sheet, without the dashes.
pub struct Canvas {
    height: f64,
    body: String,
}

impl Canvas {
    pub fn new(height: f64) -> Self {
        Self {
            height,
            body: String::new(),
        }
    }

    fn push(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        _ = self.body.write_fmt(element);
    }

    pub fn line(&mut self, [x, y]: [f64; 2], [to_x, to_y]: [f64; 2], color: &str, width: f64) {
        self.push(format_args!("<path d=\"M{x:.0} {y:.0}L{to_x:.0} {to_y:.0}\" stroke=\"var(--{color})\" stroke-width=\"{width}\"/>"));
    }

    pub fn rectangle(&mut self, [x, y]: [f64; 2], [width, height]: [f64; 2], color: &str) {
        self.push(format_args!(
            "<path d=\"M{x:.0} {y:.0}h{:.1}v{height:.0}h{:.1}z\" fill=\"var(--{color})\"/>",
            width.max(1.0),
            -width.max(1.0)
        ));
    }

    /// A line through `points`.
    pub fn curve(&mut self, points: &[[f64; 2]], color: &str) {
        let path = path(points);
        self.push(format_args!(
            "<path d=\"{path}\" fill=\"none\" stroke=\"var(--{color})\" stroke-width=\"5\" stroke-linejoin=\"round\"/>"
        ));
    }

    /// A band between two lines of the same length.
    pub fn band(&mut self, upper: &[[f64; 2]], lower: &[[f64; 2]], color: &str) {
        let whole: Vec<[f64; 2]> = upper.iter().chain(lower.iter().rev()).copied().collect();
        let path = path(&whole);
        self.push(format_args!(
            "<path d=\"{path}z\" fill=\"var(--{color})\" fill-opacity=\"0.16\"/>"
        ));
    }

    /// Dots of one color.
    pub fn dots(&mut self, points: impl Iterator<Item = [f64; 2]>, color: &str, size: f64) {
        let mut path = String::new();
        for [x, y] in points {
            _ = write!(path, "M{x:.0} {y:.0}h0");
        }
        if !path.is_empty() {
            self.push(format_args!("<path d=\"{path}\" stroke=\"var(--{color})\" stroke-width=\"{size}\" stroke-linecap=\"round\"/>"));
        }
    }

    pub fn text(&mut self, [x, y]: [f64; 2], anchor: Anchor, color: &str, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let text = text
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;");
        self.push(format_args!(
            "<text x=\"{x:.0}\" y=\"{:.0}\" text-anchor=\"{anchor}\" font-size=\"{TEXT}\" fill=\"var(--{color})\">{text}</text>",
            y + 0.35 * TEXT
        ));
    }

    /// A label in the left column, shortened where it is too long.
    pub fn label(&mut self, y: f64, text: &str) {
        self.text(
            [LABELS - 20.0, y],
            Anchor::End,
            "ink",
            &shortened(text, LETTERS),
        );
    }

    pub fn finish(self) -> String {
        format!(
            "<svg aria-hidden=\"true\" viewBox=\"0 0 {WIDTH} {:.0}\">{}</svg>",
            self.height, self.body
        )
    }
}

fn path(points: &[[f64; 2]]) -> String {
    points
        .iter()
        .enumerate()
        .map(|(index, [x, y])| format!("{}{x:.1} {y:.1}", if index == 0 { 'M' } else { 'L' }))
        .collect()
}

/// At most `letters` letters.
pub fn shortened(text: &str, letters: usize) -> String {
    if text.chars().count() <= letters {
        return text.to_owned();
    }
    let kept: String = text.chars().take(letters - 1).collect();
    format!("{}…", kept.trim_end())
}

/// A linear scale from values to units.
#[derive(Debug, Clone, Copy)]
pub struct Axis {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Axis {
    /// Over all of `values`, with a margin at both ends.
    pub fn over(values: impl Iterator<Item = f64>, [from, to]: [f64; 2]) -> Self {
        let [low, high] = values.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], value| {
            [low.min(value), high.max(value)]
        });
        let [low, high] = if low <= high { [low, high] } else { [0.0, 1.0] };
        let room = if high > low { 0.03 * (high - low) } else { 0.5 };
        Self {
            low: low - room,
            high: high + room,
            from,
            to,
        }
    }

    /// From zero to a little above the largest of `values`.
    pub fn from_zero(values: impl Iterator<Item = f64>, [from, to]: [f64; 2]) -> Self {
        let high = values.fold(0.0, f64::max);
        Self {
            low: 0.0,
            high: if high > 0.0 { 1.05 * high } else { 1.0 },
            from,
            to,
        }
    }

    pub fn at(&self, value: f64) -> f64 {
        self.from + (self.to - self.from) * (value - self.low) / (self.high - self.low)
    }

    /// Round values for its labels, with the decimals that they need.
    pub fn ticks(&self) -> (Vec<f64>, usize) {
        let step = round_step(Kind::Real, self.low, self.high, 6.0);
        let round = |value: f64, way: fn(f64) -> f64| way(value / step) * step;
        let (first, last) = (round(self.low, f64::ceil), round(self.high, f64::floor));
        let decimals = (-step.log10().floor()).max(0.0) as usize;
        (stepped(first, last.max(first), step), decimals)
    }
}
