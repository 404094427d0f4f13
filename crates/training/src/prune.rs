//! Leaves out of an encoder what the chosen scorer does not read, so that a score costs no more
//! than it must.

use model::scorer::LEAF;
use model::{Encoder, PartKind, Scorer};

/// The encoder without inputs that `scorer` does not read, and the scorer with its inputs
/// renumbered. Scores stay the same to the bit; fields stay, so that a person still sees every
/// field, with no influence where there is none.
pub fn prune(encoder: &Encoder, scorer: &Scorer) -> (Encoder, Scorer) {
    let mut read = vec![false; encoder.inputs.len()];
    for part in &scorer.parts {
        match &part.kind {
            PartKind::Linear(terms) => terms
                .iter()
                .for_each(|term| read[term.input as usize] = true),
            PartKind::Trees(trees) => {
                let features = trees
                    .iter()
                    .flat_map(|tree| &tree.feature)
                    .filter(|feature| **feature != LEAF);
                features.for_each(|feature| read[*feature as usize] = true);
            }
        }
    }
    let mut place = vec![LEAF; encoder.inputs.len()];
    let mut inputs = Vec::new();
    for (index, input) in encoder
        .inputs
        .iter()
        .enumerate()
        .filter(|(index, _)| read[*index])
    {
        place[index] = inputs.len() as u32;
        inputs.push(input.clone());
    }
    let mut scorer = scorer.clone();
    for part in &mut scorer.parts {
        match &mut part.kind {
            PartKind::Linear(terms) => terms
                .iter_mut()
                .for_each(|term| term.input = place[term.input as usize]),
            PartKind::Trees(trees) => {
                let features = trees
                    .iter_mut()
                    .flat_map(|tree| &mut tree.feature)
                    .filter(|feature| **feature != LEAF);
                features.for_each(|feature| *feature = place[*feature as usize]);
            }
        }
    }
    (
        Encoder {
            fields: encoder.fields.clone(),
            inputs,
        },
        scorer,
    )
}
