//! Problems of a form by field.

/// The message about one field; empty when it has no problem.
pub fn problem_of(problems: &[domain::FieldProblem], field: &str) -> String {
    problems
        .iter()
        .find(|problem| problem.field == field)
        .map(|problem| problem.message.clone())
        .unwrap_or_default()
}
