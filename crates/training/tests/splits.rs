//! Splits keep classes, persons and time apart as promised.
#![expect(clippy::unwrap_used, reason = "tests")]

use model::{Column, Table};
use training::Dataset;
use training::split::{Split, folds, forward_protocol};

fn dataset(rows: usize) -> Dataset {
    let mut table = Table::default();
    table.push(
        "x",
        Column::Number((0..rows).map(|row| row as f64).collect()),
    );
    Dataset::new(table, (0..rows).map(|row| row % 6 == 0).collect()).unwrap()
}

fn rate(dataset: &Dataset, rows: &[usize]) -> f64 {
    rows.iter().filter(|&&row| dataset.labels[row]).count() as f64 / rows.len() as f64
}

#[test]
fn the_hold_out_is_stratified_and_seeded() {
    let dataset = dataset(1000);
    let split = Split::hold_out(&dataset, 0.2, 7).unwrap();
    assert!((split.test.rows().len() as i64 - 200).abs() <= 1);
    assert!((rate(&dataset, split.test.rows()) - rate(&dataset, split.train.rows())).abs() < 0.01);
    assert_eq!(split, Split::hold_out(&dataset, 0.2, 7).unwrap());
    assert_ne!(split, Split::hold_out(&dataset, 0.2, 8).unwrap());
}

#[test]
fn every_row_is_judged_once_per_repeat() {
    let dataset = dataset(500);
    let hold_out = Split::hold_out(&dataset, 0.2, 1).unwrap();
    let splits = folds(&dataset, &hold_out.train, 5, 3, 1).unwrap();
    assert_eq!(splits.len(), 15);
    for repeat in splits.chunks(5) {
        let mut judged: Vec<usize> = repeat
            .iter()
            .flat_map(|split| split.test.rows().iter().copied())
            .collect();
        judged.sort_unstable();
        assert_eq!(judged, hold_out.train.rows());
        for split in repeat {
            assert!(
                split
                    .train
                    .rows()
                    .iter()
                    .all(|row| split.test.rows().binary_search(row).is_err())
            );
            assert!((rate(&dataset, split.test.rows()) - 1.0 / 6.0).abs() < 0.02);
        }
    }
    assert_ne!(splits[0], splits[5]);
}

#[test]
fn months_without_an_event_only_train() {
    // Ten months of 20 people; nobody leaves in the first two and in the sixth.
    let (months, people) = (10, 20);
    let mut table = Table::default();
    let rows = months * people;
    table.push(
        "x",
        Column::Number((0..rows).map(|row| row as f64).collect()),
    );
    let month = |row: usize| row / people;
    let leaves = |row: usize| row % people == 3 && ![0, 1, 5].contains(&month(row));
    let dataset = Dataset::new(table, (0..rows).map(leaves).collect())
        .unwrap()
        .with_times((0..rows).map(|row| month(row) as i64).collect());
    let hold_out = Split::hold_out(&dataset, 0.2, 1).unwrap();
    let splits = folds(&dataset, &hold_out.train, 5, 1, 1).unwrap();
    assert!(splits.len() >= 2);
    for split in &splits {
        let last = split.train.rows().iter().map(|&row| month(row)).max();
        let first = split.test.rows().iter().map(|&row| month(row)).min();
        assert!(last < first, "forward in time");
        for side in [split.train.rows(), split.test.rows()] {
            let rate = rate(&dataset, side);
            assert!(rate > 0.0 && rate < 1.0);
        }
    }
}

#[test]
fn a_person_is_on_one_side_only() {
    let ids: Vec<String> = (0..600).map(|row| format!("p{}", row / 3)).collect();
    let dataset = dataset(600).with_persons(&ids);
    let persons = dataset.persons.clone().unwrap();
    let hold_out = Split::hold_out(&dataset, 0.2, 3).unwrap();
    for split in folds(&dataset, &hold_out.train, 5, 1, 3)
        .unwrap()
        .iter()
        .chain([&hold_out])
    {
        let trained: std::collections::HashSet<u32> =
            split.train.rows().iter().map(|&row| persons[row]).collect();
        assert!(
            split
                .test
                .rows()
                .iter()
                .all(|&row| !trained.contains(&persons[row]))
        );
    }
    assert!(
        Split::explicit(&dataset, &[0]).is_err(),
        "rows 1 and 2 are the same person"
    );
    assert!(Split::explicit(&dataset, &[0, 1, 2]).is_ok());
}

