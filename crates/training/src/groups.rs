//! People by group: the levels of a field, or the bins of a derived one.

use model::{Column, MISSING_LEVEL, Table, UseCase};
use stats::groups::Groups;

/// Most different numbers of a field for each to be a group of its own.
const MOST_GROUPS: usize = 12;

/// The group of each row under the field or derived field `name`; `None` for rows without it, or
/// when there is no such field or it has too many values to be groups.
pub fn group_codes(table: &Table, use_case: &UseCase, name: &str) -> Option<Vec<Option<u32>>> {
    if let Some(bins) = use_case
        .derived
        .iter()
        .find(|derived| derived.name == name)
        .and_then(|derived| derived.bins.as_ref())
    {
        let Some(Column::Number(values)) = table.column(&bins.of) else {
            return None;
        };
        let bin = |value: &f64| {
            (!value.is_nan()).then(|| bins.edges.partition_point(|edge| value >= edge) as u32)
        };
        return Some(values.iter().map(bin).collect());
    }
    match table.column(name)? {
        Column::Level { codes, .. } => Some(
            codes
                .iter()
                .map(|&code| (code != MISSING_LEVEL).then_some(code))
                .collect(),
        ),
        Column::Number(values) => {
            let distinct = distinct(values);
            let code = |value: &f64| {
                distinct
                    .iter()
                    .position(|known| known == value)
                    .map(|code| code as u32)
            };
            (distinct.len() <= MOST_GROUPS).then(|| values.iter().map(code).collect())
        }
        Column::Text(_) => None,
    }
}

/// The groups of [`group_codes`] with the names that people know them by.
pub fn groups(table: &Table, use_case: &UseCase, name: &str) -> Option<Groups> {
    let codes = group_codes(table, use_case, name)?;
    Some(Groups::from_labels(codes.into_iter().map(|code| {
        code.map(|code| group_name(table, use_case, name, code))
    })))
}

/// What people call group `code` of [`group_codes`].
pub fn group_name(table: &Table, use_case: &UseCase, name: &str, code: u32) -> String {
    let bins = use_case
        .derived
        .iter()
        .find(|derived| derived.name == name)
        .and_then(|derived| derived.bins.as_ref());
    let text = match (bins, table.column(name)) {
        (Some(bins), _) => return bins.labels.get(code as usize).cloned().unwrap_or_default(),
        (None, Some(Column::Level { levels, .. })) => {
            levels.get(code as usize).cloned().unwrap_or_default()
        }
        (None, Some(Column::Number(values))) => distinct(values)
            .get(code as usize)
            .map(f64::to_string)
            .unwrap_or_default(),
        (None, _) => String::new(),
    };
    use_case
        .field(name)
        .map_or_else(|| text.clone(), |field| field.value_label(&text))
}

fn distinct(values: &[f64]) -> Vec<f64> {
    let mut distinct: Vec<f64> = values
        .iter()
        .copied()
        .filter(|value| !value.is_nan())
        .collect();
    distinct.sort_unstable_by(f64::total_cmp);
    distinct.dedup();
    distinct
}
