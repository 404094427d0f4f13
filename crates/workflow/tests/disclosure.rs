//! The attacks of the security review, on the released figures themselves. Each takes what a
//! reviewer or a `read` token is given, and tries to say something about one person; each succeeds
//! on the figures as they were measured.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use model::global::{Dependence, GlobalExplanation, Partner, Swarm, SwarmPoint};
use model::{Column, Table};
use monitoring::data_profile::{ColumnSummary, DataProfile, GateLimits, data_profile};
use monitoring::simulation::{Settings, training_table};
use stats::fairness::{FairnessPolicy, audit};
use stats::group_metrics::GroupMetric;
use stats::groups::Groups;

use workflow::StoredPeople;
use workflow::disclosure::snapshots::{Fingerprint, Sources, sources};
use workflow::disclosure::{self, Disclosure, explanation, profile, tables};

fn rule() -> Disclosure {
    Disclosure::default()
}

/// Simulated people with their outcomes.
fn staff(people: usize) -> StoredPeople {
    let mut table = training_table(&Settings {
        people,
        ..Settings::default()
    });
    let place = table
        .names
        .iter()
        .position(|name| name == "Attrition")
        .unwrap();
    table.names.remove(place);
    let outcome = table.columns.remove(place);
    let labels = match outcome {
        Column::Level { codes, levels } => codes
            .iter()
            .map(|code| Some(levels[*code as usize] == "Yes"))
            .collect(),
        Column::Text(texts) => texts.iter().map(|text| Some(text == "Yes")).collect(),
        Column::Number(_) => panic!("the outcome is a number"),
    };
    // Identifiers are no field: an import keeps them apart.
    let fields: Vec<usize> = (0..table.names.len())
        .filter(|at| !matches!(table.columns[*at], Column::Text(_)))
        .collect();
    let table = Table {
        names: fields.iter().map(|at| table.names[*at].clone()).collect(),
        columns: fields.iter().map(|at| table.columns[*at].clone()).collect(),
    };
    let ids = (0..table.rows()).map(|row| row.to_string()).collect();
    StoredPeople {
        ids,
        labels: Some(labels),
        periods: None,
        sources: Vec::new(),
        levels: Default::default(),
        table,
    }
}

fn measured(people: &StoredPeople) -> DataProfile {
    data_profile(
        &people.table,
        people.labels.as_deref(),
        &[],
        &[],
        &GateLimits::default(),
    )
}

/// Every column released by itself, as if there were no other version.
fn released_alone(people: &StoredPeople) -> Vec<ColumnSummary> {
    let labels = people.labels.as_ref().unwrap();
    let column = |exact: &ColumnSummary| {
        let values = people.table.column(&exact.name).unwrap();
        let against = exact
            .against_target
            .as_ref()
            .map(|own| profile::against(own, values, labels, rule()));
        ColumnSummary {
            against_target: against,
            ..profile::column(exact, values, rule())
        }
    };
    measured(people).columns.iter().map(column).collect()
}

/// The columns that a history of versions releases, version by version: what
/// `Tenure::released_profile` puts together.
fn released(history: &[StoredPeople]) -> Vec<Vec<ColumnSummary>> {
    let prints: Vec<Fingerprint> = history.iter().map(Fingerprint::new).collect();
    let alone: Vec<Vec<ColumnSummary>> = history.iter().map(released_alone).collect();
    let of = |at: usize, name: &str| alone[at].iter().find(|column| column.name == name).unwrap();
    let version = |own: &Sources| {
        let column = |(name, at): (&String, &usize)| {
            let against = of(own.against[name], name).against_target.clone();
            ColumnSummary {
                against_target: against,
                ..of(*at, name).clone()
            }
        };
        own.columns.iter().map(column).collect()
    };
    sources(&prints, rule()).iter().map(version).collect()
}

