//! Random models over a small use case, made from a seed.
#![expect(clippy::unwrap_used, reason = "tests")]
#![allow(
    dead_code,
    clippy::allow_attributes,
    reason = "each test file uses its part"
)]

use model::encoder::EncodedField;
use model::scorer::LEAF;
use model::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub const ROWS: usize = 300;

/// Age, pay and years as numbers, satisfaction as a text ordinal, overtime and role as levels; bins
/// of age and a formula of pay and years.
pub fn use_case() -> UseCase {
    let text = r#"{
        "id": "test", "title": "Test", "description": "", "words": {"one": "employee", "many": "employees", "event_one": "leaver",
        "event_many": "leavers", "verb": "leave"},
        "target": {"column": "left", "label": "left", "positive": ["Yes"], "negative": ["No"]},
        "policies": {"gates": "", "drift": "", "cutoff": 0.3},
        "bands": [{"name": "low", "from": 0.0}, {"name": "high", "from": 0.3}],
        "field": [
            {"name": "age", "label": "Age", "kind": "integer", "unit": "years", "range": [16, 75]},
            {"name": "pay", "label": "Monthly income", "kind": "integer", "actionable": "up"},
            {"name": "years", "label": "Years at company", "kind": "real", "unit": "years", "actionable": "any"},
            {"name": "satisfaction", "label": "Job satisfaction", "kind": "ordinal", "levels": ["Low", "Medium", "High"], "actionable": "up"},
            {"name": "overtime", "label": "Overtime", "kind": "boolean", "levels": ["No", "Yes"], "actionable": "down"},
            {"name": "role", "label": "Role", "kind": "nominal", "levels": ["Clerk", "Nurse", "Sales"], "actionable": "any"}
        ],
        "derived": [
            {"name": "age_band", "label": "Age band", "shown_as": "age", "bins": {"of": "age", "edges": [30, 45], "labels": ["a", "b", "c"]}},
            {"name": "pay_per_year", "label": "Pay per year", "shown_as": "pay", "formula": "pay / (years + 1)"}
        ]
    }"#;
    serde_json::from_str(text).unwrap()
}

pub fn encoder() -> Encoder {
    let levels = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let field = |name: &str, texts: &[&str]| EncodedField {
        name: name.into(),
        levels: levels(texts),
    };
    let fields = vec![
        field("age", &[]),
        field("pay", &[]),
        field("years", &[]),
        field("satisfaction", &[]),
        field("overtime", &["No", "Yes"]),
        field("role", &["Clerk", "Nurse", "Sales"]),
    ];
    let input = |name: &str, shown_as: u32, source: Source| Input {
        name: name.into(),
        shown_as,
        source,
    };
    let indicator = |field: u32, level: u32| Source::Indicator { field, level };
    let names = ["age", "pay", "years"];
    let index = |name: &str| {
        names
            .iter()
            .position(|own| *own == name)
            .map(|at| at as u32)
    };
    let formula = model::derived::Formula::parse("pay / (years + 1)", &index).unwrap();
    let inputs = vec![
        input("age", 0, Source::Number { field: 0 }),
        input("pay", 1, Source::Number { field: 1 }),
        input("years", 2, Source::Number { field: 2 }),
        input("satisfaction", 3, Source::Number { field: 3 }),
        input("overtime=Yes", 4, indicator(4, 1)),
        input("role=Clerk", 5, indicator(5, 0)),
        input("role=Nurse", 5, indicator(5, 1)),
        input(
            "role rank",
            5,
            Source::Rank {
                field: 5,
                ranks: vec![0.1, 0.3, 0.2],
            },
        ),
        input(
            "age_band",
            0,
            Source::Bin {
                field: 0,
                edges: vec![30.0, 45.0],
                bin: None,
            },
        ),
        input("pay_per_year", 1, Source::Formula(formula)),
    ];
    Encoder { fields, inputs }
}

pub fn people(random: &mut ChaCha8Rng, rows: usize, missing: f64) -> Table {
    let mut table = Table::default();
    let mut numbers = |random: &mut ChaCha8Rng, name: &str, low: i32, high: i32, step: f64| {
        let value = |random: &mut ChaCha8Rng| {
            let value = f64::from(random.random_range(low..=high)) * step;
            if random.random_bool(missing) {
                f64::NAN
            } else {
                value
            }
        };
        let values = (0..rows).map(|_| value(random)).collect();
        table.push(name, Column::Number(values));
    };
    numbers(random, "age", 18, 60, 1.0);
    numbers(random, "pay", 10, 200, 100.0);
    numbers(random, "years", 0, 60, 0.5);
    numbers(random, "satisfaction", 1, 3, 1.0);
    let mut levels = |random: &mut ChaCha8Rng, name: &str, texts: &[&str]| {
        let count = texts.len() as u32;
        let code = |random: &mut ChaCha8Rng| {
            if random.random_bool(missing) {
                MISSING_LEVEL
            } else {
                random.random_range(0..count)
            }
        };
        let codes = (0..rows).map(|_| code(random)).collect();
        table.push(
            name,
            Column::Level {
                codes,
                levels: texts.iter().map(|text| (*text).to_owned()).collect(),
            },
        );
    };
    levels(random, "overtime", &["No", "Yes"]);
    // The order of a file's levels is not the order of training.
    levels(random, "role", &["Sales", "Clerk", "Nurse"]);
    table
}

