//! Identifiers in files, values that no use case knows, and files joined by a key.
#![expect(clippy::unwrap_used, reason = "tests")]

use data::{CheckMode, JoinOptions, Joined, MatchRule, Raw, ReadOptions, Refusal, check, join};
use model::{Column, UnseenPolicy, UseCase};

const MINI: &str = r#"
id = "mini"
title = "Mini"
description = "smallest"
id_column = "id"
words = { one = "employee", many = "employees", event_one = "leaver", event_many = "leavers", verb = "leave" }
target = { column = "left", label = "left", positive = ["yes"], negative = ["no"] }
policies = { gates = "sensible", drift = "calibrated", cutoff = 0.25 }
bands = [{ name = "low", from = 0.0 }]
[[field]]
name = "pay"
label = "Pay"
kind = "real"
aliases = ["salary"]
[[field]]
name = "dept"
label = "Department"
kind = "nominal"
levels = ["a", "b"]
[[field]]
name = "grade"
label = "Grade"
kind = "ordinal"
levels = ["low", "high"]
"#;

fn mini() -> UseCase {
    data::parse_use_case(MINI).unwrap()
}

fn with_unseen(name: &str, policy: UnseenPolicy) -> UseCase {
    let mut use_case = mini();
    use_case
        .fields
        .iter_mut()
        .filter(|field| field.name == name)
        .for_each(|field| field.unseen = Some(policy));
    use_case
}

fn raw(text: &str) -> Raw {
    data::read(text.as_bytes(), &ReadOptions::default()).unwrap()
}

fn joined(files: &[(&str, &str)], options: &JoinOptions) -> Result<Joined, Refusal> {
    join(
        files
            .iter()
            .map(|(name, text)| ((*name).to_owned(), raw(text)))
            .collect(),
        &mini(),
        options,
    )
}

fn by_id() -> JoinOptions {
    JoinOptions {
        key: "id".into(),
        ..JoinOptions::default()
    }
}

/// Files, rows and columns of a refusal.
fn places(refusal: &Refusal) -> Vec<(&str, usize, &str)> {
    refusal
        .problems
        .iter()
        .map(|problem| {
            (
                problem.file.as_deref().unwrap_or(""),
                problem.row,
                problem.column.as_str(),
            )
        })
        .collect()
}

const PEOPLE: &str = "id,pay,dept,left\nE1,3000,a,no\nE2,3100,b,yes\n";

#[test]
fn ids_that_a_spreadsheet_wrote_as_floats_are_whole_numbers() {
    let checked = check(
        &raw("id,pay,dept,grade,left\n1001.0,1,a,low,no\n1002.0,2,b,low,yes\n"),
        &mini(),
        CheckMode::Training,
        None,
    )
    .unwrap();
    assert_eq!(
        (checked.ids, checked.notes.whole_number_ids),
        (vec!["1001".to_owned(), "1002".to_owned()], true)
    );
    let mixed = check(
        &raw("id,pay,dept,grade,left\n1001.0,1,a,low,no\n0017,2,b,low,yes\n"),
        &mini(),
        CheckMode::Training,
        None,
    )
    .unwrap();
    assert_eq!(
        (mixed.ids, mixed.notes.whole_number_ids),
        (vec!["1001.0".to_owned(), "0017".to_owned()], false)
    );
}

#[test]
fn ids_of_a_data_frame_are_whole_numbers() {
    let Some(path) = testing::shared("cases/p2_float_id.parquet") else {
        return;
    };
    let use_case = data::built_in().unwrap().remove(0);
    let raw = data::read(&std::fs::read(path).unwrap(), &ReadOptions::default()).unwrap();
    let checked = check(&raw, &use_case, CheckMode::Training, None).unwrap();
    assert_eq!(
        (
            checked.ids.len(),
            &checked.ids[..3],
            checked.notes.whole_number_ids
        ),
        (1470, &["1", "2", "4"].map(str::to_owned)[..], false),
        "a reader of Parquet gives whole numbers by itself"
    );
}

const NEW_LEVEL: &str =
    "id,pay,dept,grade,left\n1,1,a,low,no\n2,2,zz,low,yes\n3,3,b,high,no\n4,4, zz,low,no\n";

