//! An incoming webhook of Slack. Its URL is the secret.

use reqwest::Method;
use serde_json::json;

use crate::http::send;
use crate::{AllowedHosts, Note, Result};

/// Slack reads these three letters as markup: links, mentions, `<!channel>`.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn body(note: &Note) -> String {
    let text = format!("{}\n{}", note.subject_line(), note.text());
    json!({ "text": escaped(&text), "mrkdwn": false, "unfurl_links": false, "unfurl_media": false })
        .to_string()
}

pub(crate) async fn deliver(url: &str, note: &Note, allowed: &AllowedHosts) -> Result<()> {
    send(Method::POST, url, &[], body(note), allowed).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::note::tests::note;

    #[test]
    fn nobody_is_called_by_a_name_in_the_text() {
        let own: serde_json::Value = serde_json::from_str(&body(&note("<!channel> x"))).unwrap();
        let text = own["text"].as_str().unwrap();
        assert!(text.starts_with("&lt;!channel&gt; x\n") && !text.contains('<'));
    }
}
