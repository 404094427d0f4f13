//! The model file: same bytes again, and a clear word for everything that can be wrong with one.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use common::model_of;
use model::{CrossFit, FileError, FoldModel, Model, VersionFile};
use proptest::prelude::*;

#[test]
fn bytes_come_back_the_same() {
    for kind in 0..6 {
        let (model, table) = model_of(kind as u64, kind, 15, 0.1);
        let bytes = model.to_bytes().unwrap();
        let read = Model::from_bytes(&bytes).unwrap();
        assert_eq!(read.to_bytes().unwrap(), bytes);
        let bits = |model: &Model| {
            model
                .probabilities(&table)
                .iter()
                .map(|probability| probability.to_bits())
                .collect::<Vec<_>>()
        };
        assert_eq!(bits(&read), bits(&model));
    }
}

#[test]
fn what_is_wrong_is_said() {
    let (model, _) = model_of(1, 4, 15, 0.0);
    let bytes = model.to_bytes().unwrap();
    assert_eq!(Model::from_bytes(b"not a model"), Err(FileError::NotAModel));
    assert_eq!(Model::from_bytes(&[]), Err(FileError::NotAModel));
    let mut newer = bytes.clone();
    newer[8] = 4;
    assert_eq!(
        Model::from_bytes(&newer),
        Err(FileError::NewerFormat { found: 4 })
    );
    assert!(
        Model::from_bytes(&newer)
            .unwrap_err()
            .to_string()
            .contains("upgrade")
    );
    let mut older = bytes.clone();
    older[8] = 2;
    assert_eq!(
        Model::from_bytes(&older),
        Err(FileError::OlderFormat { found: 2 })
    );
    let mut none = bytes;
    none[8] = 0;
    assert_eq!(
        Model::from_bytes(&none),
        Err(FileError::Damaged),
        "format 0 was never written"
    );
    let other = model.expect_use_case("hr").unwrap_err();
    assert_eq!(
        other.to_string(),
        "the model is for the use case test, not hr"
    );
    assert!(model.expect_use_case("test").is_ok());
}

#[test]
fn a_model_that_would_panic_is_refused() {
    let breakages: [fn(&mut Model); 7] = [
        |model| model.encoder.inputs[0].shown_as = 99,
        |model| model.encoder.inputs.truncate(2),
        |model| break_tree(model, |tree| tree.left[0] = 0),
        |model| break_tree(model, |tree| tree.left[0] = tree.right[0]),
        |model| break_tree(model, |tree| tree.threshold[0] = f64::NAN),
        |model| break_tree(model, |tree| tree.value.truncate(1)),
        |model| {
            model.scorer.calibrator = model::Calibrator::Isotonic {
                x: vec![],
                y: vec![],
            }
        },
    ];
    for (index, breakage) in breakages.iter().enumerate() {
        let (mut model, _) = model_of(1, 4, 15, 0.0);
        breakage(&mut model);
        let bytes = model.to_bytes().unwrap();
        assert!(
            matches!(Model::from_bytes(&bytes), Err(FileError::Inconsistent(_))),
            "breakage {index}"
        );
    }
}

fn break_tree(model: &mut Model, breakage: fn(&mut model::Tree)) {
    for part in &mut model.scorer.parts {
        if let model::PartKind::Trees(trees) = &mut part.kind {
            breakage(&mut trees[0]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn cut_short_or_flipped_is_damaged(cut in 0.0_f64..1.0, bit in 0_u8..8) {
        let (model, _) = model_of(2, 4, 15, 0.0);
        let bytes = model.to_bytes().unwrap();
        let at = (cut * bytes.len() as f64) as usize;
        let short = Model::from_bytes(&bytes[..at]).unwrap_err();
        prop_assert!(matches!(short, FileError::Damaged) || at < 8);
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << bit;
        prop_assert!(Model::from_bytes(&flipped).is_err());
    }
}

fn version() -> VersionFile {
    let (model, _) = model_of(1, 4, 15, 0.0);
    let fold = |seed| {
        let (model, _) = model_of(seed, 4, 15, 0.0);
        FoldModel {
            encoder: model.encoder,
            scorer: model.scorer,
        }
    };
    VersionFile {
        cross_fit: CrossFit {
            folds: vec![fold(2), fold(3)],
            rows: vec![0, 4, 5],
            fold_of_row: vec![1, 0, 1],
        },
        model,
    }
}

#[test]
fn a_version_holds_its_final_model_and_those_of_its_folds() {
    let version = version();
    let bytes = version.to_bytes().unwrap();
    assert_eq!(VersionFile::from_bytes(&bytes).unwrap(), version);
    // Who only needs the final model reads it from the same file.
    assert_eq!(Model::from_bytes(&bytes).unwrap(), version.model);
    let fold = version.fold(1).unwrap();
    assert_eq!(fold.scorer, version.cross_fit.folds[1].scorer);
    assert_eq!(fold.training, version.model.training);
    assert_eq!(Model::from_bytes(&fold.to_bytes().unwrap()).unwrap(), fold);
    assert_eq!(version.fold(2), None);
}

#[test]
fn a_model_alone_is_no_version_and_a_row_needs_a_fold() {
    let mut wrong = version();
    assert_eq!(
        VersionFile::from_bytes(&wrong.model.to_bytes().unwrap()),
        Err(FileError::NotAVersion)
    );
    wrong.cross_fit.fold_of_row[2] = 2;
    let bytes = wrong.to_bytes().unwrap();
    assert!(matches!(
        VersionFile::from_bytes(&bytes),
        Err(FileError::Inconsistent(_))
    ));
    let mut short = version();
    short.cross_fit.fold_of_row.pop();
    assert!(matches!(
        VersionFile::from_bytes(&short.to_bytes().unwrap()),
        Err(FileError::Inconsistent(_))
    ));
}
