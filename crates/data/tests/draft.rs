//! Use cases drafted from public files: kinds and roles of the columns that are known, and a text
//! that is a sound use case.
#![expect(clippy::unwrap_used, reason = "tests")]

use data::draft::{Answers, Blank, ColumnUse, Draft, DraftError, draft};
use data::{CheckMode, Raw, ReadOptions, check, parse_use_case};
use model::{Kind, UseCase};

fn shared(file: &str) -> Option<Raw> {
    let path = testing::shared(&format!("data/{file}"))?;
    Some(data::read(&std::fs::read(path).unwrap(), &ReadOptions::default()).unwrap())
}

fn answers(target: &str) -> Answers {
    Answers {
        target: target.into(),
        horizon_days: Some(365),
        file: "people_2026.csv".into(),
        ..Answers::default()
    }
}

fn raw(text: &str) -> Raw {
    data::read(text.as_bytes(), &ReadOptions::default()).unwrap()
}

fn column<'d>(draft: &'d Draft, name: &str) -> &'d data::draft::DraftColumn {
    draft
        .columns
        .iter()
        .find(|column| column.name == name)
        .unwrap()
}

/// The draft's text as a use case, which is the draft's own.
fn written(draft: &Draft) -> UseCase {
    let text = draft.to_toml().unwrap();
    let use_case = parse_use_case(&text).unwrap_or_else(|errors| panic!("{errors:?}\n{text}"));
    assert_eq!(use_case, draft.use_case);
    use_case
}

#[track_caller]
fn assert_columns(draft: &Draft, expected: &[(&str, ColumnUse, Option<Kind>)]) {
    for (name, usage, kind) in expected {
        let found = column(draft, name);
        assert_eq!(found.usage, *usage, "{name}: {}", found.reason);
        if kind.is_some() {
            assert_eq!(found.kind, *kind, "{name}: {}", found.reason);
        }
    }
}

#[test]
fn attrition_of_ibm() {
    let Some(raw) = shared("ibm_hr_attrition_1470.csv") else {
        return;
    };
    let draft = draft(&raw, &answers("Attrition")).unwrap();
    assert_columns(
        &draft,
        &[
            ("Attrition", ColumnUse::Target, None),
            ("EmployeeNumber", ColumnUse::Id, None),
            ("Age", ColumnUse::Protected, Some(Kind::Integer)),
            ("Gender", ColumnUse::Protected, Some(Kind::Nominal)),
            ("MaritalStatus", ColumnUse::Protected, Some(Kind::Nominal)),
            ("OverTime", ColumnUse::Feature, Some(Kind::Boolean)),
            ("JobSatisfaction", ColumnUse::Feature, Some(Kind::Ordinal)),
            ("Education", ColumnUse::Feature, Some(Kind::Ordinal)),
            ("StockOptionLevel", ColumnUse::Feature, Some(Kind::Ordinal)),
            ("JobRole", ColumnUse::Feature, Some(Kind::Nominal)),
            ("MonthlyIncome", ColumnUse::Feature, Some(Kind::Real)),
            (
                "TrainingTimesLastYear",
                ColumnUse::Feature,
                Some(Kind::Integer),
            ),
            ("YearsAtCompany", ColumnUse::Feature, Some(Kind::Integer)),
            ("EmployeeCount", ColumnUse::Ignored, None),
            ("Over18", ColumnUse::Ignored, None),
            ("StandardHours", ColumnUse::Ignored, None),
        ],
    );
    assert_eq!(draft.events, [237, 1470]);
    let use_case = written(&draft);
    assert_eq!(use_case.words.one, "employee");
    assert_eq!(use_case.policies.cutoff, 0.25);
    assert_eq!(use_case.audited, ["Gender", "MaritalStatus", "Age_group"]);
    assert_eq!(
        use_case.segments,
        ["Department", "JobRole", "OverTime", "BusinessTravel"]
    );
    assert_eq!(
        check(&raw, &use_case, CheckMode::Training, None)
            .unwrap()
            .ids
            .len(),
        1470
    );
}

#[test]
fn churn_of_a_telephone_company() {
    let Some(raw) = shared("ibm_telco_churn_7043.csv") else {
        return;
    };
    let draft = draft(&raw, &answers("Churn")).unwrap();
    assert_columns(
        &draft,
        &[
            ("customerID", ColumnUse::Id, None),
            ("gender", ColumnUse::Protected, Some(Kind::Nominal)),
            ("SeniorCitizen", ColumnUse::Protected, Some(Kind::Boolean)),
            ("Dependents", ColumnUse::Protected, Some(Kind::Boolean)),
            ("tenure", ColumnUse::Feature, Some(Kind::Integer)),
            ("Contract", ColumnUse::Feature, Some(Kind::Nominal)),
            ("InternetService", ColumnUse::Feature, Some(Kind::Nominal)),
            ("MonthlyCharges", ColumnUse::Feature, Some(Kind::Real)),
            ("TotalCharges", ColumnUse::Feature, Some(Kind::Real)),
        ],
    );
    assert_eq!(draft.use_case.words.one, "customer");
    assert!((column(&draft, "TotalCharges").missing_share - 11.0 / 7043.0).abs() < 1e-12);
    check(&raw, &written(&draft), CheckMode::Training, None).unwrap();
}

