//! Use-case files: TOML in, checked use case out, with the line and key of whatever is wrong.

use model::derived::{Derived, Formula};
use model::{Field, Kind, MissingPolicy, OTHER_LEVEL, Role, UnseenPolicy, UseCase};

use crate::recover::{Recovered, recover};
use crate::toml_position::Positions;
use crate::use_case_error::UseCaseError;

/// The files of the use cases that ship in the binary.
pub const BUILT_IN: [&str; 2] = [
    include_str!("../use_cases/attrition.toml"),
    include_str!("../use_cases/churn.toml"),
];

/// The use cases that ship in the binary.
///
/// # Errors
/// Never for a released binary: a test reads them all.
pub fn built_in() -> Result<Vec<UseCase>, Vec<UseCaseError>> {
    BUILT_IN.iter().map(|text| parse(text)).collect()
}

/// Parses and checks a use-case file.
///
/// # Errors
/// All problems found, by line; errors of syntax hide the others.
pub fn parse(text: &str) -> Result<UseCase, Vec<UseCaseError>> {
    let positions = Positions::of(text);
    if let Err(error) = toml::de::DeTable::parse(text) {
        // What is read beyond an error of syntax is often not what was meant.
        let (_, errors) = toml::de::DeTable::parse_recoverable(text);
        let errors = if errors.is_empty() {
            vec![error]
        } else {
            errors
        };
        return Err(errors
            .iter()
            .map(|error| syntax(text, &positions, error))
            .collect());
    }
    let Recovered {
        errors,
        broken,
        use_case,
    } = recover(text);
    let mut check = Check {
        positions,
        broken,
        errors,
    };
    if let Some(use_case) = &use_case {
        check.whole(use_case);
    }
    check.errors.sort_by_key(|error| error.line);
    match use_case {
        Some(use_case) if check.errors.is_empty() => Ok(use_case),
        _ => Err(check.errors),
    }
}

fn syntax(text: &str, positions: &Positions<'_>, error: &toml::de::Error) -> UseCaseError {
    let offset = error.span().map_or(0, |span| span.start);
    let line = positions.line_at(offset);
    let key = positions
        .key_at(offset)
        .unwrap_or_else(|| key_in(text, line));
    UseCaseError {
        line,
        key,
        message: error.message().to_owned(),
    }
}

/// The line, from 1, of a key of a use-case file, for example `policies.gates`; where it is not
/// there, that of the table it belongs to.
pub fn line_of(text: &str, key: &str) -> usize {
    Positions::of(text).line_of(key)
}

/// What stands before the equals sign of a line that is not TOML, or its table header.
fn key_in(text: &str, line: usize) -> String {
    let current = text
        .lines()
        .nth(line.saturating_sub(1))
        .unwrap_or("")
        .trim();
    match current.split_once('=') {
        Some((key, _)) => key.trim().to_owned(),
        None => current.trim_matches(['[', ']']).to_owned(),
    }
}

struct Check<'a> {
    positions: Positions<'a>,
    /// Tables with an error of their own ([`Recovered::broken`]).
    broken: Vec<String>,
    errors: Vec<UseCaseError>,
}

