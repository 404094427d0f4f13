//! Dates, codes and many levels in a draft: what a field counts from, and what it keeps.
#![expect(clippy::unwrap_used, reason = "tests")]

use data::draft::{Answers, ColumnUse, Draft, draft};
use data::{CheckMode, DateOrder, Raw, ReadOptions, check, parse_use_case};
use model::{Kind, UnseenPolicy, UseCase};

const DAY: &str = "2026-11-30";

fn answers() -> Answers {
    Answers {
        target: "left".into(),
        horizon_days: Some(365),
        day: Some(DAY.parse().unwrap()),
        file: "people.csv".into(),
        ..Answers::default()
    }
}

fn raw(text: &str) -> Raw {
    data::read(text.as_bytes(), &ReadOptions::default()).unwrap()
}

fn found(draft: &Draft, name: &str) -> (ColumnUse, Option<Kind>) {
    let column = draft.columns.iter().find(|column| column.name == name);
    let column = column.unwrap();
    (column.usage, column.kind)
}

/// The use case as its text reads.
fn written(draft: &Draft) -> UseCase {
    let text = draft.to_toml().unwrap();
    parse_use_case(&text).unwrap_or_else(|errors| panic!("{errors:?}\n{text}"))
}

/// 200 people, one in four of whom has left; `cell` gives the date of a row.
fn people(header: &str, cell: impl Fn(usize) -> String) -> Raw {
    let row = |row: usize| {
        let left = if row.is_multiple_of(4) { "yes" } else { "no" };
        format!("{row:04};{};{};{left}\n", row % 7 * 5, cell(row))
    };
    let rows: String = (0..200).map(row).collect();
    raw(&format!("id;hours;{header};left\n{rows}"))
}

fn date(row: usize, first: i32) -> String {
    let year = first + (row * 7 % 23) as i32;
    format!("{:02}.{:02}.{year}", 1 + row % 28, 1 + row % 12)
}

#[test]
fn birth_hire_and_review_are_known_in_seven_languages() {
    let births = [
        "Date of birth",
        "DOB",
        "Geburtsdatum",
        "Date de naissance",
        "Fecha de nacimiento",
        "Data de nascimento",
        "Geboortedatum",
        "Doğum tarihi",
    ];
    let hires = [
        "DateofHire",
        "HireDate",
        "Eintrittsdatum",
        "Date d'embauche",
        "Fecha de ingreso",
        "Data de admissão",
        "Datum in dienst",
        "İşe giriş tarihi",
    ];
    let others = [
        "Last review",
        "LastPerformanceReview_Date",
        "Letztes Gespräch",
        "Dernier entretien",
        "Última evaluación",
        "Última avaliação",
        "Laatste beoordeling",
        "Son değerlendirme",
    ];
    for (headers, usage, label) in [
        (births, ColumnUse::Protected, "Age"),
        (hires, ColumnUse::Feature, "Tenure"),
        (others, ColumnUse::Feature, ""),
    ] {
        for header in headers {
            let draft = draft(&people(header, |row| date(row, 1985)), &answers()).unwrap();
            assert_eq!(
                found(&draft, header),
                (usage, Some(Kind::YearsSince)),
                "{header}"
            );
            let use_case = written(&draft);
            let field = use_case.field(header).unwrap();
            let is_named = match label {
                "" => field.label.ends_with(" (years since)"),
                label => field.label == label,
            };
            assert!(is_named, "{header}: {}", field.label);
            assert_eq!(field.unit, "years");
            // Who is born is old: the groups of the fairness audit.
            let groups = usage == ColumnUse::Protected;
            assert_eq!(use_case.derived.len(), usize::from(groups), "{header}");
            assert_eq!(use_case.audited.len(), usize::from(groups), "{header}");
            let as_of = Some(DAY.parse().unwrap());
            let raw = people(header, |row| date(row, 1985));
            check(&raw, &use_case, CheckMode::Training, as_of).unwrap();
        }
    }
}

#[test]
fn dates_that_lie_close_together_are_counted_in_days() {
    let of = |first: i32, years: i32| {
        let cell = |row: usize| format!("{}-{:02}-15", first + row as i32 % years, 1 + row % 12);
        let draft = draft(&people("Last review", cell), &answers()).unwrap();
        found(&draft, "Last review").1
    };
    assert_eq!(of(2024, 2), Some(Kind::DaysSince));
    assert_eq!(of(2016, 9), Some(Kind::YearsSince));
}