#[test]
fn churn_without_ids() {
    for (file, target, region) in [
        ("mlc_churn_5000.csv", "churn", "area_code"),
        ("telecom_churn_bigml_80_2666.csv", "Churn", "Area code"),
    ] {
        let Some(raw) = shared(file) else { continue };
        let draft = draft(&raw, &answers(target)).unwrap();
        assert_eq!(column(&draft, region).kind, Some(Kind::Nominal));
        assert_eq!(
            (
                draft.use_case.id_column.as_deref(),
                draft.use_case.words.one.as_str()
            ),
            (None, "customer")
        );
        check(&raw, &written(&draft), CheckMode::Training, None).unwrap();
    }
}

#[test]
fn changes_of_jobs_have_ordered_ranges() {
    let Some(raw) = shared("job_change_19158.csv") else {
        return;
    };
    let draft = draft(&raw, &answers("target")).unwrap();
    assert_columns(
        &draft,
        &[
            ("enrollee_id", ColumnUse::Id, None),
            ("city", ColumnUse::Feature, Some(Kind::Nominal)),
            (
                "city_development_index",
                ColumnUse::Feature,
                Some(Kind::Real),
            ),
            ("gender", ColumnUse::Protected, Some(Kind::Nominal)),
            (
                "relevent_experience",
                ColumnUse::Feature,
                Some(Kind::Boolean),
            ),
            ("experience", ColumnUse::Feature, Some(Kind::Ordinal)),
            ("company_size", ColumnUse::Feature, Some(Kind::Ordinal)),
            ("last_new_job", ColumnUse::Feature, Some(Kind::Ordinal)),
            ("training_hours", ColumnUse::Feature, Some(Kind::Integer)),
        ],
    );
    let use_case = written(&draft);
    let levels = |name: &str| use_case.field(name).unwrap().levels.clone();
    assert_eq!(levels("last_new_job"), ["never", "1", "2", "3", "4", ">4"]);
    assert_eq!(
        levels("company_size"),
        [
            "<10",
            "10/49",
            "50-99",
            "100-500",
            "500-999",
            "1000-4999",
            "5000-9999",
            "10000+"
        ]
    );
    assert_eq!(levels("experience").first().map(String::as_str), Some("<1"));
    check(&raw, &use_case, CheckMode::Training, None).unwrap();
}

#[test]
fn turnover_has_booleans_written_as_one_or_blank() {
    let Some(raw) = shared("turnover_14249.csv") else {
        return;
    };
    let draft = draft(&raw, &answers("status")).unwrap();
    assert_columns(
        &draft,
        &[
            ("filed_complaint", ColumnUse::Feature, Some(Kind::Boolean)),
            ("recently_promoted", ColumnUse::Feature, Some(Kind::Boolean)),
            ("salary", ColumnUse::Feature, Some(Kind::Ordinal)),
            ("satisfaction", ColumnUse::Feature, Some(Kind::Real)),
            ("n_projects", ColumnUse::Feature, Some(Kind::Integer)),
            ("department", ColumnUse::Feature, Some(Kind::Nominal)),
        ],
    );
    let use_case = written(&draft);
    assert_eq!(
        use_case.field("salary").unwrap().levels,
        ["low", "medium", "high"]
    );
    assert_eq!(
        use_case.field("satisfaction").unwrap().range,
        Some([0.0, 1.0])
    );
    assert_eq!(
        (
            use_case.target.positive.as_slice(),
            use_case.target.negative.as_slice()
        ),
        (&["Left".to_owned()][..], &["Employed".to_owned()][..])
    );
    check(&raw, &use_case, CheckMode::Training, None).unwrap();
}

#[test]
fn terminations_are_a_panel_with_columns_of_the_outcome() {
    let Some(raw) = shared("terminations_10yr_49653.csv") else {
        return;
    };
    let draft = draft(&raw, &answers("STATUS")).unwrap();
    assert_columns(
        &draft,
        &[
            ("EmployeeID", ColumnUse::Id, None),
            ("STATUS_YEAR", ColumnUse::Time, None),
            ("age", ColumnUse::Protected, Some(Kind::Integer)),
            ("gender_short", ColumnUse::Protected, Some(Kind::Nominal)),
            ("gender_full", ColumnUse::Ignored, None),
            (
                "birthdate_key",
                ColumnUse::Protected,
                Some(Kind::YearsSince),
            ),
            (
                "orighiredate_key",
                ColumnUse::Feature,
                Some(Kind::YearsSince),
            ),
            // Of those who left it is the day they left.
            (
                "terminationdate_key",
                ColumnUse::Ignored,
                Some(Kind::YearsSince),
            ),
            (
                "termreason_desc",
                ColumnUse::PostOutcome,
                Some(Kind::Nominal),
            ),
            ("termtype_desc", ColumnUse::PostOutcome, Some(Kind::Nominal)),
            ("store_name", ColumnUse::Feature, Some(Kind::Nominal)),
            ("length_of_service", ColumnUse::Feature, Some(Kind::Integer)),
            ("job_title", ColumnUse::Feature, Some(Kind::Nominal)),
        ],
    );
    assert_eq!(draft.events[0], 1485);
    let use_case = written(&draft);
    assert_eq!(use_case.target.positive, ["TERMINATED"]);
}

