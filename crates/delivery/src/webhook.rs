//! A signed webhook.

use domain::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use serde_json::json;
use sha2::Sha256;

use crate::http::send;
use crate::{AllowedHosts, Error, Note, Result};

/// The signature of a body sent at a moment: HMAC-SHA256 with the key over `{seconds}.{body}`, in
/// hexadecimal digits.
///
/// # Errors
/// Never for any key that can be read: HMAC takes every length.
pub fn signature(key: &str, seconds: i64, body: &str) -> Result<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes())
        .map_err(|_| Error::refused("The signing key cannot be used."))?;
    mac.update(format!("{seconds}.{body}").as_bytes());
    let bytes = mac.finalize().into_bytes();
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The body of a message.
fn body(note: &Note) -> String {
    json!({
        "id": note.id,
        "event": note.event,
        "alert": note.alert,
        "kind": note.kind,
        "use_case": note.use_case,
        "severity": note.severity,
        "subject": note.subject_line(),
        "summary": note.summary,
        "at": note.at,
        "facts": note.facts,
        "link": note.link,
    })
    .to_string()
}

pub(crate) async fn deliver(
    url: &str,
    key: &str,
    note: &Note,
    now: Timestamp,
    allowed: &AllowedHosts,
) -> Result<()> {
    let (body, seconds) = (body(note), now.micros().div_euclid(1_000_000));
    let headers = [
        ("tenure-delivery", note.id.clone()),
        ("tenure-event", note.event.to_string()),
        ("tenure-timestamp", seconds.to_string()),
        (
            "tenure-signature",
            format!("v1={}", signature(key, seconds, &body)?),
        ),
    ];
    send(Method::POST, url, &headers, body, allowed).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_signature_is_that_of_other_programs() {
        // Computed with Python 3.11, hmac.new(b"Jefe", b"1700000000.{}", hashlib.sha256).
        let own = signature("Jefe", 1_700_000_000, "{}").unwrap();
        assert_eq!(own, EXPECTED);
        assert_ne!(signature("Jefe", 1_700_000_001, "{}").unwrap(), own);
    }

    const EXPECTED: &str = "d3793e2b4103edfbd98cc19591832f5fad701d413db9fcae0ae7dab8184ed207";
}
