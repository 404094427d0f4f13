//! Small use cases for unit tests.

use model::UseCase;

/// A use case with these numeric inputs and two-level fields.
pub fn use_case(numbers: &[&str], levels: &[&str]) -> UseCase {
    let fields = numbers
        .iter()
        .map(|name| (name, "kind = \"real\"".to_owned()))
        .chain(levels.iter().map(|name| {
            (
                name,
                "kind = \"nominal\"\nlevels = [\"f\", \"m\"]".to_owned(),
            )
        }));
    let fields: String = fields
        .map(|(name, rest)| format!("[[field]]\nname = \"{name}\"\nlabel = \"{name}\"\n{rest}\n"))
        .collect();
    let head = "id = \"t\"\ntitle = \"t\"\ndescription = \"t\"\n[words]\none = \"a\"\nmany = \"b\"\nevent_one = \"c\"\nevent_many = \"d\"\nverb = \"e\"\n\
        [target]\ncolumn = \"y\"\nlabel = \"y\"\npositive = [\"1\"]\nnegative = [\"0\"]\n\
        [policies]\ngates = \"sensible\"\ndrift = \"calibrated\"\ncutoff = 0.5\n[[bands]]\nname = \"low\"\nfrom = 0.0\n";
    toml::from_str(&format!("{head}{fields}")).expect("the test's own text is sound")
}