#[test]
fn dates_of_leaving_are_never_a_field() {
    let leaving = [
        "Termination date",
        "Austrittsdatum",
        "Date de sortie",
        "Fecha de baja",
        "Data de desligamento",
        "Datum uit dienst",
        "Ayrılış tarihi",
        // Nothing in the header says so: it is there for leavers only.
        "Effective",
    ];
    for header in leaving {
        let cell = |row: usize| {
            if row.is_multiple_of(4) {
                date(row, 2001)
            } else {
                String::new()
            }
        };
        let draft = draft(&people(header, cell), &answers()).unwrap();
        assert_eq!(found(&draft, header).0, ColumnUse::Ignored, "{header}");
        assert_eq!(written(&draft).counted().count(), 0, "{header}");
    }
}

#[test]
fn an_order_that_no_date_tells_is_asked_about() {
    let raw = people("Hire date", |row| {
        format!("{}/{}/2015", 1 + row % 12, 1 + row % 11)
    });
    let asked = draft(&raw, &answers()).unwrap();
    assert_eq!(found(&asked, "Hire date").1, Some(Kind::YearsSince));
    let doubts: Vec<&str> = asked
        .unsure
        .iter()
        .map(|doubt| doubt.text.as_str())
        .collect();
    assert!(
        doubts.iter().any(|text| text.contains("--dates")),
        "{doubts:?}"
    );
    let mut stated = raw;
    stated.options.dates = Some(DateOrder::MonthFirst);
    let sure = draft(&stated, &answers()).unwrap();
    assert!(
        !sure
            .unsure
            .iter()
            .any(|doubt| doubt.text.contains("--dates"))
    );
}

#[test]
fn eight_digits_are_a_date_where_the_header_says_so() {
    let cell = |row: usize| format!("{}{:02}{:02}", 1985 + row % 23, 1 + row % 12, 1 + row % 28);
    for (header, kind) in [("hire_date", Kind::YearsSince), ("points", Kind::Integer)] {
        let draft = draft(&people(header, cell), &answers()).unwrap();
        assert_eq!(found(&draft, header).1, Some(kind), "{header}");
    }
}

#[test]
fn dates_in_the_future_and_those_that_stand_for_none_are_not_taken_as_they_are() {
    let of = |cell: &dyn Fn(usize) -> String| draft(&people("Contract", cell), &answers()).unwrap();
    let ahead = of(&|row| format!("{}-01-15", 2020 + row % 10));
    assert_eq!(found(&ahead, "Contract"), (ColumnUse::Ignored, None));
    let never = of(&|row| match row % 5 {
        1 => "1900-01-01".to_owned(),
        _ => format!("20{:02}-01-15", 10 + row % 10),
    });
    assert_eq!(found(&never, "Contract").0, ColumnUse::Feature);
    let asks = |draft: &Draft| {
        let about = |text: &str| text.starts_with("\"1900-01-01\" (40 rows)");
        draft.unsure.iter().any(|doubt| about(&doubt.text))
    };
    assert!(asks(&never) && !asks(&ahead));
}

#[test]
fn months_are_no_days_to_count_from() {
    let draft = draft(
        &people("Promoted", |row| format!("2020-{:02}", 1 + row % 12)),
        &answers(),
    );
    assert_eq!(found(&draft.unwrap(), "Promoted").0, ColumnUse::Ignored);
}

#[test]
fn an_age_of_the_file_is_the_one_that_is_audited() {
    let cell = |row: usize| format!("{};{}", 20 + row * 7 % 23, date(row, 1985));
    let draft = draft(&people("Age;Birth date", cell), &answers()).unwrap();
    let use_case = written(&draft);
    assert_eq!(use_case.audited, ["Age_group"]);
    assert_eq!(
        use_case.field("Birth date").unwrap().label,
        "Age (Birth date)"
    );
}

#[test]
fn postcodes_and_departments_by_number_are_codes() {
    let cell = |row: usize| format!("{};{}", [1067, 10115, 80331][row % 3], [100, 200][row % 2]);
    let draft = draft(&people("PLZ;Department number", cell), &answers()).unwrap();
    for header in ["PLZ", "Department number"] {
        assert_eq!(
            found(&draft, header),
            (ColumnUse::Feature, Some(Kind::Nominal)),
            "{header}"
        );
    }
    let use_case = written(&draft);
    assert_eq!(
        use_case.field("PLZ").unwrap().levels,
        ["1067", "10115", "80331"]
    );
}

