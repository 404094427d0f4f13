//! Rows of dots along one scale: each dot a person, dots at the same position side by side (a
//! beeswarm).

use super::canvas::{Anchor, Axis, Canvas, LABELS, WIDTH};
use domain::format;

/// A row of dots.
pub struct Strip {
    pub label: String,
    pub dots: Vec<Dot>,
}

/// A person: position on the scale, and shade.
#[derive(Debug, Clone, Copy)]
pub struct Dot {
    pub x: f64,
    pub shade: Shade,
}

/// Five shades from a low to a high value, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shade {
    Value(u8),
    /// No value, or one without an order.
    Plain,
}

impl Shade {
    const ALL: [Self; 6] = [
        Self::Plain,
        Self::Value(0),
        Self::Value(1),
        Self::Value(2),
        Self::Value(3),
        Self::Value(4),
    ];

    /// The shade of a position from 0 to 1.
    pub fn of(place: Option<f64>) -> Self {
        place.map_or(Self::Plain, |place| {
            Self::Value((place * 5.0).clamp(0.0, 4.0) as u8)
        })
    }

    fn property(self) -> &'static str {
        match self {
            Self::Plain => "value-none",
            Self::Value(shade) => {
                ["value-0", "value-1", "value-2", "value-3", "value-4"][usize::from(shade.min(4))]
            }
        }
    }
}

/// Height of a row, size of a dot, and height below the rows.
const ROW: f64 = 66.0;
const DOT: f64 = 11.0;
const FOOT: f64 = 108.0;

/// Draws the rows over a scale called `scale`. `key`: the meaning of the shades; none for dots
/// without shades.
pub fn draw(strips: &[Strip], scale: &str, key: Option<&str>) -> String {
    let bottom = 12.0 + ROW * strips.len() as f64;
    let mut canvas = Canvas::new(bottom + FOOT + if key.is_some() { 52.0 } else { 0.0 });
    let values = strips
        .iter()
        .flat_map(|strip| strip.dots.iter().map(|dot| dot.x));
    let axis = Axis::over(values.chain([0.0]), [LABELS, WIDTH - 40.0]);
    let (ticks, decimals) = axis.ticks();
    for tick in ticks {
        let x = axis.at(tick);
        canvas.line([x, 0.0], [x, bottom], "line", 2.0);
        canvas.text(
            [x, bottom + 28.0],
            Anchor::Middle,
            "ink-soft",
            &format::signed(tick, decimals),
        );
    }
    canvas.line([axis.at(0.0), 0.0], [axis.at(0.0), bottom], "ink-soft", 3.0);
    for (row, strip) in strips.iter().enumerate() {
        let middle = 12.0 + ROW * (row as f64 + 0.5);
        canvas.label(middle, &strip.label);
        let placed = placed(&strip.dots, &axis, middle);
        for shade in Shade::ALL {
            let own = placed
                .iter()
                .zip(&strip.dots)
                .filter(|(_, dot)| dot.shade == shade)
                .map(|(at, _)| *at);
            canvas.dots(own, shade.property(), DOT);
        }
    }
    canvas.text(
        [LABELS + (WIDTH - LABELS) / 2.0, bottom + 76.0],
        Anchor::Middle,
        "ink-soft",
        scale,
    );
    if let Some(key) = key {
        shade_key(&mut canvas, bottom + 130.0, key);
    }
    canvas.finish()
}

/// The legend of the shades: "low ●●●●● high" after its name.
pub fn shade_key(canvas: &mut Canvas, y: f64, name: &str) {
    let from = WIDTH - 230.0;
    canvas.text([from - 90.0, y], Anchor::End, "ink-soft", name);
    canvas.text([from - 16.0, y], Anchor::End, "ink-soft", "low");
    for shade in 0..5_u8 {
        canvas.dots(
            std::iter::once([from + 12.0 + 28.0 * f64::from(shade), y]),
            Shade::Value(shade).property(),
            20.0,
        );
    }
    canvas.text([from + 150.0, y], Anchor::Start, "ink-soft", "high");
}

/// Dots of one shade, anywhere.
pub fn shaded(canvas: &mut Canvas, dots: &[([f64; 2], Shade)]) {
    for shade in Shade::ALL {
        canvas.dots(
            dots.iter()
                .filter(|(_, own)| *own == shade)
                .map(|(at, _)| *at),
            shade.property(),
            DOT + 2.0,
        );
    }
}

/// Dots of one column are placed above and below the middle, as close as the row allows.
fn placed(dots: &[Dot], axis: &Axis, middle: f64) -> Vec<[f64; 2]> {
    let column = |dot: &Dot| (axis.at(dot.x) / DOT).round() as i64;
    let mut counts = std::collections::HashMap::<i64, usize>::new();
    dots.iter()
        .for_each(|dot| *counts.entry(column(dot)).or_default() += 1);
    let most = counts.values().copied().max().unwrap_or(1);
    let step = (DOT * 0.9).min((ROW - DOT) / most as f64);
    let mut seen = std::collections::HashMap::<i64, usize>::new();
    dots.iter()
        .map(|dot| {
            let number = seen.entry(column(dot)).or_default();
            let side = if number.is_multiple_of(2) { 1.0 } else { -1.0 };
            let offset = side * number.div_ceil(2) as f64 * step;
            *number += 1;
            [axis.at(dot.x), middle + offset]
        })
        .collect()
}
