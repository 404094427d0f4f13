//! People by group: the levels of a field, or the bins of a derived one.

use model::{Column, MISSING_LEVEL, Table, UseCase};

/// Most different numbers of a field for each to be a group of its own.
const MOST_GROUPS: usize = 12;

/// The group of each row under the field or derived field `name`; `None` for rows without it, or when there is no such field or it has
/// too many values to be groups.
pub fn group_codes(table: &Table, use_case: &UseCase, name: &str) -> Option<Vec<Option<u32>>> {
    if let Some(bins) = use_case.derived.iter().find(|derived| derived.name == name).and_then(|derived| derived.bins.as_ref()) {
        let Some(Column::Number(values)) = table.column(&bins.of) else { return None };
        let bin = |value: &f64| (!value.is_nan()).then(|| bins.edges.partition_point(|edge| value >= edge) as u32);
        return Some(values.iter().map(bin).collect());
    }
    match table.column(name)? {
        Column::Level { codes, .. } => Some(codes.iter().map(|&code| (code != MISSING_LEVEL).then_some(code)).collect()),
        Column::Number(values) => {
            let mut distinct: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
            distinct.sort_unstable_by(f64::total_cmp);
            distinct.dedup();
            let code = |value: &f64| distinct.iter().position(|known| known == value).map(|code| code as u32);
            (distinct.len() <= MOST_GROUPS).then(|| values.iter().map(code).collect())
        }
        Column::Text(_) => None,
    }
}
