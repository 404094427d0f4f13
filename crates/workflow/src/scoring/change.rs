//! The change of a person's score since the previous cycle.

use std::collections::HashMap;

use domain::{ChangeBasis, PersonId, ScoreBasis};
use serde::{Deserialize, Serialize};
use store::scoring::{Batch, Compared, Score};

/// The change of a person's score since the previous cycle: the newest day before on which people
/// were scored.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ScoreChange)]
pub struct Change {
    pub basis: ChangeBasis,
    /// Percentage points; only where both scores are by the same model. The difference between two
    /// models is not a change of the person.
    pub points: Option<f64>,
}

/// What the scores of a batch are compared with.
pub(crate) struct Previous {
    pub(crate) batch: Batch,
    same_version: bool,
    scores: HashMap<PersonId, (f64, ScoreBasis)>,
}

impl Previous {
    /// The scores of `batch`, to compare a batch of `of` with.
    pub(crate) fn new(of: &Batch, batch: Batch, scores: Vec<Compared>) -> Self {
        let by_person = scores
            .into_iter()
            .map(|score| (score.person_id, (score.probability, score.basis)));
        Self {
            same_version: batch.version == of.version,
            scores: by_person.collect(),
            batch,
        }
    }

    /// The change of one person.
    fn change(&self, score: &Score) -> Change {
        let without = |basis| Change {
            basis,
            points: None,
        };
        match self.scores.get(&score.person_id) {
            None => without(ChangeBasis::NotScored),
            Some(_) if !self.same_version => without(ChangeBasis::OtherVersion),
            Some((_, basis)) if *basis != score.basis => without(ChangeBasis::OtherModel),
            Some((before, _)) => Change {
                basis: ChangeBasis::SameModel,
                points: Some(100.0 * (score.probability - before)),
            },
        }
    }
}

/// The changes of people, in the order of their scores.
pub(crate) fn changes(previous: Option<&Previous>, scores: &[Score]) -> Vec<Change> {
    let first = Change {
        basis: ChangeBasis::NotScored,
        points: None,
    };
    let of = |score| previous.map_or(first, |previous| previous.change(score));
    scores.iter().map(of).collect()
}
