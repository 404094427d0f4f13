//! Why a column could not be compared.

use serde::{Deserialize, Serialize};
use stats::two_sample::Statistic;

use crate::kind::ValueKind;

/// One of the two samples of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The baseline.
    #[strum(serialize = "baseline data")]
    Reference,
    /// The sample that is checked.
    #[strum(serialize = "current data")]
    Current,
}

/// Why a column could not be compared. Decisions go by the variant; the text is for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Why {
    /// Both samples contain a single, identical value: there is nothing to compare.
    Constant,
    /// The sample is empty.
    NoRows {
        /// The sample concerned.
        side: Side,
    },
    /// Rows, but none with a value.
    AllMissing {
        /// The sample concerned.
        side: Side,
    },
    /// The column is in the other sample only.
    MissingColumn {
        /// The sample concerned.
        side: Side,
    },
    /// Rows with a value, and the policy's minimum.
    TooFewRows {
        /// The sample concerned.
        side: Side,
        /// Rows with a value.
        rows: u64,
        /// Least rows of the policy.
        minimum: u64,
    },
    /// Identifiers and free text are not compared.
    Text,
    /// Numbers in one sample, levels in the other.
    OtherType {
        /// Values of the reference.
        reference: ValueKind,
        /// Values of the current sample.
        current: ValueKind,
    },
    /// The statistic is not defined for this kind of column.
    DoesNotApply {
        /// The statistic that was asked for.
        statistic: Statistic,
    },
    /// A distance in the unit of the column has no standard threshold.
    NoLimit {
        /// The statistic that was asked for.
        statistic: Statistic,
    },
    /// Nobody was scored.
    NoScores {
        /// The sample concerned.
        side: Side,
    },
    /// No outcome is known.
    NoOutcomes {
        /// The sample concerned.
        side: Side,
    },
    /// The outcomes of the two sides have different horizons, in days: in reports of before shorter
    /// cycles were compared.
    OtherHorizon {
        /// Days of the reference.
        reference: i64,
        /// Days of the current sample.
        current: i64,
    },
    /// Not shown: fewer people than this differ from a dataset with released figures.
    Withheld {
        /// Least people of the access policy.
        least_people: u32,
    },
}

impl std::fmt::Display for Why {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Constant => write!(
                formatter,
                "both samples contain a single, identical value, so there is no distribution to compare"
            ),
            Self::NoRows { side } => write!(formatter, "the {side} has no rows"),
            Self::AllMissing { side } => {
                write!(formatter, "the {side} has no values in this column")
            }
            Self::MissingColumn { side } => {
                write!(formatter, "the {side} does not have this column")
            }
            Self::TooFewRows {
                side,
                rows,
                minimum,
            } => {
                let unit = if *rows == 1 { "row" } else { "rows" };
                write!(
                    formatter,
                    "the {side} has {rows} {unit} with a value, fewer than {minimum}"
                )
            }
            Self::Text => write!(
                formatter,
                "one of the columns contains text, which cannot be compared"
            ),
            Self::OtherType { reference, current } => {
                write!(
                    formatter,
                    "the baseline contains {}, the current data {}",
                    reference.plural(),
                    current.plural()
                )
            }
            Self::DoesNotApply { statistic } => write!(
                formatter,
                "{} does not apply to this column",
                statistic.label()
            ),
            Self::NoLimit { statistic } => {
                write!(
                    formatter,
                    "{} is in the unit of the column, so it has no standard threshold",
                    statistic.label()
                )
            }
            Self::NoScores { side } => write!(formatter, "the {side} has no scores"),
            Self::NoOutcomes { side } => write!(formatter, "the {side} has no outcomes yet"),
            Self::OtherHorizon { reference, current } => {
                write!(
                    formatter,
                    "the outcomes cover {current} days, but those of the baseline cover {reference}"
                )
            }
            Self::Withheld { least_people } => {
                write!(
                    formatter,
                    "figures not shown: fewer than {least_people} people differ from a dataset with released figures"
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn programs_read_a_code_and_people_a_sentence() {
        let few = Why::TooFewRows {
            side: Side::Current,
            rows: 1,
            minimum: 30,
        };
        assert_eq!(
            serde_json::to_string(&few).unwrap(),
            r#"{"code":"too_few_rows","side":"current","rows":1,"minimum":30}"#
        );
        assert_eq!(
            serde_json::from_str::<Why>(r#"{"code":"constant"}"#).unwrap(),
            Why::Constant
        );
        assert_eq!(
            few.to_string(),
            "the current data has 1 row with a value, fewer than 30"
        );
    }
}
