//! People and their scores: the dashboard, the page of one person, and the what-if page.

pub mod dashboard;
mod first_steps;
pub mod person;
pub(crate) mod purpose;
pub mod what_if;

use domain::{ChangeBasis, ScoreBasis};
use model::use_case::Terminology;

/// What a score is based on, in words.
fn basis_note(basis: ScoreBasis, words: &Terminology) -> String {
    match basis {
        ScoreBasis::OutOfFold => format!(
            "This {} is in the training data. The score is by a model that has not learned from them.",
            words.one
        ),
        ScoreBasis::InSample => format!(
            "The model was trained elsewhere and may have learned from this {}. If it has, the score is too sure.",
            words.one
        ),
        ScoreBasis::Final => format!("This {} is not in the training data.", words.one),
        ScoreBasis::Unknown => {
            "It is not known whether the model has learned from this person. If it has, the score is too sure.".to_owned()
        }
    }
}

/// Why there is no change of a score since the previous cycle, briefly; `None` where there is one.
fn no_change(basis: ChangeBasis) -> Option<&'static str> {
    match basis {
        ChangeBasis::SameModel => None,
        ChangeBasis::OtherVersion => Some("Other model version"),
        ChangeBasis::OtherModel => Some("Other model"),
        ChangeBasis::NotScored => Some("New"),
    }
}