/// P3: what one newcomer is, from two profiles. Column by column: `mean × n` for a number, the
/// level whose count grew for a level.
fn newcomer(
    old: &[ColumnSummary],
    new: &[ColumnSummary],
    [n, m]: [f64; 2],
) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (before, now) in old
        .iter()
        .filter_map(|before| Some((before, new.iter().find(|now| now.name == before.name)?)))
    {
        if let (Some(a), Some(b)) = (&before.numbers, &now.numbers) {
            let value = (b.mean * m - a.mean * n).round();
            if a.mean != b.mean {
                found.insert(now.name.clone(), value.to_string());
            }
        }
        for (level, count) in now.bars.levels.iter().zip(&now.bars.counts) {
            let earlier = before
                .bars
                .levels
                .iter()
                .position(|known| known == level)
                .map_or(0, |at| before.bars.counts[at]);
            if *count > earlier {
                found.insert(now.name.clone(), level.clone());
            }
        }
        if before.against_target != now.against_target {
            found.insert(
                format!("{} against the outcome", now.name),
                "differs".to_owned(),
            );
        }
    }
    found
}

fn truth(people: &StoredPeople, row: usize) -> BTreeMap<String, String> {
    let cell = |column: &Column| match column {
        Column::Number(values) => values[row].round().to_string(),
        Column::Level { codes, levels } => levels[codes[row] as usize].clone(),
        Column::Text(texts) => texts[row].clone(),
    };
    people
        .table
        .names
        .iter()
        .cloned()
        .zip(people.table.columns.iter().map(cell))
        .collect()
}

fn right(found: &BTreeMap<String, String>, truth: &BTreeMap<String, String>) -> usize {
    found
        .iter()
        .filter(|(name, value)| truth.get(*name) == Some(value))
        .count()
}

#[test]
fn p3_the_difference_of_two_snapshots_with_one_newcomer_is_nothing() {
    let everybody = staff(300);
    let rows: Vec<usize> = (0..299).collect();
    let history = [everybody.take(&rows), everybody.clone()];
    let newest = truth(&everybody, 299);
    let exact = newcomer(
        &measured(&history[0]).columns,
        &measured(&history[1]).columns,
        [299.0, 300.0],
    );
    assert!(
        right(&exact, &newest) * 10 >= 9 * newest.len(),
        "the attack works on what was measured: {exact:?}"
    );
    let versions = released(&history);
    assert!(
        versions[0].len() > 20,
        "there is something to see: {}",
        versions[0].len()
    );
    assert_eq!(
        versions[0], versions[1],
        "to the letter: not a bit of the newcomer is in it"
    );
    assert!(newcomer(&versions[0], &versions[1], [299.0, 300.0]).is_empty());
}

#[test]
fn p3_rounding_alone_would_tell_some_of_it() {
    // Why versions are not released one by one: whoever makes a rounded count flip is told by it.
    // Over a hundred newcomers some flip.
    let everybody = staff(400);
    let mut told = 0;
    for last in 300..400 {
        let (before, after): (Vec<usize>, Vec<usize>) = ((0..last).collect(), (0..=last).collect());
        let [old, new] = [before, after].map(|rows| released_alone(&everybody.take(&rows)));
        let of_levels = |columns: &[ColumnSummary]| {
            columns
                .iter()
                .map(|column| column.bars.counts.clone())
                .collect::<Vec<_>>()
        };
        told += usize::from(of_levels(&old) != of_levels(&new));
    }
    assert!(told > 20, "{told} of 100");
    let history: Vec<StoredPeople> = (300..340)
        .map(|last| everybody.take(&(0..last).collect::<Vec<_>>()))
        .collect();
    let versions = released(&history);
    let mut distinct = versions.clone();
    distinct.dedup();
    assert_eq!(
        distinct.len(),
        4,
        "forty versions, one newcomer each, make four releases of ten newcomers"
    );
}

