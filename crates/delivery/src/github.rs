//! Issues of GitHub: an alert is an issue, what follows are its comments, and with its cause it is
//! closed.

use domain::AlertEvent;
use reqwest::Method;
use serde_json::{Value, json};

use crate::http::send;
use crate::note::one_line;
use crate::{AllowedHosts, Error, Note, Result};

const API: &str = "https://api.github.com/repos/";

/// Where the issues of a repository are: `owner/repository`, or the whole address for another
/// server than github.com (`https://github.example/api/v3/repos/owner/repository`).
///
/// # Errors
/// [`Error::Refused`] when it is neither.
pub fn check_repository(text: &str) -> Result<String> {
    if text.starts_with("https://") || text.starts_with("http://") {
        return Ok(text.trim_end_matches('/').to_owned());
    }
    let is_name = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter))
    };
    match text.split_once('/') {
        Some((owner, name)) if is_name(owner) && is_name(name) => Ok(format!("{API}{text}")),
        _ => Err(Error::refused(
            "The repository must be OWNER/REPOSITORY, or the address of one in the API of another server.",
        )),
    }
}

/// Text as it is, in Markdown: no markup, no mention, no reference.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for letter in one_line(text, usize::MAX).chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // A letter of no width keeps it from being the name of somebody, or of an issue.
            '@' | '#' => {
                out.push(letter);
                out.push('\u{200b}');
            }
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '|' | '~' | '!' | '+' => {
                out.push('\\');
                out.push(letter);
            }
            letter => out.push(letter),
        }
    }
    out
}

fn markdown(note: &Note) -> String {
    let mut text = format!("{}\n", escaped(&note.summary));
    for section in &note.sections {
        text.push_str(&format!(
            "\n### {}\n\n| | |\n|---|---|\n",
            escaped(&section.title)
        ));
        for (label, value) in &section.rows {
            text.push_str(&format!("| {} | {} |\n", escaped(label), escaped(value)));
        }
    }
    if let Some(link) = &note.link {
        text.push_str(&format!("\n[Open in Tenure]({link})\n"));
    }
    text
}

/// Sends a message; gives the number of the issue.
pub(crate) async fn deliver(
    repository: &str,
    token: &str,
    note: &Note,
    issue: Option<&str>,
    allowed: &AllowedHosts,
) -> Result<String> {
    let headers = [
        ("authorization", format!("Bearer {token}")),
        ("accept", "application/vnd.github+json".to_owned()),
        ("x-github-api-version", "2022-11-28".to_owned()),
    ];
    let ask = async |method, path: String, body: Value| {
        let address = format!("{repository}/issues{path}");
        send(method, &address, &headers, body.to_string(), allowed).await
    };
    let closes = matches!(note.event, AlertEvent::Resolved | AlertEvent::Test);
    let number = match issue {
        Some(number) => {
            // Closing an issue twice has no effect; the comment comes last, so it is written once.
            if closes {
                let closed = json!({ "state": "closed", "state_reason": "completed" });
                ask(Method::PATCH, format!("/{number}"), closed).await?;
            }
            let comment = format!(
                "**{}**\n\n{}",
                escaped(&note.subject_line()),
                markdown(note)
            );
            let comment = json!({ "body": comment });
            ask(Method::POST, format!("/{number}/comments"), comment).await?;
            number.to_owned()
        }
        None => {
            let new = json!({ "title": note.subject_line(), "body": markdown(note), "labels": ["tenure"] });
            let answer = ask(Method::POST, String::new(), new).await?;
            let answer: Value = serde_json::from_str(&answer).unwrap_or_default();
            let number = answer["number"]
                .as_u64()
                .ok_or_else(|| Error::refused("The server did not say which issue it created."))?;
            if closes {
                let closed = json!({ "state": "closed" });
                ask(Method::PATCH, format!("/{number}"), closed).await?;
            }
            number.to_string()
        }
    };
    Ok(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::note::tests::note;

    #[test]
    fn a_repository_is_a_name_or_an_address() {
        assert_eq!(
            check_repository("acme/people.ops"),
            Ok("https://api.github.com/repos/acme/people.ops".into())
        );
        assert!(check_repository("https://git.example/api/v3/repos/a/b/").is_ok());
        for bad in [
            "acme", "acme/", "/x", "a/b/c", "a/../b", "a b/c", "a/b?x", "../x",
        ] {
            assert!(check_repository(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn values_are_no_markup() {
        let own = markdown(&note("x"));
        assert!(
            own.contains("&lt;b&gt;Age&lt;/b&gt; @\u{200b}team"),
            "{own}"
        );
        let one = escaped("a | b\n| c | [x](javascript:y) #1 ![i](u)");
        assert_eq!(
            one,
            "a \\| b \\| c \\| \\[x\\]\\(javascript:y\\) #\u{200b}1 \\!\\[i\\]\\(u\\)"
        );
    }
}