#[test]
fn a_level_that_is_new_counts_as_missing_for_scoring_and_refuses_a_training() {
    let checked = check(&raw(NEW_LEVEL), &mini(), CheckMode::Scoring, None).unwrap();
    let unseen = &checked.notes.unseen;
    assert_eq!(
        (
            unseen.len(),
            unseen[0].field.as_str(),
            unseen[0].value.as_str(),
            &unseen[0].rows[..]
        ),
        (1, "dept", "zz", &[1, 3][..])
    );
    let Some(Column::Level { codes, .. }) = checked.table.column("dept") else {
        panic!("a column of levels")
    };
    assert_eq!(
        codes[..],
        [0, model::MISSING_LEVEL, 1, model::MISSING_LEVEL]
    );
    let refusal = check(&raw(NEW_LEVEL), &mini(), CheckMode::Training, None).unwrap_err();
    assert_eq!(places(&refusal), [("", 3, "dept"), ("", 5, "dept")]);
}

#[test]
fn the_use_case_decides_what_becomes_of_a_new_level() {
    assert_eq!(
        check(
            &raw(NEW_LEVEL),
            &with_unseen("dept", UnseenPolicy::Refuse),
            CheckMode::Scoring,
            None,
        )
        .unwrap_err()
        .total,
        2
    );
    let checked = check(
        &raw(NEW_LEVEL),
        &with_unseen("dept", UnseenPolicy::Missing),
        CheckMode::Training,
        None,
    )
    .unwrap();
    assert_eq!(checked.notes.unseen[0].rows, [1, 3]);
    let grade = NEW_LEVEL
        .replace("3,3,b,high", "3,3,b,highest")
        .replace("zz", "b");
    assert_eq!(
        check(&raw(&grade), &mini(), CheckMode::Scoring, None)
            .unwrap_err()
            .total,
        1,
        "levels of an ordinal are complete"
    );
    let checked = check(
        &raw(&grade),
        &with_unseen("grade", UnseenPolicy::Missing),
        CheckMode::Scoring,
        None,
    )
    .unwrap();
    assert!(checked.table.column("grade").unwrap().is_missing(2));
    assert_eq!(checked.notes.unseen[0].value, "highest");
}

#[test]
fn a_column_in_other_words_is_not_read_as_missing() {
    let other = "id,pay,dept,grade\n1,1,Vertrieb,low\n2,2,a,low\n3,3,Technik,low\n";
    assert_eq!(
        check(&raw(other), &mini(), CheckMode::Scoring, None)
            .unwrap_err()
            .total,
        2
    );
    assert!(
        check(
            &raw(other),
            &with_unseen("dept", UnseenPolicy::Missing),
            CheckMode::Scoring,
            None,
        )
        .is_ok()
    );
}

#[test]
fn the_policy_fits_its_field() {
    for (field, line) in [
        ("name = \"pay\"", "unseen = \"missing\""),
        (
            "name = \"dept\"",
            "unseen = \"missing\"\nmissing = \"refuse\"",
        ),
    ] {
        let errors =
            data::parse_use_case(&MINI.replace(field, &format!("{field}\n{line}"))).unwrap_err();
        assert!(
            errors.len() == 1 && errors[0].key.ends_with(".unseen"),
            "{errors:?}"
        );
    }
    assert!(
        data::parse_use_case(
            &MINI.replace("name = \"dept\"", "name = \"dept\"\nunseen = \"missing\"")
        )
        .is_ok()
    );
}

#[test]
fn a_new_job_title_does_not_stop_the_others() {
    let Some(path) = testing::shared("cases/04_unseen_level.csv") else {
        return;
    };
    let use_case = data::built_in().unwrap().remove(0);
    let raw = data::read(&std::fs::read(path).unwrap(), &ReadOptions::default()).unwrap();
    let checked = check(&raw, &use_case, CheckMode::Scoring, None).unwrap();
    let unseen = &checked.notes.unseen;
    assert_eq!(
        (
            checked.ids.len(),
            unseen.len(),
            unseen[0].field.as_str(),
            unseen[0].value.as_str()
        ),
        (5, 1, "JobRole", "AI Evangelist")
    );
    assert_eq!(unseen[0].rows, [0, 1]);
}

