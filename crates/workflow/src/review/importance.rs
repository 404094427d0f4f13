//! How the importance of the inputs changes against the live version.

use domain::VersionNumber;
use model::global::GlobalExplanation;
use serde::{Deserialize, Serialize};

/// The change of feature importance between two versions, by what was measured when each was
/// trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportanceChange {
    /// The live version.
    pub live: VersionNumber,
    /// Versions whose training did not measure the importance of inputs: then nothing can be
    /// computed.
    pub not_measured: Vec<VersionNumber>,
    /// Largest change first.
    pub fields: Vec<FieldImportance>,
}

/// One input in both versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldImportance {
    pub field: String,
    pub label: String,
    /// `None`: no input of this version.
    pub candidate: Option<RankedImportance>,
    /// `None`: no input of this version.
    pub live: Option<RankedImportance>,
    /// Candidate less live, in percentage points; an input that a version does not read counts as
    /// 0.
    pub change: f64,
}

/// How much a version relies on an input.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RankedImportance {
    /// Mean of |contribution| in percentage points, over the hold-out rows of the version.
    pub points: f64,
    /// 1: the most important input.
    pub rank: u32,
}

/// Compares two explanations; what is missing is said.
pub(super) fn change(
    (candidate, own): (VersionNumber, Option<&GlobalExplanation>),
    (live, other): (VersionNumber, Option<&GlobalExplanation>),
) -> ImportanceChange {
    let (Some(own), Some(other)) = (own, other) else {
        let missing = [(candidate, own.is_none()), (live, other.is_none())];
        return ImportanceChange {
            live,
            not_measured: missing
                .into_iter()
                .filter_map(|(version, missing)| missing.then_some(version))
                .collect(),
            fields: Vec::new(),
        };
    };
    let ranked = |explanation: &GlobalExplanation, field: &str| {
        let at = explanation
            .importance
            .iter()
            .position(|own| own.field == field)?;
        Some(RankedImportance {
            points: explanation.importance[at].points,
            rank: at as u32 + 1,
        })
    };
    let gone = other
        .importance
        .iter()
        .filter(|other| !own.importance.iter().any(|own| own.field == other.field));
    let mut fields: Vec<FieldImportance> = own
        .importance
        .iter()
        .chain(gone)
        .map(|importance| {
            let sides = [own, other].map(|side| ranked(side, &importance.field));
            let points = |side: Option<RankedImportance>| side.map_or(0.0, |own| own.points);
            FieldImportance {
                field: importance.field.clone(),
                label: importance.label.clone(),
                candidate: sides[0],
                live: sides[1],
                change: points(sides[0]) - points(sides[1]),
            }
        })
        .collect();
    fields.sort_by(|left, right| right.change.abs().total_cmp(&left.change.abs()));
    ImportanceChange {
        live,
        not_measured: Vec::new(),
        fields,
    }
}
