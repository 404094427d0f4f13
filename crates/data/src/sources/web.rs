//! A file at an HTTP(S) address.

use object_store::http::HttpBuilder;
use object_store::path::Path;
use object_store::{Attribute, ClientOptions, GetOptions, GetResult, ObjectStore};
use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};

use super::client::{Connector, failed, retry};
use super::error::SourceError;
use super::folder::FoundFile;
use super::hosts::Hosts;
use super::limits::Limits;

/// Parses an address: HTTPS or HTTP, a host, and no password.
pub(crate) fn parse(text: &str) -> Result<Url, SourceError> {
    let wrong = |why: &str| SourceError::Address(why.to_owned());
    let url = Url::parse(text).map_err(|error| {
        SourceError::Address(format!("the address is not a valid URL: {error}"))
    })?;
    if url.host_str().is_none_or(str::is_empty) {
        return Err(wrong("the address must name a host: https://HOST/PATH"));
    }
    let is_secret = |name: &str| {
        let name = name.to_ascii_lowercase();
        [
            "password",
            "passwd",
            "secret",
            "token",
            "signature",
            "credential",
            "sig",
            "key",
            "auth",
        ]
        .iter()
        .any(|word| name.split(['-', '_', '.']).any(|part| part.contains(word)))
    };
    let has_secret =
        url.password().is_some() || url.query_pairs().any(|(name, _)| is_secret(&name));
    if has_secret {
        return Err(wrong(
            "the address must not hold a password or a token. Put it into an environment variable or a file and name that",
        ));
    }
    Ok(url)
}

/// Reads the file at an address. A user name in it and the password sign in by Basic; a password
/// alone is sent as a bearer token.
pub(super) async fn read(
    url: &Url,
    password: Option<&str>,
    hosts: &Hosts,
    limits: &Limits,
) -> Result<FoundFile, SourceError> {
    hosts.check(url.host_str().unwrap_or_default(), url.scheme() == "http")?;
    let mut plain = url.clone();
    // Fails only for URLs without a host, which parse refuses.
    let _ = plain.set_username("");
    plain.set_fragment(None);
    let options = ClientOptions::new()
        .with_allow_http(true)
        .with_default_headers(headers(url.username(), password)?);
    let store = HttpBuilder::new()
        .with_url(plain)
        .with_client_options(options)
        .with_retry(retry(limits))
        .with_http_connector(Connector {
            hosts: hosts.clone(),
            may_redirect: true,
        })
        .build()
        .map_err(|error| failed(&error))?;
    let answer = store
        .get_opts(&Path::default(), GetOptions::default())
        .await
        .map_err(|error| failed(&error))?;
    let kind = answer.attributes.get(&Attribute::ContentType);
    if kind.is_some_and(|kind| kind.to_ascii_lowercase().starts_with("text/html")) {
        return Err(SourceError::File(
            "the server answers with a web page, not with a file. Check the address, and whether a password is needed".to_owned(),
        ));
    }
    let name = url
        .path_segments()
        .and_then(|mut parts| parts.next_back())
        .filter(|name| !name.is_empty())
        .or(url.host_str())
        .unwrap_or_default()
        .to_owned();
    whole(name, answer, limits).await
}

pub(crate) fn headers(user: &str, password: Option<&str>) -> Result<HeaderMap, SourceError> {
    use base64::Engine;
    let mut headers = HeaderMap::new();
    let value = match password {
        None => return Ok(headers),
        Some(token) if user.is_empty() => format!("Bearer {token}"),
        Some(password) => {
            let pair = format!("{user}:{password}");
            let pair = base64::engine::general_purpose::STANDARD.encode(pair);
            format!("Basic {pair}")
        }
    };
    let mut value = HeaderValue::from_str(&value).map_err(|_| {
        SourceError::Secret("the password has signs that cannot be sent".to_owned())
    })?;
    value.set_sensitive(true);
    headers.insert(AUTHORIZATION, value);
    Ok(headers)
}

/// The whole file that a server gives, up to the limit.
pub(super) async fn whole(
    name: String,
    answer: GetResult,
    limits: &Limits,
) -> Result<FoundFile, SourceError> {
    use futures_util::TryStreamExt;
    let too_large = || SourceError::TooLarge(limits.bytes >> 20);
    let size = usize::try_from(answer.meta.size).map_err(|_| too_large())?;
    if size > limits.bytes {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    let mut parts = answer.into_stream();
    while let Some(part) = parts.try_next().await.map_err(|error| failed(&error))? {
        if bytes.len() + part.len() > size {
            return Err(SourceError::File(format!(
                "{name} is longer than the server says"
            )));
        }
        bytes.extend_from_slice(&part);
    }
    match bytes.len() {
        0 => Err(SourceError::File(format!("{name} is empty"))),
        length if length < size => Err(SourceError::Unsettled(name)),
        _ => Ok(FoundFile { name, bytes }),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn an_address_holds_no_password() {
        for text in [
            "https://hr.example.com/people.csv",
            "https://reader@hr.example.com/export?format=csv&month=2026-11",
        ] {
            assert!(parse(text).is_ok(), "{text}");
        }
        for text in [
            "https://reader:hunter2@hr.example.com/people.csv",
            "https://hr.example.com/people.csv?token=hunter2",
            "https://hr.example.com/people.csv?X-Amz-Signature=hunter2",
            "https://hr.example.com/people.csv?api_key=hunter2",
        ] {
            let error = parse(text).unwrap_err();
            assert!(!error.to_string().contains("hunter2"), "{text}");
        }
    }

    #[test]
    fn a_password_signs_in() {
        let header = |user: &str| headers(user, Some("pass")).unwrap()[AUTHORIZATION].clone();
        assert_eq!(header(""), "Bearer pass");
        assert_eq!(header("ann"), "Basic YW5uOnBhc3M=");
        assert!(headers("ann", None).unwrap().is_empty());
        assert!(headers("", Some("two\nlines")).is_err());
    }
}