#[test]
fn p3_a_newcomer_among_people_who_all_grow_older_stays_hidden() {
    // A column that changes for everybody is released anew. If all grow older by one, the
    // newcomer's age follows from the exact mean.
    let everybody = staff(301);
    let before = everybody.take(&(0..300).collect::<Vec<_>>());
    let place = everybody
        .table
        .names
        .iter()
        .position(|name| name == "Age")
        .unwrap();
    let later = |own: f64| {
        let mut later = everybody.clone();
        if let Column::Number(values) = &mut later.table.columns[place] {
            values[..300].iter_mut().for_each(|value| *value += 1.0);
            values[300] = own;
        }
        later
    };
    let mean = |columns: &[ColumnSummary]| {
        columns
            .iter()
            .find(|column| column.name == "Age")
            .unwrap()
            .numbers
            .clone()
            .unwrap()
            .mean
    };
    let ages: Vec<f64> = (18..=60).map(f64::from).collect();
    for own in &ages {
        let exact = 301.0 * mean(&measured(&later(*own)).columns)
            - 300.0 * (mean(&measured(&before).columns) + 1.0);
        assert!(
            (exact - own).abs() < 0.01,
            "the attack works on what was measured: {exact} {own}"
        );
    }
    // Released, the mean lies on a grid of k people: over all ages it is one of two neighbors.
    let mut told: Vec<f64> = ages
        .iter()
        .map(|own| mean(&released(&[before.clone(), later(*own)])[1]))
        .collect();
    assert_ne!(told[0], mean(&released_alone(&before)), "the ages are new");
    told.dedup();
    assert!(told.len() <= 2, "{told:?}");
}

#[test]
fn p4_no_figure_of_a_profile_has_fewer_than_ten_people() {
    for people in [12, 60, 300] {
        let staff = staff(people);
        let exact = measured(&staff);
        let small = |columns: &[ColumnSummary]| {
            let cells = columns.iter().flat_map(|column| {
                let levels = column
                    .bars
                    .counts
                    .iter()
                    .copied()
                    .chain([column.bars.other, column.missing]);
                let groups = column.against_target.iter().flat_map(|own| {
                    own.groups
                        .iter()
                        .filter(|group| group.rate.value.is_some())
                        .map(|group| group.n)
                });
                levels.chain(groups).collect::<Vec<_>>()
            });
            cells.filter(|count| (1..10).contains(count)).count()
        };
        assert!(
            small(&exact.columns) > 20,
            "{people}: the attack works on what was measured"
        );
        let columns = released_alone(&staff);
        assert_eq!(small(&columns), 0, "{people}");
        let text = serde_json::to_string(&columns).unwrap();
        assert!(
            !text.contains("\"min\":1") && !text.contains("\"max\":1"),
            "{text}"
        );
        for own in columns.iter().filter_map(|own| own.numbers.as_ref()) {
            assert!(own.min.is_none() && own.max.is_none(), "{own:?}");
            let inside = own.quantiles.iter().flatten();
            assert!(
                inside.clone().count() < 7,
                "1 % of {people} people are fewer than ten"
            );
            assert!(inside.into_iter().all(|value| value.is_finite()), "{own:?}");
        }
        // Every level that is named, and every leaver rate, has ten people behind it.
        for column in &columns {
            let Some(Column::Level { codes, levels }) = staff.table.column(&column.name) else {
                continue;
            };
            for level in &column.bars.levels {
                let code = levels.iter().position(|own| own == level).unwrap() as u32;
                assert!(
                    codes.iter().filter(|own| **own == code).count() >= 10,
                    "{} {level}",
                    column.name
                );
            }
        }
    }
}

#[test]
fn p4_an_end_of_a_drawing_is_nobodys_value() {
    let mut pay = vec![2000.0; 0];
    pay.extend((0..300).map(|person| 2000.0 + 10.0 * f64::from(person)));
    pay[0] = 1009.0;
    pay[299] = 19_999.0;
    let mut table = Table::default();
    table.push("pay", Column::Number(pay));
    let exact = data_profile(&table, None, &[], &[], &GateLimits::default());
    let exact = &exact.columns[0];
    assert_eq!(
        (exact.bars.edges.first(), exact.bars.edges.last()),
        (Some(&1009.0), Some(&19_999.0))
    );
    let own = profile::column(exact, table.column("pay").unwrap(), rule());
    let (low, high) = (own.bars.edges[0], own.bars.edges[own.bars.edges.len() - 1]);
    assert!(
        low >= 2000.0 && high <= 5200.0,
        "{low} to {high}: where the tenth of either side is"
    );
    assert!(own.bars.counts.iter().all(|count| count % 10 == 0));
    let total: u64 = own.bars.counts.iter().sum();
    assert!((250..=350).contains(&total), "{total}");
}