pub fn tree(random: &mut ChaCha8Rng, people: &Matrix, leaves: usize) -> Tree {
    let mut tree = Tree::default();
    let push = |tree: &mut Tree, random: &mut ChaCha8Rng, cover: f64| {
        tree.feature.push(LEAF);
        tree.threshold.push(0.0);
        tree.missing_left.push(random.random());
        tree.left.push(0);
        tree.right.push(0);
        tree.value.push(random.random_range(0.0..1.0));
        tree.cover.push(cover);
        tree.feature.len() - 1
    };
    push(&mut tree, random, 500.0);
    let mut open = vec![0];
    for _ in 1..leaves {
        let node = open.swap_remove(random.random_range(0..open.len()));
        let input = random.random_range(0..people.columns());
        tree.feature[node] = input as u32;
        let value = people.column(input)[random.random_range(0..people.rows())];
        tree.threshold[node] = if value.is_nan() { 1.0 } else { value };
        let share: f64 = random.random_range(0.05..0.95);
        let cover = tree.cover[node];
        tree.left[node] = push(&mut tree, random, share * cover) as u32;
        tree.right[node] = push(&mut tree, random, (1.0 - share) * cover) as u32;
        open.extend([tree.left[node] as usize, tree.right[node] as usize]);
    }
    tree
}

/// Kinds 0 to 5: one tree, forest, boosting, linear, blend with Platt calibration, blend with
/// isotonic calibration.
pub fn scorer(random: &mut ChaCha8Rng, people: &Matrix, kind: usize, leaves: usize) -> Scorer {
    let trees = |random: &mut ChaCha8Rng, count: usize, weight: f64, shift: f64| {
        let trees = (0..count).map(|_| {
            let mut tree = tree(random, people, leaves);
            tree.value.iter_mut().for_each(|value| *value -= shift);
            tree
        });
        Part {
            name: "trees".into(),
            weight,
            kind: PartKind::Trees(trees.collect()),
        }
    };
    let linear = |random: &mut ChaCha8Rng| {
        let term = |input: usize, random: &mut ChaCha8Rng| {
            let column: Vec<f64> = people
                .column(input)
                .iter()
                .copied()
                .filter(|value| !value.is_nan())
                .collect();
            let mean = column.iter().sum::<f64>() / column.len() as f64;
            let coefficient = random.random_range(-0.5..0.5);
            LinearTerm {
                input: input as u32,
                impute: column[0],
                center: mean,
                scale: 1.0 + mean.abs() / 2.0,
                coefficient,
                mean,
            }
        };
        let terms = (0..people.columns())
            .map(|input| term(input, random))
            .collect();
        Part {
            name: "linear".into(),
            weight: 0.7,
            kind: PartKind::Linear(terms),
        }
    };
    let (parts, link) = match kind {
        0 => (vec![trees(random, 1, 1.0, 0.0)], Link::Identity),
        1 => (vec![trees(random, 12, 1.0 / 12.0, 0.0)], Link::Identity),
        2 => (vec![trees(random, 20, 0.3, 0.5)], Link::Logit),
        3 => (vec![linear(random)], Link::Logit),
        _ => (
            vec![linear(random), trees(random, 10, 0.4, 0.5)],
            Link::Logit,
        ),
    };
    let calibrator = match kind {
        4 => Calibrator::Platt {
            slope: 0.8,
            offset: -0.2,
        },
        5 => Calibrator::Isotonic {
            x: vec![0.0, 0.2, 0.3, 0.7, 1.0],
            y: vec![0.01, 0.1, 0.1, 0.8, 0.95],
        },
        _ => Calibrator::None,
    };
    Scorer {
        intercept: if link == Link::Logit { -0.4 } else { 0.0 },
        parts,
        link,
        calibrator,
    }
}

pub fn model_of(seed: u64, kind: usize, leaves: usize, missing: f64) -> (Model, Table) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (use_case, encoder) = (use_case(), encoder());
    let table = people(&mut random, ROWS, missing);
    let scorer = scorer(&mut random, &encoder.encode(&table), kind, leaves);
    let fields: Vec<FieldStatistics> = use_case
        .fields
        .iter()
        .map(|field| statistics(field, &table))
        .collect();
    let pairs = model::outside::count_pairs(&use_case, &fields, &table);
    let training = Training {
        rows: ROWS as u32,
        positives: 50,
        fields,
        pairs,
        ..Training::default()
    };
    (
        Model {
            use_case,
            encoder,
            scorer,
            training,
            lineage: Lineage::default(),
        },
        table,
    )
}

fn statistics(field: &Field, table: &Table) -> FieldStatistics {
    let column = table.column(&field.name).unwrap();
    let missing = (0..column.len())
        .filter(|&row| column.is_missing(row))
        .count() as u32;
    let (mut quantiles, mut level_counts) = (Vec::new(), Vec::new());
    match column {
        Column::Number(values) => {
            let mut sorted: Vec<f64> = values
                .iter()
                .copied()
                .filter(|value| !value.is_nan())
                .collect();
            sorted.sort_by(f64::total_cmp);
            let at = |share: f64| sorted[(share * (sorted.len() - 1) as f64).round() as usize];
            quantiles = [0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0]
                .map(at)
                .to_vec();
        }
        Column::Level { codes, levels } => {
            let count = |level: &String| {
                codes
                    .iter()
                    .filter(|code| levels.get(**code as usize) == Some(level))
                    .count() as u32
            };
            level_counts = field.levels.iter().map(count).collect();
        }
        Column::Text(_) => {}
    }
    FieldStatistics {
        name: field.name.clone(),
        quantiles,
        level_counts,
        missing,
    }
}
