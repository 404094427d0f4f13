#![expect(clippy::unwrap_used, reason = "tests")]

use model::{Column, Table, UseCase};

use super::*;

/// A use case that nothing is written down for.
fn teams(id_column: bool) -> UseCase {
    let id = if id_column {
        r#""id_column": "who","#
    } else {
        ""
    };
    let field =
        |name: &str, rest: &str| format!(r#"{{"name": "{name}", "label": "{name}", {rest}}}"#);
    let fields = [
        field("pay", r#""kind": "real", "range": [1000, 9000]"#),
        field("grade", r#""kind": "integer", "range": [1, 5]"#),
        field(
            "team_name",
            r#""kind": "nominal", "levels": ["Lab", "Sales", "Works"]"#,
        ),
        field("overtime", r#""kind": "boolean", "levels": ["No", "Yes"]"#),
        field(
            "mood",
            r#""kind": "ordinal", "levels": ["low", "fair", "high"]"#,
        ),
        field("since", r#""kind": "years_since""#),
        field(
            "sex",
            r#""kind": "nominal", "role": "protected", "levels": ["f", "m"]"#,
        ),
        field(
            "exit_note",
            r#""kind": "nominal", "role": "post_outcome", "levels": ["a", "b"]"#,
        ),
    ];
    let text = format!(
        r#"{{"id": "teams", "title": "Teams", "description": "", {id} "horizon_days": 60,
            "words": {{"one": "member", "many": "members", "event_one": "leaver", "event_many": "leavers", "verb": "leave"}},
            "target": {{"column": "gone", "label": "gone", "positive": ["yes"], "negative": ["no"]}},
            "policies": {{"gates": "sensible", "drift": "calibrated", "cutoff": 0.3}},
            "bands": [{{"name": "low", "from": 0.0}}], "segments": [], "audited": [], "include_protected": false,
            "field": [{}], "derived": []}}"#,
        fields.join(",")
    );
    serde_json::from_str(&text).unwrap()
}

fn plan(people: usize, months: usize, drift: &[&str], use_case: &UseCase) -> Plan {
    Plan {
        people,
        months,
        seed: 5,
        changes: drift
            .iter()
            .map(|text| Change::parse(text, use_case).unwrap())
            .collect(),
        start: Settings::default().start,
    }
}

fn numbers<'a>(table: &'a Table, name: &str) -> &'a [f64] {
    let Some(Column::Number(values)) = table.column(name) else {
        panic!("{name}")
    };
    values
}

fn share(table: &Table, name: &str, wanted: &str) -> f64 {
    let Some(Column::Level { codes, levels }) = table.column(name) else {
        panic!("{name}")
    };
    let code = levels.iter().position(|level| level == wanted).unwrap() as u32;
    codes.iter().filter(|own| **own == code).count() as f64 / codes.len() as f64
}

#[test]
fn any_use_case_has_months_within_what_its_fields_allow() {
    let use_case = teams(true);
    let plan = plan(800, 4, &[], &use_case);
    let simulation = simulate_use_case(&use_case, &plan, None).unwrap();
    assert_eq!(
        simulation,
        simulate_use_case(&use_case, &plan, None).unwrap()
    );
    let other = Plan { seed: 6, ..plan };
    assert_ne!(
        simulation,
        simulate_use_case(&use_case, &other, None).unwrap()
    );
    assert_eq!(simulation.trained_as_of.to_string(), "2024-11-01");
    let gone = share(&simulation.training, "gone", "yes");
    assert!((0.08..0.3).contains(&gone), "{gone}");
    assert_eq!(simulation.months.len(), 4);
    for month in &simulation.months {
        let people = month.people.as_ref().unwrap();
        assert_eq!((people.rows(), people.column("exit_note")), (800, None));
        for name in ["pay", "grade"] {
            let field = use_case.field(name).unwrap();
            let values = numbers(people, name);
            assert!(
                values
                    .iter()
                    .all(|value| field.check_number(*value).is_ok())
            );
        }
        let Some(Column::Text(days)) = people.column("since") else {
            panic!()
        };
        let day: domain::Date = days[0].parse().unwrap();
        assert!(day <= month.as_of);
        assert!((0.1..0.7).contains(&share(people, "mood", "fair")));
        // Two months are ahead: about half of those of the training file.
        let rate = month.events as f64 / 800.0;
        assert!((0.02..0.25).contains(&rate), "{rate}");
        assert_eq!(month.outcomes.rows(), month.events);
    }
}

#[test]
fn without_identifiers_the_row_stands_for_whoever_has_it() {
    let use_case = teams(false);
    let simulation = simulate_use_case(&use_case, &plan(300, 2, &[], &use_case), None).unwrap();
    let first = &simulation.months[0];
    assert!(first.people.as_ref().unwrap().column("who").is_none());
    let Some(Column::Text(days)) = first.outcomes.column("date") else {
        panic!()
    };
    let back = days.iter().filter(|day| *day == "2025-02-01").count();
    assert_eq!(
        (first.outcomes.rows(), back),
        (2 * first.events, first.events)
    );
}

#[test]
fn changes_act_in_their_months_and_only_there() {
    let use_case = teams(true);
    let plain = simulate_use_case(&use_case, &plan(900, 5, &[], &use_case), None).unwrap();
    let with = |drift: &str| {
        simulate_use_case(&use_case, &plan(900, 5, &[drift], &use_case), None).unwrap()
    };
    let people =
        |simulation: &Simulation, month: usize| simulation.months[month].people.clone().unwrap();
    let mean =
        |table: &Table, name: &str| numbers(table, name).iter().sum::<f64>() / table.rows() as f64;
    for drift in [
        "shift:pay:-0.5@3",
        "shift:pay:+20%@3",
        "unit:pay:0.5@3",
        "level:overtime:0.4@3",
        "level:team_name=Sales:0.5@3",
        "missing:mood:0.3@3",
        "feature-noise@3",
        "segment_shift:0.2@3",
        "label-noise:0.2@3",
        "concept@3",
        "missing-feed@3",
    ] {
        let changed = with(drift);
        assert_eq!(changed.months[..3], plain.months[..3], "{drift}");
        assert_ne!(changed.months[3], plain.months[3], "{drift}");
        assert_eq!(changed.training, plain.training, "{drift}");
    }
    let moved = people(&with("shift:pay:-0.5@3"), 3);
    assert!(mean(&moved, "pay") < mean(&people(&plain, 3), "pay") - 200.0);
    let level = people(&with("level:team_name=Sales:0.5@3"), 3);
    assert!(share(&level, "team_name", "Sales") > 0.6);
    let fewer = people(&with("level:overtime:-0.4@3"), 3);
    assert!(share(&fewer, "overtime", "No") > share(&people(&plain, 3), "overtime", "No") + 0.1);
    let feed = with("missing-feed@3");
    assert!(feed.months[3].people.is_none() && feed.months[4].people.is_some());
    assert_eq!(feed.months[3].outcomes, plain.months[3].outcomes);
    let short = with("missing:mood:0.3@2-3");
    assert_eq!(short.months[4], plain.months[4]);
    let concept = with("concept@3");
    assert_eq!(concept.months[3].people, plain.months[3].people);
    assert_ne!(concept.months[3].outcomes, plain.months[3].outcomes);
}

#[test]
fn a_change_is_read_or_refused_in_words() {
    let use_case = teams(true);
    let parse = |text: &str| Change::parse(text, &use_case);
    assert_eq!(
        parse("level:TeamName=lab:50%@2").unwrap().effect,
        Effect::Field(Shift::Level {
            field: "team_name".into(),
            level: "Lab".into(),
            share: 0.5
        })
    );
    assert_eq!(
        parse("concept_change:0.5@7").unwrap(),
        Change {
            effect: Effect::Whole(Kind::ConceptChange, Some(0.5)),
            from: 7,
            until: None
        }
    );
    for wrong in [
        "concept",
        "concept@x",
        "concept@5-3",
        "earthquake@3",
        "concept:2@3",
        "shift:pay@3",
        "shift:nothing:1@3",
        "shift:overtime:1@3",
        "level:pay:0.2@3",
        "level:team_name:0.2@3",
        "level:team_name=Zoo:0.2@3",
        "missing:pay:1.5@3",
        "unit:pay:0@3",
    ] {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
}

/// Rows whose numbers go together and who leave by a rule: what is resampled keeps both.
#[test]
fn resampled_people_are_like_those_of_the_data() {
    let use_case = teams(true);
    let rows = 1500;
    let mut rng = <rand_chacha::ChaCha8Rng as rand::SeedableRng>::seed_from_u64(1);
    let pay: Vec<f64> = (0..rows)
        .map(|_| {
            (4000.0 + 800.0 * normal(&mut rng))
                .round()
                .clamp(1000.0, 9000.0)
        })
        .collect();
    let mut table = Table::default();
    let grade = |pay: &f64| (pay / 1600.0).round().clamp(1.0, 5.0);
    table.push("grade", Column::Number(pay.iter().map(grade).collect()));
    table.push("pay", Column::Number(pay.clone()));
    let level = |levels: &[&str], code: &dyn Fn(usize) -> u32| Column::Level {
        codes: (0..rows).map(code).collect(),
        levels: levels.iter().map(|own| (*own).to_owned()).collect(),
    };
    // Other levels than the definition's, in another order, and none in some rows.
    table.push(
        "team_name",
        level(&["Works", "Lab"], &|row| (row % 2) as u32),
    );
    table.push(
        "overtime",
        level(&["No", "Yes"], &|row| {
            if row % 10 == 0 { u32::MAX } else { 1 }
        }),
    );
    table.push("mood", Column::Number(vec![2.0; rows]));
    table.push("since", Column::Number(vec![7.0; rows]));
    table.push("sex", level(&["f", "m"], &|_| 0));
    let labels: Vec<Option<bool>> = pay.iter().map(|pay| Some(*pay < 3400.0)).collect();
    let data = Some((&table, &labels[..]));
    let simulation = simulate_use_case(&use_case, &plan(1000, 1, &[], &use_case), data).unwrap();
    let people = &simulation.training;
    let (pay, grades) = (numbers(people, "pay"), numbers(people, "grade"));
    assert!(pay.iter().all(|pay| pay.fract() == 0.0 && *pay >= 1000.0));
    let mean = pay.iter().sum::<f64>() / pay.len() as f64;
    // Those who leave are paid less: the others stay.
    assert!((3900.0..4700.0).contains(&mean), "{mean}");
    let far = pay
        .iter()
        .zip(grades)
        .filter(|(pay, own)| (grade(pay) - **own).abs() > 1.0);
    assert_eq!(far.count(), 0);
    assert_eq!(share(people, "team_name", "Sales"), 0.0);
    assert!((share(people, "team_name", "Lab") - 0.5).abs() < 0.1);
    let Some(Column::Level { codes, .. }) = people.column("overtime") else {
        panic!()
    };
    let missing = codes
        .iter()
        .filter(|code| **code == model::MISSING_LEVEL)
        .count();
    assert!((40..200).contains(&missing), "{missing}");
    let Some(Column::Level { codes, .. }) = people.column("gone") else {
        panic!()
    };
    let of = |left: u32| {
        let own: Vec<f64> = pay
            .iter()
            .zip(codes)
            .filter(|(_, code)| **code == left)
            .map(|(pay, _)| *pay)
            .collect();
        own.iter().sum::<f64>() / own.len() as f64
    };
    assert!(of(1) + 300.0 < of(0), "{} {}", of(1), of(0));
}
