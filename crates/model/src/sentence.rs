//! Explanations as text.

use crate::explain::{Explanation, FieldContribution};
use crate::use_case::Terminology;

/// A number of points as text: "11 points", "1 point", "less than 1 point".
///
/// ```
/// use model::sentence::points_text;
///
/// assert_eq!((points_text(-11.2), points_text(0.3)), ("11 points".to_owned(), "less than 1 point".to_owned()));
/// ```
pub fn points_text(points: f64) -> String {
    match libm::round(points.abs()) {
        0.0 => "less than 1 point".into(),
        1.0 => "1 point".into(),
        rounded => format!("{rounded} points"),
    }
}

/// A probability as text: "37%", "less than 1%", "more than 99%".
///
/// ```
/// use model::sentence::percent_text;
///
/// assert_eq!((percent_text(0.367), percent_text(0.999)), ("37%".to_owned(), "more than 99%".to_owned()));
/// ```
pub fn percent_text(probability: f64) -> String {
    let percent = 100.0 * probability;
    match percent {
        small if small < 1.0 => "less than 1%".into(),
        large if large > 99.0 => "more than 99%".into(),
        _ => format!("{}%", libm::round(percent)),
    }
}

/// "Overtime (Yes) adds 11 points", "Age (52 years) subtracts 3 points".
pub fn reason(contribution: &FieldContribution) -> String {
    let verb = if contribution.points < 0.0 {
        "subtracts"
    } else {
        "adds"
    };
    format!(
        "{} ({}) {verb} {}",
        contribution.label,
        contribution.value,
        points_text(contribution.points)
    )
}

/// Two or three sentences: the probability against the base value of the explanation, the fields
/// with the largest contributions in its direction, and the largest in the opposite direction.
/// Fields below half a point are omitted.
pub fn summary(explanation: &Explanation, words: &Terminology) -> String {
    let (own, base) = (
        percent_text(explanation.probability),
        percent_text(explanation.base_probability),
    );
    let one = &words.one;
    let verb = &words.verb;
    if own == base {
        let mut text = format!(
            "The predicted probability that this {one} will {verb} is {own}, about the base value of the model."
        );
        if let Some(top) = explanation
            .fields
            .iter()
            .find(|field| field.points.abs() >= 0.5)
        {
            text.push_str(&format!(" Strongest factor: {}.", reason(top)));
        }
        return text;
    }
    let up = explanation.probability > explanation.base_probability;
    let compared = if up { "above" } else { "below" };
    let mut text = format!(
        "The predicted probability that this {one} will {verb} is {own}, {compared} the base value of {base}."
    );
    let counts = |field: &&FieldContribution| field.points.abs() >= 0.5;
    let with: Vec<String> = explanation
        .fields
        .iter()
        .filter(counts)
        .filter(|field| (field.points > 0.0) == up)
        .take(3)
        .map(reason)
        .collect();
    if !with.is_empty() {
        text.push_str(&format!(" {}.", join(&with)));
    }
    if let Some(against) = explanation
        .fields
        .iter()
        .filter(counts)
        .find(|field| (field.points > 0.0) != up)
    {
        text.push_str(&format!(" However, {}.", reason(against)));
    }
    text
}

/// What the calibration range of a score means: where it comes from, what it does not say, and
/// where the score lies in it. The range and the score come from different fits, so the score may
/// lie at its edge.
pub fn calibration_range(probability: f64, [low, high]: [f64; 2], words: &Terminology) -> String {
    let Terminology {
        one,
        many,
        event_many,
        ..
    } = words;
    let mut text = format!(
        "The share of {event_many} among past {many} with similar scores is estimated to lie in this range. It describes the calibration of \
         the model, not how certain the score of this {one} is."
    );
    if low < high && (probability <= low || probability >= high) {
        let side = if probability <= low { "lower" } else { "upper" };
        text.push_str(&format!(
            " The score is at the {side} end of the range, to which it was extended: score and range come from separate calibrations."
        ));
    }
    text
}

/// "a", "a and b", "a, b and c".
///
/// ```
/// use model::sentence::join;
///
/// assert_eq!(join(&["a".into(), "b".into(), "c".into()]), "a, b and c");
/// ```
pub fn join(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