impl Check<'_> {
    /// Reports a problem at the line of `path` (see [`Positions::line_of`]).
    fn report(&mut self, path: &str, key: impl Into<String>, message: impl Into<String>) {
        if self.is_due_to_another(path) {
            return;
        }
        let line = self.positions.line_of(path);
        self.errors.push(UseCaseError {
            line,
            key: key.into(),
            message: message.into(),
        });
    }

    /// Whether a problem may only be due to an error that is reported already: one in the same
    /// table, or, for lists of names, in a field.
    fn is_due_to_another(&self, path: &str) -> bool {
        let mut steps = path.split('.');
        let table = match (steps.next(), steps.next()) {
            (Some(name @ ("field" | "derived")), Some(index)) => format!("{name}.{index}"),
            (Some(name), _) => name.to_owned(),
            (None, _) => String::new(),
        };
        let names_fields =
            table == "segments" || table == "audited" || table.starts_with("derived.");
        let within = |inner: &str, outer: &str| {
            inner
                .strip_prefix(outer)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let is_in = |broken: &str, name: &str| within(broken, name) || within(name, broken);
        self.broken.iter().any(|broken| {
            is_in(broken, &table)
                || (names_fields && (is_in(broken, "field") || is_in(broken, "derived")))
        })
    }

    fn whole(&mut self, use_case: &UseCase) {
        if use_case.id.is_empty()
            || !use_case.id.chars().all(|letter| {
                letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-'
            })
        {
            self.report(
                "id",
                "id",
                "must consist of lowercase letters, digits and hyphens",
            );
        }
        if use_case.inputs().next().is_none() {
            self.report(
                "field.0",
                "field",
                "at least one field must be a model input (role = \"feature\")",
            );
        }
        let overlap = use_case.target.positive.iter().any(|text| {
            use_case
                .target
                .negative
                .iter()
                .any(|other| other.eq_ignore_ascii_case(text))
        });
        let no_words = |texts: &[String]| texts.iter().all(String::is_empty);
        if no_words(&use_case.target.positive) || no_words(&use_case.target.negative) || overlap {
            self.report(
                "target",
                "target",
                "positive and negative must each list values, with none in common",
            );
        }
        let bands: Vec<f64> = use_case.bands.iter().map(|band| band.from).collect();
        if bands.first() != Some(&0.0)
            || !bands.is_sorted_by(|low, high| low < high)
            || bands.iter().any(|from| !(0.0..1.0).contains(from))
        {
            self.report(
                "bands.0",
                "bands",
                "must start at 0 and increase, all below 1",
            );
        }
        if !(use_case.policies.cutoff > 0.0 && use_case.policies.cutoff < 1.0) {
            self.report(
                "policies.cutoff",
                "policies.cutoff",
                "must be a probability between 0 and 1",
            );
        }
        if use_case.horizon_days == Some(0) {
            self.report(
                "horizon_days",
                "horizon_days",
                "must be at least 1 day; leave it out where the period is not known",
            );
        }
        for (index, field) in use_case.fields.iter().enumerate() {
            self.field(use_case, field, index);
        }
        for (index, derived) in use_case.derived.iter().enumerate() {
            self.derived(use_case, derived, index);
        }
        for segment in &use_case.segments {
            if use_case.field(segment).is_none() {
                self.report("segments", "segments", format!("{segment} is not a field"));
            }
        }
        for audited in &use_case.audited {
            if use_case.field(audited).is_none()
                && !use_case
                    .derived
                    .iter()
                    .any(|derived| derived.name == *audited)
            {
                self.report(
                    "audited",
                    "audited",
                    format!("{audited} is not a field or derived field"),
                );
            }
        }
    }

    fn field(&mut self, use_case: &UseCase, field: &Field, index: usize) {
        let at = |part: &str| format!("field.{index}.{part}");
        let key = |part: &str| format!("field.{}.{part}", field.name);
        let reserved = field.name == use_case.target.column
            || Some(&field.name) == use_case.id_column.as_ref();
        if reserved
            || use_case.fields[..index]
                .iter()
                .any(|other| other.name == field.name)
        {
            self.report(
                &at("name"),
                key("name"),
                "is the target, the id, or the name of another field",
            );
        }
        let levels = field.levels.len();
        let problem = match field.kind {
            Kind::Nominal => (levels < 2 && field.role != Role::Ignored)
                .then_some("a nominal field needs at least two levels"),
            Kind::Boolean => (levels != 2 && field.role != Role::Ignored)
                .then_some("a boolean field needs two levels, \"no\" first"),
            Kind::Integer | Kind::Real => {
                (levels > 0).then_some("a numeric field cannot have levels")
            }
            Kind::YearsSince | Kind::MonthsSince | Kind::DaysSince => {
                (levels > 0).then_some("a field that counts from a date cannot have levels")
            }
            Kind::Ordinal => None,
        };
        if let Some(problem) = problem {
            self.report(&at("levels"), key("levels"), problem);
        }
        if field.missing == MissingPolicy::No && field.kind != Kind::Boolean {
            self.report(
                &at("missing"),
                key("missing"),
                "\"no\" is for boolean fields: a missing value then means the first level",
            );
        }
        if let Some([low, high]) = field.range
            && (low >= high || field.is_level())
        {
            self.report(
                &at("range"),
                key("range"),
                "must be [minimum, maximum], for a numeric or ordinal field",
            );
        }
        if field.unseen == Some(UnseenPolicy::Missing)
            && (levels == 0 || field.missing == MissingPolicy::Refuse)
        {
            let message = if levels == 0 {
                "only a field with levels can have values that are no level"
            } else {
                "cannot be \"missing\" where missing = \"refuse\""
            };
            self.report(&at("unseen"), key("unseen"), message);
        }
        if field.unseen == Some(UnseenPolicy::Other)
            && (field.kind != Kind::Nominal || field.level_code(OTHER_LEVEL).is_none())
        {
            let message = "\"other\" needs a nominal field with a level \"Other\"; values outside its levels then count as that level";
            self.report(&at("unseen"), key("unseen"), message);
        }
        for (alias, level) in &field.level_aliases {
            if !field.levels.contains(level) {
                self.report(
                    &at("level_aliases"),
                    key("level_aliases"),
                    format!("\"{alias}\" stands for \"{level}\", which is not a level"),
                );
            }
        }
    }

    fn derived(&mut self, use_case: &UseCase, derived: &Derived, index: usize) {
        let at = |part: &str| format!("derived.{index}.{part}");
        let key = |part: &str| format!("derived.{}.{part}", derived.name);
        let numeric = |name: &str| {
            use_case
                .fields
                .iter()
                .position(|field| field.name == name && !field.is_level())
                .map(|index| index as u32)
        };
        match (&derived.bins, &derived.formula) {
            (Some(bins), None) => {
                if numeric(&bins.of).is_none() {
                    self.report(
                        &at("bins.of"),
                        key("bins.of"),
                        format!("\"{}\" is not a numeric field", bins.of),
                    );
                }
                if bins.labels.len() != bins.edges.len() + 1
                    || !bins.edges.is_sorted_by(|low, high| low < high)
                {
                    self.report(
                        &at("bins"),
                        key("bins"),
                        "edges must increase, and there must be one more label than edges",
                    );
                }
            }
            (None, Some(formula)) => {
                if let Err(message) = Formula::parse(formula, &numeric) {
                    self.report(&at("formula"), key("formula"), message);
                }
            }
            _ => self.report(
                &at("bins"),
                key("bins"),
                "a derived field needs either bins or a formula",
            ),
        }
        if use_case.field(&derived.shown_as).is_none() {
            self.report(
                &at("shown_as"),
                key("shown_as"),
                format!("\"{}\" is not a field", derived.shown_as),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_files_that_ship_are_sound() {
        let use_cases = built_in().unwrap();
        assert_eq!(
            use_cases
                .iter()
                .map(|use_case| use_case.id.as_str())
                .collect::<Vec<_>>(),
            ["attrition", "churn"]
        );
        assert_eq!(
            use_cases
                .iter()
                .map(|use_case| use_case.horizon_days)
                .collect::<Vec<_>>(),
            [Some(365), Some(30)]
        );
        let attrition = &use_cases[0];
        let derived: Vec<_> = attrition
            .derived_inputs()
            .map(|derived| derived.name.as_str())
            .collect();
        assert_eq!(
            derived,
            ["TenureRatio", "IncomePerYearExp"],
            "what is derived from Age is protected with it"
        );
    }

    #[test]
    fn missing_means_no_in_boolean_fields_only() {
        let with = |kind: &str| {
            BUILT_IN[0].replacen(
                "[[field]]",
                &format!(
                    "[[field]]\nname = \"x\"\nlabel = \"x\"\n{kind}\nmissing = \"no\"\n\n[[field]]"
                ),
                1,
            )
        };
        let sound = parse(&with("kind = \"boolean\"\nlevels = [\"0\", \"1\"]")).unwrap();
        let field = sound.field("x").unwrap();
        assert_eq!(
            ["", "1", " "].map(|text| field.parse(text).unwrap()),
            [0, 1, 0].map(model::Cell::Level)
        );
        let errors = parse(&with("kind = \"real\"")).unwrap_err();
        assert_eq!(
            errors
                .iter()
                .map(|error| error.key.as_str())
                .collect::<Vec<_>>(),
            ["field.x.missing"]
        );
    }

    #[test]
    fn a_blank_target_means_what_the_file_says() {
        let of = |line: &str| parse(&BUILT_IN[0].replace("[target]", &format!("[target]\n{line}")));
        let means = |line: &str| of(line).unwrap().target.parse(" ");
        assert_eq!(
            [
                means(""),
                means("blank = \"unknown\""),
                means("blank = \"negative\"")
            ],
            [None, None, Some(false)]
        );
        let errors = of("blank = \"stayed\"").unwrap_err();
        assert_eq!(errors[0].key, "target.blank");
        let use_case = of("blank = \"negative\"").unwrap();
        assert_eq!(
            parse(&toml::to_string(&use_case).unwrap()).unwrap(),
            use_case,
            "what is written reads back"
        );
    }

    #[test]
    fn errors_name_line_and_key() {
        let broken = BUILT_IN[0].replace("cutoff = 0.25", "cutoff = \"often\"");
        let errors = parse(&broken).unwrap_err();
        assert_eq!(errors[0].key, "policies.cutoff");
        assert_eq!(
            broken.lines().nth(errors[0].line - 1),
            Some("cutoff = \"often\"")
        );

        let broken = BUILT_IN[0].replace(
            "YearsAtCompany / (TotalWorkingYears + 1)",
            "YearsAtCompany / (TotalWorkingYear + 1)",
        );
        let errors = parse(&broken).unwrap_err();
        assert_eq!(
            (errors.len(), errors[0].key.as_str()),
            (1, "derived.TenureRatio.formula")
        );
        assert!(errors[0].message.contains("TotalWorkingYear"));
        assert!(
            broken
                .lines()
                .nth(errors[0].line - 1)
                .unwrap()
                .starts_with("formula = \"YearsAtCompany")
        );

        let broken = BUILT_IN[0].replace("horizon_days = 365", "horizon_days = 0");
        let errors = parse(&broken).unwrap_err();
        assert_eq!(
            (errors.len(), broken.lines().nth(errors[0].line - 1)),
            (1, Some("horizon_days = 0"))
        );

        // The line is that of the key, not the first that mentions it.
        let broken = format!(
            "# the cutoff of this file\n{}",
            BUILT_IN[0].replace("cutoff = 0.25", "cutoff = 1.25")
        );
        let errors = parse(&broken).unwrap_err();
        assert_eq!(
            (errors.len(), broken.lines().nth(errors[0].line - 1)),
            (1, Some("cutoff = 1.25"))
        );
    }
}
