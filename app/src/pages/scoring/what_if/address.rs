//! The address of a scenario: values only, no identifier. `v.Field=` is the scenario, `s.Field=`
//! the starting value where it differs, `person=` (from a link inside the app) a starting point
//! that the server looks up.

use domain::query::query_string;
use model::Record;

const VALUE: &str = "v.";
const START: &str = "s.";

/// The name of a field's control in the form.
pub fn control_name(field: &str) -> String {
    format!("{VALUE}{field}")
}

/// The content of an address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asked {
    pub person: Option<String>,
    /// Purpose of access, where one is required.
    pub why: String,
    pub values: Record,
    pub start: Record,
}

impl Asked {
    /// Reads decoded pairs and ignores unknown keys.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut params = Self::default();
        for (key, value) in pairs {
            if let Some(field) = key.strip_prefix(VALUE) {
                params.values.insert(field.to_owned(), value);
            } else if let Some(field) = key.strip_prefix(START) {
                params.start.insert(field.to_owned(), value);
            } else if key == "person" && !value.is_empty() {
                params.person = Some(value);
            } else if key == "why" {
                params.why = value;
            }
        }
        params
    }

    /// Start and scenario over `base` (a person's record or the typical one). Without a person, a
    /// value without a start of its own is its own start.
    pub fn over(&self, base: Record) -> (Record, Record) {
        let mut start = base;
        if self.person.is_none() {
            start.extend(self.values.clone());
        }
        start.extend(self.start.clone());
        let mut values = start.clone();
        values.extend(self.values.clone());
        (start, values)
    }
}

/// The address that shares a scenario.
pub fn share(page: &str, start: &Record, values: &Record) -> String {
    let differs = |field: &String, value: &String| values.get(field) != Some(value);
    let started = start
        .iter()
        .filter(|(field, value)| differs(field, value))
        .map(|(field, value)| (format!("{START}{field}"), value.clone()));
    let pairs: Vec<_> = values
        .iter()
        .map(|(field, value)| (control_name(field), value.clone()))
        .chain(started)
        .collect();
    format!("{page}{}", query_string(&pairs))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(pairs: &[(&str, &str)]) -> Record {
        pairs
            .iter()
            .map(|(field, value)| ((*field).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn a_shared_scenario_comes_back_with_its_start() {
        let (start, values) = (
            record(&[("Age", "30"), ("OverTime", "Yes")]),
            record(&[("Age", "30"), ("OverTime", "No")]),
        );
        let address = share("/use-case/x/what-if", &start, &values);
        let params = Asked::from_pairs(domain::query::pairs(
            address.split_once('?').map_or("", |(_, query)| query),
        ));
        assert_eq!(
            params.over(record(&[("Age", "50"), ("OverTime", "No")])),
            (start, values)
        );
    }

    #[test]
    fn a_form_over_a_person_starts_from_the_person() {
        let params = Asked::from_pairs(
            [("person", "7"), ("v.Age", "31"), ("other", "x")]
                .map(|(key, value)| (key.to_owned(), value.to_owned())),
        );
        let (start, values) = params.over(record(&[("Age", "30"), ("Level", "2")]));
        assert_eq!(
            (
                start["Age"].as_str(),
                values["Age"].as_str(),
                values["Level"].as_str()
            ),
            ("30", "31", "2")
        );
    }
}
