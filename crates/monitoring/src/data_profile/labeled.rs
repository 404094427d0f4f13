//! A profile in the words of a use case: labels in place of the names of columns and levels.

use model::UseCase;

use super::{ColumnSummary, DataProfile, GateLimits, GateName};

impl DataProfile {
    /// The same figures with the labels of `use_case` for columns and levels, in sentences too.
    /// What it does not know keeps its name.
    #[must_use]
    pub fn labeled(&self, use_case: &UseCase) -> Self {
        let columns = self
            .columns
            .iter()
            .map(|column| labeled_column(column, use_case))
            .collect();
        let mut correlations = self.correlations.clone();
        correlations
            .names
            .iter_mut()
            .for_each(|name| *name = use_case.label(name));
        // The verdicts of a released profile are those of the exact one.
        let mut labeled = Self::of_columns(
            self.rows,
            columns,
            correlations,
            self.duplicate_rows,
            &self.limits(),
        )
        .judged_as(self);
        for gate in &mut labeled.gates {
            gate.offenders = gate
                .offenders
                .iter()
                .map(|offender| self.labeled_offender(offender, use_case))
                .collect();
        }
        labeled.released = self.released.clone();
        labeled
    }

    /// A column, or two joined by "and".
    fn labeled_offender(&self, offender: &str, use_case: &UseCase) -> String {
        let is_column = |name: &str| self.columns.iter().any(|column| column.name == name);
        match offender.split_once(" and ") {
            Some((first, second)) if is_column(first) && is_column(second) => {
                format!("{} and {}", use_case.label(first), use_case.label(second))
            }
            _ => use_case.label(offender),
        }
    }

    /// The limits that the gates were judged by.
    fn limits(&self) -> GateLimits {
        let mut limits = GateLimits::default();
        for gate in &self.gates {
            match gate.name {
                GateName::MissingRate => limits.missing_rate = gate.limit,
                GateName::OutlierRate => limits.outlier_rate = gate.limit,
                GateName::Correlation => limits.correlation = gate.limit,
            }
        }
        limits
    }
}

fn labeled_column(column: &ColumnSummary, use_case: &UseCase) -> ColumnSummary {
    let mut labeled = column.clone();
    labeled.name = use_case.label(&column.name);
    if let Some(field) = use_case.field(&column.name) {
        labeled
            .bars
            .levels
            .iter_mut()
            .for_each(|level| *level = field.value_label(level));
        let groups = labeled
            .against_target
            .iter_mut()
            .flat_map(|target| &mut target.groups);
        groups.for_each(|group| group.label = field.value_label(&group.label));
    }
    labeled
}
