//! Figures by day, with intervals, named limits and event markers. A cycle without a figure is a
//! gap in the line.

use plotters::prelude::*;

use super::{Drawing, FAINT, GRID, INK, draw, series_color, text_style};

/// Width of a letter as a share of the axis.
const LETTER: f64 = 0.025;

/// A line of figures by day.
pub struct Series {
    pub points: Vec<Point>,
    /// Drawn with dashes: estimated figures, beside observed ones.
    pub dashed: bool,
}

/// One figure: value and interval, or nothing where it could not be computed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub day: i64,
    pub value: Option<f64>,
    pub interval: Option<[f64; 2]>,
}

impl Point {
    /// A figure of a day.
    pub fn of(day: i64, figure: Option<&domain::Estimate>) -> Self {
        Self {
            day,
            value: figure.and_then(|figure| figure.value),
            interval: figure.and_then(|figure| figure.interval),
        }
    }
}

/// Content of the chart.
pub struct OverTime<'a> {
    pub series: &'a [Series],
    /// Name and value of limit lines.
    pub limits: &'a [(String, f64)],
    /// Day and letter of events.
    pub marks: &'a [(i64, &'static str)],
    /// Lowest value of the axis; lower ones lower it.
    pub floor: f64,
    /// Lowest upper end of the axis.
    pub top: f64,
    pub tick: &'a dyn Fn(&f64) -> String,
    /// Day number to text.
    pub day: &'a dyn Fn(i64) -> String,
}

/// Draws the chart; an empty text without any day.
pub fn over_time(chart: &OverTime<'_>) -> String {
    let points = || chart.series.iter().flat_map(|series| &series.points);
    let (Some(first), Some(last)) = (
        points().map(|point| point.day).min(),
        points().map(|point| point.day).max(),
    ) else {
        return String::new();
    };
    let [first, last] = widened([first, last], chart.marks);
    let ends = points().flat_map(|point| {
        point
            .value
            .into_iter()
            .chain(point.interval.into_iter().flatten())
    });
    let values: Vec<f64> = ends
        .chain(chart.limits.iter().map(|(_, value)| *value))
        .collect();
    let low = values.iter().copied().fold(chart.floor, f64::min);
    let high = values.iter().copied().fold(chart.top, f64::max);
    let high = high + (high - low) * 0.08;
    // A margin at both sides, and a width for a single day.
    let room = ((last - first) as f64 * 0.03).max(3.0);
    let (left, right) = (first as f64 - room, last as f64 + room);
    let label = |value: &f64| (chart.day)(value.round() as i64);
    draw(|area| -> Drawing {
        let mut plot = ChartBuilder::on(area)
            .margin(12)
            .margin_top(40)
            .margin_right(60)
            .x_label_area_size(56)
            .y_label_area_size(104)
            .build_cartesian_2d(left..right, low..high)?;
        plot.configure_mesh()
            .disable_x_mesh()
            .bold_line_style(GRID)
            .light_line_style(TRANSPARENT)
            .axis_style(FAINT)
            .label_style(text_style(FAINT))
            .x_labels(5)
            .y_labels(5)
            .x_label_formatter(&label)
            .y_label_formatter(chart.tick)
            .draw()?;
        let mut marks: Vec<(i64, &str)> = chart
            .marks
            .iter()
            .copied()
            .filter(|(day, _)| (first..=last).contains(day))
            .collect();
        marks.sort_by_key(|(day, _)| *day);
        let mut days: Vec<i64> = marks.iter().map(|(day, _)| *day).collect();
        days.dedup();
        for day in days {
            plot.draw_series(DashedLineSeries::new(
                [(day as f64, low), (day as f64, high)],
                4,
                8,
                FAINT.stroke_width(2),
            ))?;
        }
        for (day, letters) in mark_labels(&marks, (right - left) * LETTER) {
            plot.draw_series([Text::new(
                letters,
                (day as f64 + room * 0.12, high),
                text_style(FAINT),
            )])?;
        }
        for (name, value) in chart.limits {
            plot.draw_series(DashedLineSeries::new(
                [(left, *value), (right, *value)],
                10,
                8,
                INK.stroke_width(2),
            ))?;
            plot.draw_series([Text::new(
                name.clone(),
                (left + room * 0.2, *value - (high - low) * 0.015),
                text_style(INK),
            )])?;
        }
        for (number, series) in chart.series.iter().enumerate() {
            let color = series_color(number);
            // Two lines on one day would hide each other's whiskers.
            let aside = room * 0.14 * number as f64;
            for part in parts(&series.points) {
                let line: Vec<(f64, f64)> = part
                    .iter()
                    .filter_map(|point| Some((point.day as f64 + aside, point.value?)))
                    .collect();
                if series.dashed {
                    plot.draw_series(DashedLineSeries::new(
                        line.clone(),
                        12,
                        8,
                        color.stroke_width(4),
                    ))?;
                } else {
                    plot.draw_series(LineSeries::new(line.clone(), color.stroke_width(4)))?;
                }
                let whisker = |point: &Point| {
                    let [from, to] = point.interval?;
                    let x = point.day as f64 + aside;
                    Some(PathElement::new(
                        vec![(x, from.max(low)), (x, to.min(high))],
                        color.stroke_width(3),
                    ))
                };
                plot.draw_series(part.iter().filter_map(whisker))?;
                plot.draw_series(
                    line.into_iter()
                        .map(|at| Circle::new(at, 8, color.filled())),
                )?;
            }
        }
        Ok(())
    })
}

