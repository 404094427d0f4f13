//! The style sheet: `@import "file.css";` lines of the main file replaced by the files, comments
//! and indentation left out.

use std::fs;
use std::io;
use std::path::Path;

/// The text of `main` with its imports in place.
pub fn bundle(main: &Path) -> io::Result<String> {
    let folder = main.parent().unwrap_or(Path::new("."));
    let mut text = String::new();
    for line in fs::read_to_string(main)?.lines() {
        match line
            .trim()
            .strip_prefix("@import \"")
            .and_then(|rest| rest.strip_suffix("\";"))
        {
            Some(file) => text.push_str(&fs::read_to_string(folder.join(file))?),
            None => text.push_str(line),
        }
        text.push('\n');
    }
    Ok(slim(&text))
}

/// Removes comments, indentation and empty lines; strings in this style sheet contain no `/*`.
fn slim(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("/*") {
        code.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    code.push_str(rest);
    code.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    #[test]
    fn comments_and_indentation_go() {
        assert_eq!(
            super::slim("/* a\n b */ p {\n  color: red; /* why */\n\n}"),
            "p {\ncolor: red;\n}"
        );
    }
}
