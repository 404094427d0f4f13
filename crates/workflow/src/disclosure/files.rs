//! Files of a run: what of them may leave.

/// How a file is given to a viewer without access to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    /// As it is: it holds settings, or figures over everybody.
    Whole,
    /// In its released form, made when it is asked for.
    Explanation,
    DataProfile,
    /// One of the curves of the evaluation, drawn anew.
    Drawing,
    /// Not at all: rows of people, scores of rows, or a model with the statistics of its training
    /// rows.
    Refused,
}

/// What holds for the file of that name. Whatever is not named here stays inside.
pub fn leave(name: &str) -> Leave {
    match name {
        "settings.json" | "trials.json" | "metrics.json" | "gate_policy.json" => Leave::Whole,
        "model_card.md" | "model_card_at_training.md" => Leave::Whole,
        "explanation.json" => Leave::Explanation,
        "data_profile.json" => Leave::DataProfile,
        "roc.svg" | "precision_recall.svg" | "calibration.svg" | "lift.svg" | "scores.svg" => {
            Leave::Drawing
        }
        _ => Leave::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_named_stays_inside() {
        let inside = [
            "holdout.csv",
            "evidence.json",
            "baseline.json",
            "reference_data.parquet",
            "reference_predictions.csv",
            "model.tenure",
            "effect.json",
            "new.svg",
            "",
        ];
        for name in inside {
            assert_eq!(leave(name), Leave::Refused, "{name}");
        }
        let released = [
            leave("settings.json"),
            leave("explanation.json"),
            leave("roc.svg"),
        ];
        assert_eq!(released, [Leave::Whole, Leave::Explanation, Leave::Drawing]);
    }
}