/// An explanation of 300 people whose pay is their own.
fn explained() -> (GlobalExplanation, Vec<f64>) {
    let people = 300;
    let pay: Vec<f64> = (0..people)
        .map(|person| 1009.0 + 37.0 * f64::from(person * 7 % people))
        .collect();
    let overtime: Vec<f64> = (0..people)
        .map(|person| f64::from(u8::from(person % 4 == 0)))
        .collect();
    let swarm = |field: &str, values: &[f64], text: &dyn Fn(f64) -> String, slope: f64| Swarm {
        field: field.to_owned(),
        label: field.to_owned(),
        ordered: true,
        points: values
            .iter()
            .map(|value| SwarmPoint {
                log_odds: slope * value,
                x: Some(*value),
                place: Some(value / 13_000.0),
                text: text(*value),
            })
            .collect(),
    };
    let pay_swarm = swarm("pay", &pay, &|value| value.to_string(), -0.0001);
    let overtime_swarm = swarm(
        "overtime",
        &overtime,
        &|value| if value > 0.0 { "Yes" } else { "No" }.to_owned(),
        0.7,
    );
    let partner = |field: &str, texts: Vec<String>| Partner {
        field: field.to_owned(),
        label: field.to_owned(),
        strength: 0.123_456,
        places: vec![Some(0.5); texts.len()],
        texts,
    };
    let dependence = vec![
        Dependence {
            swarm: overtime_swarm.clone(),
            partner: Some(partner("pay", pay.iter().map(f64::to_string).collect())),
        },
        Dependence {
            swarm: pay_swarm.clone(),
            partner: Some(partner(
                "overtime",
                overtime_swarm
                    .points
                    .iter()
                    .map(|point| point.text.clone())
                    .collect(),
            )),
        },
    ];
    let exact = GlobalExplanation {
        rows: people,
        importance: Vec::new(),
        swarms: vec![pay_swarm, overtime_swarm],
        dependence,
        partial_dependence: Vec::new(),
        permutation: Vec::new(),
        people_per_point: None,
    };
    (exact, pay)
}

/// P2: people whose exact pay is read from an explanation, joined with another field of theirs.
fn joined(explanation: &GlobalExplanation, pay: &[f64]) -> usize {
    let known = |text: &str| text.parse::<f64>().is_ok_and(|value| pay.contains(&value));
    let pairs = explanation.dependence.iter().flat_map(|own| {
        let texts = own.partner.iter().flat_map(|partner| partner.texts.iter());
        own.swarm
            .points
            .iter()
            .zip(texts)
            .filter(|(point, text)| known(&point.text) || known(text))
    });
    pairs.count()
}

#[test]
fn p2_no_pay_is_read_from_an_explanation() {
    let (exact, pay) = explained();
    assert_eq!(
        joined(&exact, &pay),
        600,
        "the attack works on what was measured"
    );
    let released = explanation::explanation(&exact, rule());
    assert_eq!(joined(&released, &pay), 0);
    assert_eq!(released.people_per_point, Some(10));
    for own in released
        .swarms
        .iter()
        .chain(released.dependence.iter().map(|own| &own.swarm))
    {
        assert!(
            (2..=30).contains(&own.points.len()),
            "{} points of {} for 300 people",
            own.points.len(),
            own.field
        );
        assert!(
            own.points
                .iter()
                .all(|point| point.text.parse::<f64>().is_err()),
            "{:?}",
            own.points
        );
        // Means of ten different values on a grid of a tenth of their deviation: whether one of
        // them is somebody's pay is chance.
        let values = own
            .points
            .iter()
            .filter_map(|point| point.x)
            .filter(|x| *x > 1.0);
        assert!(
            values.into_iter().all(|value| value % 100.0 == 0.0),
            "{:?}",
            own.points
        );
    }
    let shaded = released
        .dependence
        .iter()
        .all(|own| own.partner.as_ref().unwrap().places.len() == own.swarm.points.len());
    assert!(shaded, "a shade for each dot");
    let text = serde_json::to_string(&released).unwrap();
    assert!(
        !text.contains("1009") && !text.contains("0.123456"),
        "{text}"
    );
}

#[test]
fn p2_the_smallest_and_the_largest_value_are_inside_a_group() {
    let (exact, pay) = explained();
    let released = explanation::explanation(&exact, rule());
    let means = || released.swarms[0].points.iter().filter_map(|point| point.x);
    let (low, high) = (
        pay.iter().copied().fold(f64::INFINITY, f64::min),
        pay.iter().copied().fold(0.0, f64::max),
    );
    assert!(
        means().all(|mean| mean != low && mean != high),
        "a mean on the grid is nobody's own end"
    );
}

