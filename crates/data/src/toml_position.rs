//! The position of a key in a TOML text.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The keys of a text with their places; where the text breaks a rule of TOML, those that could be
/// read.
pub(crate) struct Positions<'a> {
    text: &'a str,
    root: Spanned<DeTable<'a>>,
}

impl<'a> Positions<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        Self {
            text,
            root: DeTable::parse_recoverable(text).0,
        }
    }

    /// The line, from 1, of an offset in bytes.
    pub(crate) fn line_at(&self, offset: usize) -> usize {
        self.text
            .bytes()
            .take(offset)
            .filter(|&byte| byte == b'\n')
            .count()
            + 1
    }

    /// The line of a key such as `policies.cutoff` or, for the third `[[field]]`, `field.2.levels`.
    /// Where the last steps are not there, the line of the part that is.
    pub(crate) fn line_of(&self, path: &str) -> usize {
        let mut offset = 0;
        let mut table = Some(self.root.get_ref());
        let mut array = None;
        for step in path.split('.') {
            let (place, value) = match (table, array) {
                (Some(entries), _) => {
                    let Some((key, value)) = DeTable::get_key_value(entries, step) else {
                        break;
                    };
                    (key.span(), value)
                }
                (None, Some(elements)) => {
                    let element = step
                        .parse::<usize>()
                        .ok()
                        .and_then(|index| <[Spanned<DeValue<'_>>]>::get(elements, index));
                    let Some(value) = element else { break };
                    (value.span(), value)
                }
                (None, None) => break,
            };
            offset = place.start;
            table = value.get_ref().as_table();
            array = value.get_ref().as_array().map(|array| &array[..]);
        }
        self.line_at(offset)
    }

    /// The key whose name or value covers an offset, elements of a list of tables by their `name`.
    pub(crate) fn key_at(&self, offset: usize) -> Option<String> {
        in_table(self.root.get_ref(), offset)
    }
}

fn in_table(table: &DeTable<'_>, offset: usize) -> Option<String> {
    table.iter().find_map(|(key, value)| {
        let name = key.get_ref();
        match in_value(value, offset) {
            Some(inner) if inner.is_empty() => Some(name.to_string()),
            Some(inner) => Some(format!("{name}.{inner}")),
            None => key.span().contains(&offset).then(|| name.to_string()),
        }
    })
}

/// The path within a value; empty where the value itself covers the offset.
fn in_value(value: &Spanned<DeValue<'_>>, offset: usize) -> Option<String> {
    let inner = match value.get_ref() {
        DeValue::Table(table) => in_table(table, offset),
        DeValue::Array(elements) => elements.iter().enumerate().find_map(|(index, element)| {
            let inner = in_value(element, offset)?;
            let Some(table) = element.get_ref().as_table() else {
                return Some(inner);
            };
            let name = table
                .get("name")
                .and_then(|name| name.get_ref().as_str())
                .map_or_else(|| index.to_string(), str::to_owned);
            Some(if inner.is_empty() {
                name
            } else {
                format!("{name}.{inner}")
            })
        }),
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_) => None,
    };
    inner.or_else(|| value.span().contains(&offset).then(String::new))
}

#[cfg(test)]
mod tests {
    use super::Positions;

    const TEXT: &str = "# cutoff = 1\nid = \"a\" # name = \"b\"\n[policies]\ncutoff = 0.5\n[[field]]\nname = \"a\"\n\n[[field]]\nname = \"b\"\nlevels = [\n  \"x\",\n]\n";

    #[test]
    fn keys_are_found_by_place_not_by_text() {
        let positions = Positions::of(TEXT);
        for (path, line) in [
            ("id", 2),
            ("policies", 3),
            ("policies.cutoff", 4),
            ("policies.gates", 3),
            ("field.1.name", 9),
            ("field.1.levels", 10),
            ("field.1.range", 8),
            ("nothing", 1),
        ] {
            assert_eq!(positions.line_of(path), line, "{path}");
        }
        let key = |text: &str| positions.key_at(TEXT.rfind(text).unwrap_or_default());
        assert_eq!(key("0.5").as_deref(), Some("policies.cutoff"));
        assert_eq!(key("\"x\"").as_deref(), Some("field.b.levels"));
        assert_eq!(key("[[field]]").as_deref(), Some("field.b"));
    }
}