/// First and last day of the axis: it reaches to marks beyond the points unless they are farther
/// away than the points are apart.
fn widened([first, last]: [i64; 2], marks: &[(i64, &str)]) -> [i64; 2] {
    let reach = (last - first).max(31);
    let near = || {
        marks
            .iter()
            .map(|(day, _)| *day)
            .filter(move |day| (first - reach..=last + reach).contains(day))
    };
    [near().fold(first, i64::min), near().fold(last, i64::max)]
}

/// One label for marks whose letters would overlap, at the day of the first: equal letters are
/// counted, as in `T×3 P`. `marks` by day; `letter`: days that a letter is wide.
fn mark_labels(marks: &[(i64, &str)], letter: f64) -> Vec<(i64, String)> {
    let text = |counts: &[(&str, usize)]| {
        let one = |(letter, count): &(&str, usize)| {
            if *count == 1 {
                (*letter).to_owned()
            } else {
                format!("{letter}×{count}")
            }
        };
        counts.iter().map(one).collect::<Vec<_>>().join(" ")
    };
    let mut labels: Vec<(i64, Vec<(&str, usize)>)> = Vec::new();
    for (day, mark) in marks {
        let overlaps = |(from, counts): &&mut (i64, Vec<(&str, usize)>)| {
            (*day - *from) as f64 <= letter * (text(counts).chars().count() + 1) as f64
        };
        match labels.last_mut().filter(overlaps) {
            Some((_, counts)) => match counts.iter_mut().find(|(known, _)| known == mark) {
                Some((_, count)) => *count += 1,
                None => counts.push((*mark, 1)),
            },
            None => labels.push((*day, vec![(*mark, 1)])),
        }
    }
    labels
        .into_iter()
        .map(|(day, counts)| (day, text(&counts)))
        .collect()
}

/// Runs of points without a gap: every point has a value, and is at most one and a half cycles
/// after the one before it.
fn parts(points: &[Point]) -> Vec<Vec<Point>> {
    let mut steps: Vec<i64> = points
        .windows(2)
        .map(|two| two[1].day - two[0].day)
        .filter(|step| *step > 0)
        .collect();
    steps.sort_unstable();
    let cycle = steps.get(steps.len() / 2).copied().unwrap_or(i64::MAX / 4);
    let mut parts: Vec<Vec<Point>> = vec![Vec::new()];
    let mut before: Option<i64> = None;
    for point in points {
        let gap = before.is_some_and(|before| (point.day - before) * 2 > cycle * 3);
        if (gap || point.value.is_none()) && parts.last().is_some_and(|part| !part.is_empty()) {
            parts.push(Vec::new());
        }
        if let (Some(_), Some(part)) = (point.value, parts.last_mut()) {
            part.push(*point);
        }
        before = Some(point.day);
    }
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_stay_gaps() {
        let point = |day, value| Point {
            day,
            value,
            interval: None,
        };
        let points = [
            point(0, Some(1.0)),
            point(30, Some(2.0)),
            point(60, None),
            point(90, Some(3.0)),
            point(120, Some(4.0)),
            point(240, Some(5.0)),
        ];
        let lengths: Vec<usize> = parts(&points).iter().map(Vec::len).collect();
        assert_eq!(lengths, [2, 2, 1], "a missing value and a missing cycle");
        assert!(parts(&[]).is_empty());
    }

    #[test]
    fn marks_that_would_overlap_share_a_label() {
        let marks = [(0, "T"), (0, "T"), (0, "T"), (0, "P"), (3, "P"), (90, "A")];
        assert_eq!(
            mark_labels(&marks, 2.0),
            [(0, "T×3 P×2".to_owned()), (90, "A".to_owned())]
        );
        assert!(mark_labels(&[], 2.0).is_empty());
    }

    #[test]
    fn the_axis_reaches_to_marks_that_are_near() {
        assert_eq!(
            widened([0, 100], &[(-20, "T"), (150, "P"), (900, "A")]),
            [-20, 150]
        );
        assert_eq!(widened([5, 5], &[]), [5, 5]);
    }

    #[test]
    fn one_day_can_be_drawn_and_none_is_no_panic() {
        let tick = |value: &f64| format!("{value:.1}");
        let day = |day: i64| day.to_string();
        let chart = |points| {
            let series = [Series {
                points,
                dashed: true,
            }];
            over_time(&OverTime {
                series: &series,
                limits: &[("limit".into(), 0.3)],
                marks: &[(5, "P")],
                floor: 0.0,
                top: 1.0,
                tick: &tick,
                day: &day,
            })
        };
        assert!(
            chart(vec![Point {
                day: 5,
                value: Some(0.5),
                interval: Some([0.4, 0.6])
            }])
            .starts_with("<svg")
        );
        assert_eq!(chart(vec![]), "");
    }
}
