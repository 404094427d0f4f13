//! Which field an input's name means: by its own name, or as a one-hot column of a level.

use model::derived::{Derived, Formula};
use model::{Field, Kind, Source, UseCase};

/// What an input reads.
pub(crate) struct Meaning {
    pub source: Source,
    /// Field under which explanations show it.
    pub shown_as: u32,
    /// A missing value counts as 0, as in one-hot columns.
    pub missing_is_zero: bool,
    /// What it is, in words.
    pub text: String,
}

/// What scikit-learn's `ColumnTransformer` puts before names.
const PREFIXES: [&str; 7] = [
    "num__",
    "cat__",
    "remainder__",
    "onehot__",
    "numeric__",
    "categorical__",
    "bool__",
];

/// Letters and digits alone, in lower case: other systems replace spaces and punctuation.
fn plain(name: &str) -> String {
    name.chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// The fields of a use case that a model may read, in their order.
pub(crate) struct Fields<'a> {
    pub use_case: &'a UseCase,
    pub inputs: Vec<&'a Field>,
}

impl<'a> Fields<'a> {
    pub fn of(use_case: &'a UseCase) -> Self {
        Self {
            use_case,
            inputs: use_case.inputs().collect(),
        }
    }

    /// What `name` means: exactly, or where nothing is called so, in plain letters.
    pub fn meaning(&self, name: &str) -> Result<Meaning, String> {
        let own = PREFIXES
            .iter()
            .find_map(|prefix| name.strip_prefix(prefix))
            .unwrap_or(name);
        let exact = self.candidates(own, &|one, other| one == other);
        let found = if exact.is_empty() {
            self.candidates(own, &|one, other| plain(one) == plain(other))
        } else {
            exact
        };
        match found.len() {
            0 => Err(self.why_not(own)),
            1 => found.into_iter().next().ok_or_else(String::new)?,
            _ => Err("several fields or levels are called so".into()),
        }
    }

    fn candidates(
        &self,
        name: &str,
        same: &dyn Fn(&str, &str) -> bool,
    ) -> Vec<Result<Meaning, String>> {
        let mut found = Vec::new();
        for (index, field) in self.inputs.iter().enumerate() {
            let index = index as u32;
            if same(name, &field.name) || field.aliases.iter().any(|alias| same(name, alias)) {
                found.push(self.whole(index, field));
            }
            if field.is_level() {
                found.extend(self.levels(index, field, &|own| same(name, own)).map(Ok));
            }
        }
        for derived in self.use_case.derived_inputs() {
            if same(name, &derived.name) {
                found.push(self.derived(derived));
            }
        }
        found
    }

    /// The levels of a field whose one-hot column `is_called`, by their own spelling or another.
    fn levels(
        &self,
        index: u32,
        field: &Field,
        is_called: &dyn Fn(&str) -> bool,
    ) -> impl Iterator<Item = Meaning> {
        let called = |text: &str| {
            ["_", "=", "__", " ", "-"]
                .iter()
                .any(|between| is_called(&format!("{}{between}{text}", field.name)))
        };
        let own = (0_u32..).zip(&field.levels).filter(|(level, text)| {
            let aliases = field.level_aliases.iter();
            let mut aliases = aliases.filter(|(_, of)| field.level_code(of) == Some(*level));
            called(text) || aliases.any(|(alias, _)| called(alias))
        });
        let found: Vec<Meaning> = own
            .map(|(level, _)| self.level(index, field, level))
            .collect();
        found.into_iter()
    }

    /// A field by its own name. What its numbers are must not be a guess.
    fn whole(&self, index: u32, field: &Field) -> Result<Meaning, String> {
        match field.kind {
            Kind::Boolean => Ok(Meaning {
                missing_is_zero: false,
                ..self.level(index, field, 1)
            }),
            Kind::Nominal => Err(format!(
                "{} has levels: say which number the model has for each, {{\"field\": \"{}\", \"codes\": {{…}}}}",
                field.name, field.name
            )),
            Kind::Ordinal if !field.levels.is_empty() => Err(format!(
                "{} has named levels: say which number the model has for each, {{\"field\": \"{}\", \"codes\": {{…}}}}",
                field.name, field.name
            )),
            Kind::Integer
            | Kind::Real
            | Kind::Ordinal
            | Kind::YearsSince
            | Kind::MonthsSince
            | Kind::DaysSince => Ok(Meaning {
                source: Source::Number { field: index },
                shown_as: index,
                missing_is_zero: false,
                text: field.name.clone(),
            }),
        }
    }

    pub fn level(&self, index: u32, field: &Field, level: u32) -> Meaning {
        let text = field.levels.get(level as usize).map_or("", String::as_str);
        Meaning {
            source: Source::Indicator {
                field: index,
                level,
            },
            shown_as: index,
            missing_is_zero: true,
            text: format!("{} = {text}", field.name),
        }
    }

    fn derived(&self, derived: &Derived) -> Result<Meaning, String> {
        let Some(formula) = &derived.formula else {
            return Err(format!(
                "{} are bins, which other systems number in their own ways",
                derived.name
            ));
        };
        let index = |name: &str| {
            let place = self
                .inputs
                .iter()
                .position(|field| field.name == name && !field.is_level());
            place.map(|place| place as u32)
        };
        let formula = Formula::parse(formula, &index)?;
        let shown_as = index(&derived.shown_as)
            .or_else(|| derived.sources().iter().find_map(|name| index(name)));
        Ok(Meaning {
            source: Source::Formula(formula),
            shown_as: shown_as.unwrap_or(0),
            missing_is_zero: false,
            text: derived.name.clone(),
        })
    }

    /// Why nothing is found: a field that a model must not read, or none.
    fn why_not(&self, name: &str) -> String {
        let field = self.use_case.fields.iter().find(|field| {
            let own = plain(&field.name);
            !self.use_case.is_input(field) && !own.is_empty() && plain(name).starts_with(&own)
        });
        if let Some(field) = field {
            return format!("{} is not an input of this use case", field.name);
        }
        let target = &self.use_case.target;
        if plain(name) == plain(&target.column) {
            return "it is the outcome itself".into();
        }
        "no field or level is called so".into()
    }
}
