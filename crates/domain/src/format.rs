//! Numbers as displayed: the same characters from the server and the browser, no locale in between.

/// True minus sign: as wide as the plus, and not broken from its number.
const MINUS: char = '−';

/// A count in groups of three: `12,345`.
pub fn count(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with fixed decimals and a true minus sign.
pub fn number(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let is_zero = text.chars().all(|digit| matches!(digit, '0' | '.'));
    if value < 0.0 && !is_zero {
        format!("{MINUS}{text}")
    } else {
        text
    }
}

/// A number with its sign, for changes.
pub fn signed(value: f64, decimals: usize) -> String {
    let text = number(value, decimals);
    let is_zero = text.chars().all(|digit| matches!(digit, '0' | '.'));
    if value > 0.0 && !is_zero {
        format!("+{text}")
    } else {
        text
    }
}

/// Smaller p-values are not told apart: they rest on the far tail of an approximation.
const SMALLEST_P: f64 = 0.0001;

/// A p-value, the same everywhere: `0.0123`, `<0.0001`.
pub fn p_value(p: f64) -> String {
    if p < SMALLEST_P {
        format!("<{SMALLEST_P}")
    } else {
        number(p, 4)
    }
}

/// A p-value in a sentence: `p = 0.0123`, `p < 0.0001`.
pub fn p_value_phrase(p: f64) -> String {
    if p < SMALLEST_P {
        format!("p < {SMALLEST_P}")
    } else {
        format!("p = {}", number(p, 4))
    }
}

/// A probability as whole percent; very small and very large ones are not rounded to never and
/// always.
pub fn percent(probability: f64) -> String {
    match probability {
        p if p > 0.0 && p < 0.005 => "<1%".to_owned(),
        p if p < 1.0 && p > 0.995 => ">99%".to_owned(),
        p => format!("{}%", number(p * 100.0, 0)),
    }
}

/// An interval of probabilities: `12–27%`.
pub fn percent_interval([low, high]: [f64; 2]) -> String {
    format!("{}–{}%", number(low * 100.0, 0), number(high * 100.0, 0))
}

/// A range of probabilities around a score: `89–100%`. Rounded outwards, so that the shown range
/// holds the score with any decimals.
pub fn percent_range([low, high]: [f64; 2]) -> String {
    // Where 100 × 0.29 is a hair below 29 the range starts at 29 all the same.
    const HAIR: f64 = 1e-9;
    let (low, high) = ((low * 100.0 + HAIR).floor(), (high * 100.0 - HAIR).ceil());
    format!("{}–{}%", number(low, 0), number(high, 0))
}

/// Percentage points with sign: `+11.2`.
pub fn points(points: f64) -> String {
    signed(points, 1)
}

/// Seconds as text.
pub fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 1.0 => format!("{:.0} ms", s * 1000.0),
        s if s < 60.0 => format!("{s:.1} s"),
        s if s < 3600.0 => format!("{:.0} min {:.0} s", (s / 60.0).floor(), (s % 60.0).floor()),
        s => format!(
            "{:.0} h {:.0} min",
            (s / 3600.0).floor(),
            ((s % 3600.0) / 60.0).floor()
        ),
    }
}

/// A length of time in its largest unit: "3 days", "2 hours", "less than a minute".
pub fn age(micros: i64) -> String {
    let seconds = micros / 1_000_000;
    let units = [(86_400, "day"), (3600, "hour"), (60, "minute")];
    match units.into_iter().find(|(length, _)| seconds >= *length) {
        Some((length, name)) => {
            let count = seconds / length;
            format!("{count} {name}{}", if count == 1 { "" } else { "s" })
        }
        None => "less than a minute".to_owned(),
    }
}

/// The label of a gate policy that comes with the product; a policy from a file keeps its own name.
pub fn gate_policy_label(name: &str) -> &str {
    match name {
        "sensible" => "Default",
        "guide-strict" => "Strict limits",
        name => name,
    }
}

/// The label of a drift policy: of its preset, and the version where it is one of a use case.
pub fn drift_policy_label(name: &str) -> String {
    let (preset, version) = name.split_at(name.find(" (").unwrap_or(name.len()));
    let preset = match preset {
        "calibrated" => "Default",
        "guide-000" => "Default tests, half of the features",
        "churn-004" => "Kolmogorov–Smirnov, 30% of the features",
        "evidently" => "Test by data type, half of the features",
        name => name,
    };
    format!("{preset}{version}")
}

/// Bytes as text.
pub fn bytes(bytes: i64) -> String {
    match bytes as f64 {
        b if b < 1e3 => format!("{b:.0} B"),
        b if b < 1e6 => format!("{:.1} kB", b / 1e3),
        b if b < 1e9 => format!("{:.1} MB", b / 1e6),
        b => format!("{:.1} GB", b / 1e9),
    }
}