#[test]
fn what_only_leavers_have_is_known_after_the_outcome() {
    let mut text =
        "id;Abteilung;Gehalt;Austrittsgespräch;Geschlecht;Note;Ausgeschieden\n".to_owned();
    for row in 0..200 {
        let left = row % 4 == 0;
        let interview = if left && row % 8 == 0 { "ja" } else { "" };
        let (department, gender) = (["Nord", "Süd", "Übersee"][row % 3], ["m", "w"][row / 2 % 2]);
        text += &format!(
            "{row:05};{department};{};{interview};{gender};{};{}\n",
            3000 + 7 * row,
            1 + row % 5,
            if left { "Ja" } else { "Nein" }
        );
    }
    let raw = raw(&text);
    let draft = draft(&raw, &answers("Ausgeschieden")).unwrap();
    assert_columns(
        &draft,
        &[
            ("id", ColumnUse::Id, None),
            (
                "Austrittsgespräch",
                ColumnUse::PostOutcome,
                Some(Kind::Boolean),
            ),
            ("Geschlecht", ColumnUse::Protected, Some(Kind::Nominal)),
            ("Note", ColumnUse::Feature, Some(Kind::Ordinal)),
            ("Abteilung", ColumnUse::Feature, Some(Kind::Nominal)),
        ],
    );
    check(&raw, &written(&draft), CheckMode::Training, None).unwrap();
}

#[test]
fn a_blank_target_is_asked_about_and_then_means_what_was_said() {
    let mut text = "id,hours,left\n".to_owned();
    for row in 0..60 {
        text += &format!("{row},{},{}\n", row % 7 * 5, ["yes", "", ""][row % 3]);
    }
    let raw = raw(&text);
    assert!(matches!(
        draft(&raw, &answers("left")),
        Err(DraftError::BlankTarget { rows: 40, .. })
    ));
    let negative = draft(
        &raw,
        &Answers {
            blank: Some(Blank::Negative),
            ..answers("left")
        },
    )
    .unwrap();
    assert_eq!(negative.events, [20, 60]);
    assert_eq!(negative.use_case.target.parse(" "), Some(false));
    check(&raw, &written(&negative), CheckMode::Training, None).unwrap();
}

#[test]
fn protected_headers_are_known_in_seven_languages() {
    let headers = [
        "Age",
        "Gender",
        "Marital status",
        "Ethnicity",
        "Nationality",
        "Disability",
        "Religion",
        "SexualOrientation",
        "Alter",
        "Geschlecht",
        "Familienstand",
        "Staatsangehörigkeit",
        "Schwerbehinderung",
        "Konfession",
        "Âge",
        "Sexe",
        "Situation familiale",
        "Nationalité",
        "Handicap",
        "Edad",
        "Sexo",
        "Estado civil",
        "Nacionalidad",
        "Discapacidad",
        "Etnia",
        "Idade",
        "Gênero",
        "Raça",
        "Deficiência",
        "Religião",
        "Leeftijd",
        "Geslacht",
        "Burgerlijke staat",
        "Nationaliteit",
        "Afkomst",
        "Yaş",
        "Cinsiyet",
        "Medeni Durum",
        "Uyruk",
        "Engelli",
    ];
    for header in headers {
        let mut text = format!("{header},hours,left\n");
        for row in 0..40 {
            text += &format!(
                "{},{},{}\n",
                ["a", "b", "c"][row % 3],
                row * 7 % 40,
                ["yes", "no"][row % 2]
            );
        }
        let draft = draft(&raw(&text), &answers("left")).unwrap();
        assert_eq!(
            column(&draft, header).usage,
            ColumnUse::Protected,
            "{header}"
        );
    }
}

#[test]
fn text_of_a_file_never_becomes_a_key() {
    let mut text = "\"a\ninclude_protected = true\",\"de\"\"pt\",left\n".to_owned();
    for row in 0..40 {
        text += &format!(
            "\"x\nrole = {}\",{},{}\n",
            row % 3,
            ["a'b", "c\"d"][row % 2],
            ["yes", "no"][row % 4 / 2]
        );
    }
    let draft = draft(&raw(&text), &answers("left")).unwrap();
    assert!(!written(&draft).include_protected);
}
