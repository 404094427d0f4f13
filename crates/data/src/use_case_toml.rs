//! A use case as the text of a TOML file, with comments.

use model::UseCase;
use toml::{Table, Value};

/// Order of the keys of each table; others follow by name.
const HEAD: [&str; 9] = [
    "id",
    "title",
    "description",
    "id_column",
    "time_column",
    "horizon_days",
    "segments",
    "audited",
    "include_protected",
];
const WORDS: [&str; 5] = ["one", "many", "event_one", "event_many", "verb"];
const TARGET: [&str; 5] = ["column", "label", "positive", "negative", "aliases"];
const POLICIES: [&str; 3] = ["gates", "drift", "cutoff"];
const BAND: [&str; 2] = ["name", "from"];
const FIELD: [&str; 13] = [
    "name",
    "label",
    "kind",
    "role",
    "group",
    "unit",
    "range",
    "levels",
    "labels",
    "aliases",
    "level_aliases",
    "missing",
    "actionable",
];
const DERIVED: [&str; 5] = ["name", "label", "shown_as", "bins", "formula"];
const TABLES: [&str; 6] = ["words", "target", "policies", "bands", "field", "derived"];

/// Which keys are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// Those that differ from their defaults.
    Needed,
    /// All that have a value.
    All,
}

/// The text of a use-case file. `comments` gives the lines above a table by its path: `""` for the
/// whole file, `target`, `field.Age`, and so on.
///
/// # Errors
/// When a value has no form in TOML: never for a use case that was read from a file.
pub fn to_toml(
    use_case: &UseCase,
    keys: Keys,
    comments: &dyn Fn(&str) -> Vec<String>,
) -> Result<String, toml::ser::Error> {
    let mut whole = Table::try_from(use_case)?;
    let mut writer = Writer {
        text: String::new(),
        keys,
        comments,
    };
    let tables = TABLES.map(|name| (name, whole.remove(name)));
    writer.comment("");
    writer.entries(&whole, &HEAD);
    for (name, value) in &tables {
        match value {
            Some(Value::Table(table)) => {
                writer.table(&format!("[{name}]"), name, table, order(name))
            }
            Some(Value::Array(elements)) => {
                for table in elements.iter().filter_map(Value::as_table) {
                    let own = table
                        .get("name")
                        .and_then(Value::as_str)
                        .unwrap_or_default();
                    writer.table(
                        &format!("[[{name}]]"),
                        &format!("{name}.{own}"),
                        table,
                        order(name),
                    );
                }
            }
            // TOML has no other form for these keys.
            Some(
                Value::String(_)
                | Value::Integer(_)
                | Value::Float(_)
                | Value::Boolean(_)
                | Value::Datetime(_),
            )
            | None => {}
        }
    }
    Ok(writer.text)
}

fn order(table: &str) -> &'static [&'static str] {
    match table {
        "words" => &WORDS,
        "target" => &TARGET,
        "policies" => &POLICIES,
        "bands" => &BAND,
        "field" => &FIELD,
        _ => &DERIVED,
    }
}

struct Writer<'c> {
    text: String,
    keys: Keys,
    comments: &'c dyn Fn(&str) -> Vec<String>,
}

impl Writer<'_> {
    fn comment(&mut self, path: &str) {
        for line in (self.comments)(path) {
            // A comment ends with its line: what a file says must not become a key.
            let line: String = line
                .chars()
                .map(|letter| if letter.is_control() { ' ' } else { letter })
                .collect();
            self.text += format!("# {line}").trim_end();
            self.text.push('\n');
        }
    }

    fn table(&mut self, header: &str, path: &str, table: &Table, order: &[&str]) {
        self.text.push('\n');
        self.comment(path);
        self.text += header;
        self.text.push('\n');
        self.entries(table, order);
    }

    fn entries(&mut self, table: &Table, order: &[&str]) {
        let first = order.iter().filter_map(|key| table.get_key_value(*key));
        let others = table
            .iter()
            .filter(|(key, _)| !order.contains(&key.as_str()));
        for (key, value) in first.chain(others) {
            if self.keys == Keys::All || !is_default(key, value) {
                self.text += &format!("{key} = {value}\n");
            }
        }
    }
}

fn is_default(key: &str, value: &Value) -> bool {
    match value {
        Value::String(text) => {
            text.is_empty()
                || matches!(
                    (key, text.as_str()),
                    ("role", "feature") | ("missing", "impute") | ("actionable", "fixed")
                )
        }
        Value::Array(elements) => elements.is_empty(),
        Value::Table(table) => table.is_empty(),
        Value::Boolean(on) => !on,
        Value::Integer(_) | Value::Float(_) | Value::Datetime(_) => false,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::{Keys, to_toml};
    use crate::use_case_file::{built_in, parse};

    #[test]
    fn what_is_written_reads_back_the_same() {
        for use_case in built_in().unwrap() {
            for keys in [Keys::Needed, Keys::All] {
                let text = to_toml(&use_case, keys, &|path| {
                    vec![format!("about {path}\nid = 3")]
                })
                .unwrap();
                assert_eq!(parse(&text), Ok(use_case.clone()), "{text}");
            }
        }
    }

    #[test]
    fn all_keys_are_more_than_those_needed() {
        let use_case = built_in().unwrap().remove(0);
        let of = |keys| to_toml(&use_case, keys, &|_| Vec::new()).unwrap();
        assert!(!of(Keys::Needed).contains("missing = \"impute\""));
        assert!(of(Keys::All).contains("missing = \"impute\""));
        assert!(of(Keys::All).contains("include_protected = false"));
    }

    #[test]
    fn odd_names_stay_names() {
        let mut use_case = built_in().unwrap().remove(0);
        use_case.fields[0].name = "a \"b\"\n[c] = 'd' ü".into();
        use_case.fields[0].label = "\\".into();
        use_case.derived.clear();
        use_case.audited.clear();
        let text = to_toml(&use_case, Keys::Needed, &|path| vec![path.to_owned()]).unwrap();
        assert_eq!(parse(&text), Ok(use_case));
    }
}
