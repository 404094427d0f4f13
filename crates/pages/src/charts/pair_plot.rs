//! Two connected values of each row: before and after.

use super::canvas::{Anchor, Axis, Canvas, LABELS, WIDTH};
use domain::format;

/// Height of a row.
const ROW: f64 = 52.0;

/// A row is a label, the value before and the value after. The value after has the first color, the
/// value before the second.
pub fn draw(rows: &[(String, f64, f64)]) -> String {
    let bottom = 12.0 + ROW * rows.len() as f64;
    let mut canvas = Canvas::new(bottom + 60.0);
    let axis = Axis::from_zero(
        rows.iter().flat_map(|(_, was, is)| [*was, *is]),
        [LABELS, WIDTH - 40.0],
    );
    let (ticks, decimals) = axis.ticks();
    for tick in ticks {
        let x = axis.at(tick);
        canvas.line([x, 0.0], [x, bottom], "line", 2.0);
        canvas.text(
            [x, bottom + 28.0],
            Anchor::Middle,
            "ink-soft",
            &format::number(tick, decimals),
        );
    }
    for (row, (label, was, is)) in rows.iter().enumerate() {
        let y = 12.0 + ROW * (row as f64 + 0.5);
        canvas.label(y, label);
        canvas.line([axis.at(*was), y], [axis.at(*is), y], "line-strong", 4.0);
        canvas.dots([[axis.at(*was), y]].into_iter(), "series-1", 18.0);
        canvas.dots([[axis.at(*is), y]].into_iter(), "series-0", 18.0);
    }
    canvas.finish()
}