#[test]
fn time_goes_forward() {
    let dataset = dataset(600).with_times((0..600).map(|row| 2006 + row / 60).collect());
    let times = dataset.times.clone().unwrap();
    let hold_out = Split::hold_out(&dataset, 0.2, 3).unwrap();
    assert_eq!(
        hold_out.test.rows().iter().map(|&row| times[row]).min(),
        Some(2014)
    );
    let splits = folds(&dataset, &hold_out.train, 5, 3, 3).unwrap();
    for split in splits.iter().chain([&hold_out]) {
        let latest = split
            .train
            .rows()
            .iter()
            .map(|&row| times[row])
            .max()
            .unwrap();
        assert!(split.test.rows().iter().all(|&row| times[row] > latest));
    }
}

fn time(dataset: &Dataset, row: usize) -> i64 {
    dataset.times.as_ref().unwrap()[row]
}

#[test]
fn a_protocol_goes_forward_and_so_does_the_training_inside() {
    let dataset = dataset(600).with_periods(
        &(0..600)
            .map(|row| format!("{}", 2006 + row / 60))
            .collect::<Vec<_>>(),
    );
    let splits = forward_protocol(&dataset, 5).unwrap().unwrap();
    let judged: Vec<(i64, i64)> = splits
        .iter()
        .map(|split| split.test.rows())
        .map(|rows| {
            (
                time(&dataset, rows[0]),
                time(&dataset, rows[rows.len() - 1]),
            )
        })
        .collect();
    // Ten periods, 0 to 9: seven to judge in five stretches.
    assert_eq!(judged, [(3, 3), (4, 4), (5, 6), (7, 7), (8, 9)]);
    for split in &splits {
        assert!(split.is_forward(&dataset));
        assert_eq!(
            split.train.rows().len() as i64,
            60 * time(&dataset, split.test.rows()[0]),
            "everything before"
        );
        let inner = folds(&dataset, &split.train, 5, 1, 1).unwrap();
        assert!(inner.len() >= 2 && inner.iter().all(|inner| inner.is_forward(&dataset)));
    }
    assert_eq!(forward_protocol(&self::dataset(600), 5).unwrap(), None);
}

#[test]
fn few_periods_give_what_folds_they_can() {
    let folds = |periods: i64| {
        let dataset = dataset(600).with_times((0..600).map(|row| row * periods / 600).collect());
        forward_protocol(&dataset, 5).unwrap().unwrap().len()
    };
    assert_eq!([2, 3, 4, 5, 6].map(folds), [1, 2, 2, 2, 3]);
}

#[test]
fn rows_of_one_period_are_parted_by_outcome() {
    let dataset = dataset(300).with_times((0..300).map(|row| row / 150).collect());
    let splits = forward_protocol(&dataset, 5).unwrap().unwrap();
    assert_eq!(splits.len(), 1, "one period trains, the other is judged");
    let inner = folds(&dataset, &splits[0].train, 5, 2, 1).unwrap();
    assert_eq!((inner.len(), inner[0].test.rows().len()), (10, 30));
}

#[test]
fn both_sides_may_be_given() {
    let ids: Vec<String> = (0..200).map(|row| format!("p{}", row % 100)).collect();
    let dataset = dataset(200)
        .with_persons(&ids)
        .with_times((0..200).map(|row| row / 100).collect());
    let (past, present): (Vec<usize>, Vec<usize>) = ((0..100).collect(), (100..200).collect());
    let split = Split::sides(&dataset, &past, &present[..50]).unwrap();
    assert_eq!(
        (split.train.rows(), split.test.rows()),
        (&past[..], &present[..50])
    );
    assert!(split.is_forward(&dataset));
    assert!(
        Split::sides(&dataset, &present, &past).is_err(),
        "the future of the same people"
    );
    assert!(
        Split::sides(&dataset, &present[..50], &past[50..]).is_ok(),
        "other people"
    );
    assert!(
        Split::sides(&dataset, &past, &past[..1]).is_err(),
        "a row on both sides"
    );
    assert!(
        Split::sides(&dataset, &past, &[]).is_err() && Split::sides(&dataset, &[], &past).is_err()
    );
    assert!(Split::sides(&dataset, &past, &[200]).is_err());
}

#[test]
fn explicit_rows_are_checked() {
    let dataset = dataset(50);
    assert!(Split::explicit(&dataset, &[1, 1]).is_err());
    assert!(Split::explicit(&dataset, &[50]).is_err());
    assert_eq!(
        Split::explicit(&dataset, &[3, 1]).unwrap().test.rows(),
        [1, 3]
    );
}