#[test]
fn p2_a_level_that_few_people_have_is_in_no_group_of_its_own() {
    let levels = |person: usize| {
        if person < 3 {
            "Sales Director"
        } else if person < 150 {
            "Clerk"
        } else {
            "Engineer"
        }
    };
    let points = (0..300)
        .map(|person| SwarmPoint {
            log_odds: person as f64,
            x: Some(levels(person).len() as f64),
            place: None,
            text: levels(person).to_owned(),
        })
        .collect();
    let swarm = Swarm {
        field: "role".into(),
        label: "role".into(),
        ordered: false,
        points,
    };
    let exact = GlobalExplanation {
        swarms: vec![swarm],
        dependence: Vec::new(),
        ..explained().0
    };
    let released = explanation::explanation(&exact, rule());
    let mut texts: Vec<&str> = released.swarms[0]
        .points
        .iter()
        .map(|point| point.text.as_str())
        .collect();
    texts.sort_unstable();
    texts.dedup();
    assert_eq!(
        texts,
        ["Engineer", "other values"],
        "the three, and the clerks with them"
    );
}

/// People by age band and marital status, as in the report of the review: hidden "50 and over ×
/// divorced" = 38 − 20 − 12 = 6.
fn crossing() -> [[u32; 3]; 4] {
    // single, married, divorced
    [[60, 50, 20], [70, 90, 40], [10, 25, 14], [20, 12, 6]]
}

fn people_of(cells: &[[u32; 3]; 4]) -> (Groups, Groups) {
    let ages = ["under 30", "30-39", "40-49", "50 and over"];
    let statuses = ["single", "married", "divorced"];
    let mut rows = Vec::new();
    for (age, counts) in ages.iter().zip(cells) {
        for (status, count) in statuses.iter().zip(counts) {
            rows.extend(std::iter::repeat_n(
                (Some(*age), Some(*status)),
                *count as usize,
            ));
        }
    }
    let (ages, statuses): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    (Groups::from_labels(ages), Groups::from_labels(statuses))
}

