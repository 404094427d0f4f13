//! Reads the shared data sets for tests. The product's own reader lives in the crate `data`, which
//! `training` does not know.
#![expect(clippy::unwrap_used, reason = "tests")]
#![expect(dead_code, reason = "each test file uses its part")]

use model::{Cell, Column, Table, UseCase};
use training::Dataset;

pub fn golden(name: &str) -> Option<serde_json::Value> {
    Some(serde_json::from_str(&testing::shared_text(&format!("golden/{name}.json"))?).unwrap())
}

pub fn floats(value: &serde_json::Value) -> Vec<f64> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|number| number.as_f64().unwrap())
        .collect()
}

pub fn rows(value: &serde_json::Value) -> Vec<usize> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|number| number.as_u64().unwrap() as usize)
        .collect()
}

pub fn use_case(id: &str) -> UseCase {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../data/use_cases/");
    toml::from_str(&std::fs::read_to_string(format!("{file}{id}.toml")).unwrap()).unwrap()
}

/// The rows of a plain CSV file (no quotes) as the use case reads them.
pub fn load(use_case: &UseCase, text: &str) -> Dataset {
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let records: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    let position = |name: &str, aliases: &[String]| {
        header
            .iter()
            .position(|column| *column == name || aliases.iter().any(|alias| alias == column))
    };
    let mut table = Table::default();
    for field in &use_case.fields {
        let Some(index) = position(&field.name, &field.aliases) else {
            continue;
        };
        let cells = records
            .iter()
            .map(|record| field.parse(record[index]).unwrap());
        let column = if field.is_level() {
            let code = |cell| {
                if let Cell::Level(code) = cell {
                    code
                } else {
                    unreachable!()
                }
            };
            Column::Level {
                codes: cells.map(code).collect(),
                levels: field.levels.clone(),
            }
        } else {
            Column::Number(
                cells
                    .map(|cell| {
                        if let Cell::Number(number) = cell {
                            number
                        } else {
                            unreachable!()
                        }
                    })
                    .collect(),
            )
        };
        table.push(&field.name, column);
    }
    let target = position(&use_case.target.column, &use_case.target.aliases).unwrap();
    let labels = records
        .iter()
        .map(|record| use_case.target.parse(record[target]).unwrap())
        .collect();
    Dataset::new(table, labels).unwrap()
}

pub fn attrition() -> Option<(UseCase, Dataset)> {
    let text = testing::shared_text("data/ibm_hr_attrition_1470.csv")?;
    let use_case = use_case("attrition");
    let dataset = load(&use_case, &text);
    Some((use_case, dataset))
}

pub fn churn() -> Option<(UseCase, Dataset)> {
    let text = testing::shared_text("data/mlc_churn_5000.csv")?;
    let use_case = use_case("churn");
    let dataset = load(&use_case, &text);
    Some((use_case, dataset))
}
