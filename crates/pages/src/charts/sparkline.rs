//! Charts of the size of a word: two histograms in one, and a figure over time.

use std::fmt::Write;

/// Size of the chart.
const WIDTH: f64 = 160.0;
const HEIGHT: f64 = 40.0;

fn svg(content: &str, class: &str) -> String {
    format!(
        "<svg class=\"mini {class}\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" preserveAspectRatio=\"none\" aria-hidden=\"true\">{content}</svg>"
    )
}

/// Shares of the baseline as a filled shape and of the current data as a line over it, in the same
/// bins.
pub fn two_histograms(reference: &[f64], current: &[f64]) -> String {
    let top = reference.iter().chain(current).copied().fold(0.0, f64::max);
    if top <= 0.0 || reference.is_empty() {
        return String::new();
    }
    let width = WIDTH / reference.len() as f64;
    let steps = |shares: &[f64]| {
        let mut path = format!("M0 {HEIGHT}");
        for (bin, share) in shares.iter().enumerate() {
            let y = HEIGHT - (HEIGHT - 3.0) * share / top;
            // Writing to a text cannot fail.
            let _ = write!(path, "V{y:.1}H{:.1}", width * (bin + 1) as f64);
        }
        path + &format!("V{HEIGHT}")
    };
    svg(
        &format!(
            "<path class=\"before\" d=\"{}Z\"/><path class=\"now\" d=\"{}\"/>",
            steps(reference),
            steps(current)
        ),
        "histogram",
    )
}

/// A figure over days with the minimum that counts; `true` marks a point.
pub fn spark(points: &[(i64, Option<f64>, bool)], limit: f64) -> String {
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return String::new();
    };
    let span = (last.0 - first.0).max(1) as f64;
    let top = points
        .iter()
        .filter_map(|point| point.1)
        .fold(limit * 1.5, f64::max);
    let place = |day: i64, value: f64| {
        (
            4.0 + (WIDTH - 8.0) * (day - first.0) as f64 / span,
            HEIGHT - 4.0 - (HEIGHT - 8.0) * value / top,
        )
    };
    let limit_at = place(first.0, limit).1;
    let mut content = format!("<path class=\"limit\" d=\"M0 {limit_at:.1}H{WIDTH}\"/>");
    for part in points
        .split(|point| point.1.is_none())
        .filter(|part| !part.is_empty())
    {
        let path: Vec<String> = part
            .iter()
            .filter_map(|(day, value, _)| value.map(|value| place(*day, value)))
            .map(|(x, y)| format!("{x:.1} {y:.1}"))
            .collect();
        let _ = write!(content, "<path class=\"now\" d=\"M{}\"/>", path.join("L"));
    }
    for (day, value, marked) in points {
        if let (Some(value), true) = (value, *marked) {
            let (x, y) = place(*day, *value);
            let _ = write!(
                content,
                "<circle class=\"drifted\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>"
            );
        }
    }
    svg(&content, "spark")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_no_drawing() {
        assert_eq!(two_histograms(&[], &[]), "");
        assert_eq!(two_histograms(&[0.0], &[0.0]), "");
        assert_eq!(spark(&[], 0.1), "");
    }

    #[test]
    fn a_gap_breaks_the_line_and_drift_is_marked() {
        let drawing = spark(
            &[
                (0, Some(0.1), false),
                (1, None, false),
                (2, Some(0.4), true),
            ],
            0.1,
        );
        assert_eq!(
            (
                drawing.matches("class=\"now\"").count(),
                drawing.matches("<circle").count()
            ),
            (2, 1)
        );
    }
}