#[test]
fn files_about_the_same_people_become_one() {
    let files = [
        ("master.csv", PEOPLE),
        ("ratings.csv", "Grade,ID\nhigh,E2\nlow,E1\n"),
    ];
    let joined = joined(&files, &by_id()).unwrap();
    assert_eq!(joined.raw.names, ["id", "pay", "dept", "left", "Grade"]);
    assert_eq!(joined.raw.columns[4], ["low", "high"]);
    assert_eq!((joined.report.matched, joined.report.partial), (2, 0));
    let checked = check(&joined.raw, &mini(), CheckMode::Training, None).unwrap();
    assert_eq!(checked.ids, ["E1", "E2"]);
}

#[test]
fn what_is_wrong_with_a_joined_file_is_named_where_it_is() {
    let files = [
        ("master.csv", PEOPLE),
        ("ratings.csv", "grade,id\nhighest,E2\nlow,E1\n"),
    ];
    let joined = joined(&files, &by_id()).unwrap();
    let mut refusal = check(&joined.raw, &mini(), CheckMode::Training, None).unwrap_err();
    joined.locate(&mut refusal);
    assert_eq!(places(&refusal), [("ratings.csv", 2, "grade")]);
}

#[test]
fn a_column_in_two_files_is_refused_by_name() {
    let files = [
        ("master.csv", PEOPLE),
        ("pay.csv", "id,Salary\nE1,1\nE2,2\n"),
    ];
    assert_eq!(
        places(&joined(&files, &by_id()).unwrap_err()),
        [("pay.csv", 1, "Salary")]
    );
    let notes = [
        ("master.csv", "id,pay,note\nE1,1,x\n"),
        ("more.csv", "id,dept,Note\nE1,a,y\n"),
    ];
    let joined = joined(&notes, &by_id()).unwrap();
    assert_eq!(
        (joined.raw.names.len(), joined.report.ignored_columns),
        (4, vec!["Note".to_owned()])
    );
}

#[test]
fn a_person_twice_and_a_blank_key_are_refused_with_their_rows() {
    let files = [
        ("master.csv", PEOPLE),
        ("ratings.csv", "id,grade\nE1,low\nE2,low\nE1,high\n,low\n"),
    ];
    assert_eq!(
        places(&joined(&files, &by_id()).unwrap_err()),
        [("ratings.csv", 4, "id"), ("ratings.csv", 5, "id")]
    );
    let without = [
        ("master.csv", PEOPLE),
        ("ratings.csv", "person,grade\nE1,low\n"),
    ];
    assert_eq!(
        places(&joined(&without, &by_id()).unwrap_err()),
        [("ratings.csv", 1, "id")]
    );
}

#[test]
fn people_in_some_files_only_are_refused_or_kept_with_missing_values() {
    let files = [
        ("master.csv", PEOPLE),
        ("ratings.csv", "id,grade\nE2,low\nE9,high\n"),
    ];
    let refusal = joined(&files, &by_id()).unwrap_err();
    assert_eq!(
        places(&refusal),
        [("master.csv", 2, "id"), ("ratings.csv", 3, "id")]
    );
    assert!(refusal.advice.unwrap().contains("--join-missing"));
    let kept = joined(
        &files,
        &JoinOptions {
            keep_partial: true,
            ..by_id()
        },
    )
    .unwrap();
    assert_eq!(kept.raw.columns[0], ["E1", "E2", "E9"]);
    assert_eq!(kept.raw.columns[4], ["", "low", "high"]);
    let partial: Vec<(&str, &str)> = kept
        .report
        .partial_people
        .iter()
        .map(|person| (person.id.as_str(), person.missing_from[0].as_str()))
        .collect();
    assert_eq!(
        (kept.report.matched, partial),
        (1, vec![("E1", "ratings.csv"), ("E9", "master.csv")])
    );
}

#[test]
fn keys_that_differ_by_zeros_are_asked_about_and_matched_when_said() {
    let files = [
        ("master.csv", "id,pay,dept,left\n007,1,a,no\n012,2,b,yes\n"),
        ("ratings.csv", "id,grade\n12.0,low\n7.0,high\n"),
    ];
    let refusal = joined(&files, &by_id()).unwrap_err();
    assert!(refusal.advice.unwrap().contains("--match leading-zeros"));
    let rule = MatchRule::parse("leading-zeros").unwrap();
    let joined = joined(&files, &JoinOptions { rule, ..by_id() }).unwrap();
    assert_eq!(
        [0, 4].map(|column| joined.raw.columns[column].iter().collect::<Vec<_>>()),
        [vec!["007", "012"], vec!["high", "low"]]
    );
    assert_eq!(joined.report.whole_number_ids, ["ratings.csv"]);
}
