//! A profile in the words of a use case: labels in place of the names of columns and levels.

use model::UseCase;

use super::{ColumnSummary, DataProfile, GateLimits, GateName};

impl DataProfile {
    /// The same figures with the labels of `use_case` for columns and levels, in sentences too. What it does not know keeps its name.
    #[must_use]
    pub fn labelled(&self, use_case: &UseCase) -> Self {
        let columns = self.columns.iter().map(|column| labelled_column(column, use_case)).collect();
        let mut correlations = self.correlations.clone();
        correlations.names.iter_mut().for_each(|name| *name = use_case.label(name));
        // The verdicts of a released profile are those of the exact one.
        let mut labelled = Self::of_columns(self.rows, columns, correlations, self.duplicate_rows, &self.limits()).judged_as(self);
        for gate in &mut labelled.gates {
            gate.offenders = gate.offenders.iter().map(|offender| self.labelled_offender(offender, use_case)).collect();
        }
        labelled.released = self.released.clone();
        labelled
    }

    /// A column, or two joined by "and".
    fn labelled_offender(&self, offender: &str, use_case: &UseCase) -> String {
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

fn labelled_column(column: &ColumnSummary, use_case: &UseCase) -> ColumnSummary {
    let mut labelled = column.clone();
    labelled.name = use_case.label(&column.name);
    if let Some(field) = use_case.field(&column.name) {
        labelled.bars.levels.iter_mut().for_each(|level| *level = field.value_label(level));
        let groups = labelled.against_target.iter_mut().flat_map(|target| &mut target.groups);
        groups.for_each(|group| group.label = field.value_label(&group.label));
    }
    labelled
}