/// First letter in upper case: words of a use case at the start of a sentence.
pub fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// A clause as a sentence: `a reason is required` → `A reason is required.`
pub fn sentence(text: &str) -> String {
    let end = if text.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{}{end}", capitalized(text))
}

/// Begins the names of metrics that were measured out of fold.
pub const OUT_OF_FOLD: &str = "cv_";

/// The label of a kind of model: `logistic_regression_l2` → `L2 logistic regression`. A name that
/// is none reads as words.
pub fn candidate_label(name: &str) -> String {
    match name {
        "blend" => "Ensemble (stacked)".to_owned(),
        "linfa_tree" => "Decision tree (baseline)".to_owned(),
        "logistic_regression_l2" => "L2 logistic regression".to_owned(),
        "imported_xgboost" => "Imported (XGBoost)".to_owned(),
        "imported_lightgbm" => "Imported (LightGBM)".to_owned(),
        "imported_onnx" => "Imported (ONNX)".to_owned(),
        _ => capitalized(&name.replace('_', " ")),
    }
}

/// The value of a parameter of a run for people: the candidate by its label, all else as it is.
pub fn parameter_value(name: &str, value: &str) -> String {
    if name == "candidate" {
        candidate_label(value)
    } else {
        value.to_owned()
    }
}

/// The label of a metric, of a parameter, or of the part of a run that has the name of a candidate:
/// `roc_auc` → `ROC AUC`.
pub fn metric_label(name: &str) -> String {
    if let Some(name) = name.strip_prefix(OUT_OF_FOLD) {
        return format!("{} (out of fold)", metric_label(name));
    }
    if let Some(name) = name.strip_prefix("in_sample_") {
        return format!("{} (in sample)", metric_label(name));
    }
    match name {
        "roc_auc" => "ROC AUC".to_owned(),
        "f1" | "f2" | "mcc" | "ece" | "auc" => name.to_uppercase(),
        "brier" => "Brier score".to_owned(),
        name => candidate_label(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped_by_three() {
        assert_eq!(
            [count(0), count(999), count(1000), count(1234567)],
            ["0", "999", "1,000", "1,234,567"]
        );
    }

    #[test]
    fn lengths_are_told_in_their_largest_unit() {
        assert_eq!(
            [age(59_000_000), age(3_600_000_000), age(200_000_000_000)],
            ["less than a minute", "1 hour", "2 days"]
        );
    }

    #[test]
    fn what_rounds_to_zero_has_no_sign() {
        assert_eq!(
            [points(0.04), points(-0.04), points(11.24), points(-3.0)],
            ["0.0", "0.0", "+11.2", "−3.0"]
        );
    }

    #[test]
    fn p_values_are_never_zero() {
        assert_eq!(
            [
                p_value(0.0),
                p_value(0.000_099),
                p_value(0.0001),
                p_value(0.04567)
            ],
            ["<0.0001", "<0.0001", "0.0001", "0.0457"]
        );
        assert_eq!(
            [p_value_phrase(1e-9), p_value_phrase(0.5)],
            ["p < 0.0001", "p = 0.5000"]
        );
    }

    #[test]
    fn nobody_is_certain_by_rounding() {
        assert_eq!(
            [
                percent(0.0),
                percent(0.001),
                percent(0.236),
                percent(0.999),
                percent(1.0)
            ],
            ["0%", "<1%", "24%", ">99%", "100%"]
        );
    }

    #[test]
    fn a_range_holds_its_score_with_any_decimals() {
        assert_eq!(
            [
                percent_range([0.8962, 1.0]),
                percent_range([0.29, 0.57]),
                percent_range([0.0, 0.0])
            ],
            ["89–100%", "29–57%", "0–0%"]
        );
    }

    #[test]
    fn candidates_have_one_label_everywhere() {
        let names = ["blend", "logistic_regression_l2", "random_forest"];
        assert_eq!(
            names.map(candidate_label),
            [
                "Ensemble (stacked)",
                "L2 logistic regression",
                "Random forest"
            ]
        );
        assert_eq!(names.map(metric_label), names.map(candidate_label));
        assert_eq!(
            ["candidate", "folds"].map(|name| parameter_value(name, "blend")),
            ["Ensemble (stacked)", "blend"]
        );
    }

    #[test]
    fn metrics_have_their_usual_names() {
        assert_eq!(
            [
                metric_label("roc_auc"),
                metric_label("average_precision"),
                metric_label("f1")
            ],
            ["ROC AUC", "Average precision", "F1"]
        );
    }
}