#[test]
fn of_many_levels_the_frequent_ones_are_kept_and_the_others_are_one() {
    // Two towns in three of four rows, all others once.
    let cell = |row: usize| match row % 4 {
        0 | 1 => "10115".to_owned(),
        2 => "80331".to_owned(),
        _ => format!("{}", 20_000 + row),
    };
    let raw = people("Postcode", cell);
    let draft = draft(&raw, &answers()).unwrap();
    let use_case = written(&draft);
    let field = use_case.field("Postcode").unwrap();
    assert_eq!(
        (field.levels.join(" ").as_str(), field.unseen),
        ("10115 80331 Other", Some(UnseenPolicy::Other))
    );
    assert!(
        draft
            .unsure
            .iter()
            .any(|doubt| doubt.text.starts_with("50 rare values (50 of 200 rows)"))
    );
    // For training and scoring alike, and also what nobody has seen.
    for mode in [CheckMode::Training, CheckMode::Scoring] {
        let checked = check(&raw, &use_case, mode, None).unwrap();
        let column = checked.table.column("Postcode").unwrap();
        assert_eq!(
            [0, 2, 3].map(|row| column.text(row)),
            ["10115", "80331", "Other"]
        );
        let rows: usize = checked
            .notes
            .unseen
            .iter()
            .map(|unseen| unseen.rows.len())
            .sum();
        assert_eq!(rows, 50);
    }
    // A missing value is none of them.
    let text = "id;hours;Postcode;left\n1;5;-;no\n2;5;99999;no\n3;5; 80331 ;no\n";
    let checked = check(&self::raw(text), &use_case, CheckMode::Scoring, None).unwrap();
    let column = checked.table.column("Postcode").unwrap();
    assert_eq!(
        [0, 1, 2].map(|row| column.text(row)),
        ["", "Other", "80331"]
    );
    let record = [("Postcode".to_owned(), "99999".to_owned())].into();
    let found = data::as_fields(&use_case, &record, DAY.parse().unwrap()).unwrap();
    assert_eq!(found["Postcode"], "Other");
}

#[test]
fn names_of_people_are_no_levels() {
    let draft = draft(&people("Town", |row| format!("Town {row}")), &answers()).unwrap();
    assert_eq!(found(&draft, "Town"), (ColumnUse::Ignored, None));
}

#[test]
fn an_ignored_field_needs_no_levels() {
    let draft = draft(&people("Last review", |row| date(row, 2001)), &answers()).unwrap();
    let text = draft.to_toml().unwrap();
    for kind in ["nominal", "boolean", "ordinal", "integer", "years_since"] {
        let ignored = format!(
            "{text}\n[[field]]\nname = \"extra\"\nlabel = \"Extra\"\nkind = \"{kind}\"\nrole = \"ignored\"\n"
        );
        let use_case =
            parse_use_case(&ignored).unwrap_or_else(|errors| panic!("{kind}: {errors:?}"));
        // Whatever is in it, and also when it is not there.
        for column in ["extra", "other"] {
            let raw = people(&format!("Last review;{column}"), |row| {
                format!("{};anything {row}", date(row, 2001))
            });
            let as_of = Some(DAY.parse().unwrap());
            check(&raw, &use_case, CheckMode::Training, as_of).unwrap();
        }
    }
}

#[test]
fn the_level_for_all_others_has_to_be_there() {
    let draft = draft(
        &people("Town", |row| format!("Town {}", row % 3)),
        &answers(),
    )
    .unwrap();
    let text = draft.to_toml().unwrap();
    let levels = "levels = [\"Town 0\", \"Town 1\", \"Town 2\"]";
    assert!(text.contains(levels), "{text}");
    let with = |levels: &str| {
        parse_use_case(&text.replace(
            "levels = [\"Town 0\", \"Town 1\", \"Town 2\"]",
            &format!("levels = {levels}\nunseen = \"other\""),
        ))
    };
    assert!(with("[\"Town 0\", \"Other\"]").is_ok());
    let errors = with("[\"Town 0\", \"Town 1\"]").unwrap_err();
    assert_eq!(errors[0].key, "field.Town.unseen");
}