/// P5: cells that follow from the margins and the cells that are shown, by filling lines with one
/// hidden cell until nothing moves.
fn worked_out(
    cells: &[[u32; 3]; 4],
    shown: &dyn Fn(usize, usize) -> bool,
) -> Vec<(usize, usize, u32)> {
    let mut known: Vec<Vec<Option<u32>>> = (0..4)
        .map(|row| {
            (0..3)
                .map(|column| shown(row, column).then_some(cells[row][column]))
                .collect()
        })
        .collect();
    let mut found = Vec::new();
    loop {
        let before = found.len();
        for row in 0..4 {
            for column in 0..3 {
                if known[row][column].is_some() {
                    continue;
                }
                let rest_of_row: Option<u32> = (0..3)
                    .filter(|other| *other != column)
                    .map(|other| known[row][other])
                    .sum();
                let rest_of_column: Option<u32> = (0..4)
                    .filter(|other| *other != row)
                    .map(|other| known[other][column])
                    .sum();
                let by_row = rest_of_row.map(|rest| cells[row].iter().sum::<u32>() - rest);
                let by_column = rest_of_column
                    .map(|rest| cells.iter().map(|own| own[column]).sum::<u32>() - rest);
                if let Some(count) = by_row.or(by_column) {
                    known[row][column] = Some(count);
                    found.push((row, column, count));
                }
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

#[test]
fn p5_a_hidden_crossing_does_not_follow_from_the_margins() {
    let cells = crossing();
    let (ages, statuses) = people_of(&cells);
    let names = |groups: &Groups| groups.names().to_vec();
    let ages_order = ["under 30", "30-39", "40-49", "50 and over"];
    let statuses_order = ["single", "married", "divorced"];
    let is_shown = |names: &[String]| {
        let names = names.to_vec();
        move |row: usize, column: usize| {
            names.contains(&format!("{} × {}", ages_order[row], statuses_order[column]))
        }
    };
    // As it was: the pattern that knows the total alone.
    let (plain, hidden) = ages.combine(&statuses).unwrap().pooled(10);
    assert!(hidden.contains(&"50 and over × divorced".to_owned()));
    let exact = worked_out(&cells, &is_shown(&names(&plain)));
    assert!(exact.contains(&(3, 2, 6)), "the attack works: {exact:?}");
    let (released, hidden) = tables::crossed(&ages, &statuses, rule()).unwrap();
    assert!(hidden.contains(&"50 and over × divorced".to_owned()));
    let found = worked_out(&cells, &is_shown(&names(&released)));
    assert!(found.is_empty(), "{found:?}");
    assert!(
        released.counts().iter().all(|count| *count >= 10),
        "what is pooled is ten people or more"
    );
}

#[test]
fn p5_no_table_gives_a_small_cell_away() {
    // A few thousand tables with small cells, from a fixed sequence.
    let mut state = 7_u64;
    let mut next = move |most: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % most
    };
    for _ in 0..3000 {
        let mut cells = [[0; 3]; 4];
        cells.iter_mut().flatten().for_each(|cell| {
            *cell = if next(4) == 0 {
                next(12)
            } else {
                10 + next(80)
            } as u32
        });
        let flat: Vec<u32> = cells.iter().flatten().copied().collect();
        let hidden = tables::Table::new(3, flat.clone()).hidden(rule(), &[]);
        let shown = |row: usize, column: usize| !hidden[row * 3 + column];
        assert!((0..12).all(|cell| hidden[cell] || flat[cell] == 0 || flat[cell] >= 10));
        let small_line = |line: &[usize]| line.iter().map(|cell| flat[*cell]).sum::<u32>() < 10;
        let lines: Vec<Vec<usize>> = (0..4)
            .map(|row| (3 * row..3 * row + 3).collect())
            .chain((0..3).map(|column| (0..4).map(|row| 3 * row + column).collect()))
            .collect();
        if lines.iter().any(|line| small_line(line)) {
            continue;
        }
        let found = worked_out(&cells, &shown);
        let small: Vec<_> = found
            .iter()
            .filter(|(.., count)| (1..10).contains(count))
            .collect();
        assert!(small.is_empty(), "{cells:?} {hidden:?} {small:?}");
    }
}

#[test]
fn p5_rates_of_few_leavers_are_not_shown_and_gaps_to_them_neither() {
    // Thirty women of whom four left, a hundred men of whom thirty did: the gap would give the
    // women's rate away.
    let labels: Vec<Option<&str>> = (0..130)
        .map(|person| Some(if person < 30 { "Female" } else { "Male" }))
        .collect();
    let truth: Vec<bool> = (0..130)
        .map(|person| {
            if person < 30 {
                person < 4
            } else {
                person % 10 < 3
            }
        })
        .collect();
    let scores: Vec<f64> = (0..130)
        .map(|person| f64::from(person * 37 % 100) / 100.0)
        .collect();
    let decision: Vec<bool> = scores.iter().map(|score| *score >= 0.5).collect();
    let exact = audit(
        &truth,
        &decision,
        Some(&scores),
        &Groups::from_labels(labels),
        &FairnessPolicy::default(),
        1,
    )
    .unwrap();
    assert!(
        exact.by_group["Female"].metrics[&GroupMetric::Tpr]
            .value
            .is_some(),
        "as it was measured there is a rate of four people"
    );
    let released = disclosure::audit::audit(&exact, rule());
    let female = &released.by_group["Female"];
    assert!(
        female.metrics[&GroupMetric::Tpr].value.is_none()
            && female.metrics[&GroupMetric::Accuracy].value.is_none()
    );
    assert!(
        female.metrics[&GroupMetric::SelectionRate].value.is_some()
            && female.n == Some(30)
            && female.positives == Some(0)
    );
    assert!(
        released.difference[&GroupMetric::Tpr].value.is_none()
            && released.difference[&GroupMetric::SelectionRate]
                .value
                .is_some()
    );
    assert_eq!(released.verdict, exact.verdict, "what was judged stays");
    let text = serde_json::to_string(&released).unwrap();
    assert!(
        !text.contains("nobody in this group") && !text.contains("this group is empty"),
        "{text}"
    );
}
