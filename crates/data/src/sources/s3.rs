//! The newest file below a prefix of an S3 bucket, or of what speaks like S3.

use std::cmp::Ordering;

use object_store::aws::AmazonS3Builder;
use object_store::path::Path;
use object_store::{ClientOptions, GetOptions, ObjectMeta, ObjectStore};
use reqwest::Url;

use super::client::{Connector, failed, retry};
use super::error::SourceError;
use super::folder::{FoundFile, Newest, Pattern};
use super::hosts::Hosts;
use super::limits::Limits;
use super::web;

const REGION: &str = "us-east-1";

/// A bucket, the prefix in it, and which file is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bucket {
    name: String,
    prefix: Path,
    files: Pattern,
    region: String,
    /// Of another server than Amazon's.
    endpoint: Option<Url>,
}

impl Bucket {
    /// Parses `bucket/prefix/people-*.csv?newest=name&region=eu-central-1`.
    pub(super) fn parse(text: &str) -> Result<Self, SourceError> {
        let wrong = |why: String| Err(SourceError::Address(why));
        let (place, options) = text.split_once('?').unwrap_or((text, ""));
        let Some((name, path)) = place.split_once('/') else {
            return wrong("the address must name the files: s3://BUCKET/PREFIX/*.csv".into());
        };
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || ".-_".contains(letter);
        if name.len() < 3 || !name.chars().all(is_part) {
            return wrong("the name of the bucket is not valid: s3://BUCKET/PREFIX/*.csv".into());
        }
        let (mut newest, mut region, mut endpoint) = (None, REGION.to_owned(), None);
        for option in options.split('&').filter(|option| !option.is_empty()) {
            match option.split_once('=') {
                Some(("newest", "name")) => newest = Some(Newest::Name),
                Some(("newest", "time")) => newest = Some(Newest::Time),
                Some(("region", value)) if !value.is_empty() && value.chars().all(is_part) => {
                    region = value.to_owned();
                }
                Some(("endpoint", value)) => endpoint = Some(server(value)?),
                _ => {
                    return wrong(
                        "an S3 address takes the options newest=name or newest=time, region=REGION and endpoint=https://HOST".into(),
                    );
                }
            }
        }
        let Some(newest) = newest else {
            return wrong(
                "say which file counts as the newest: add ?newest=name or ?newest=time to the address".into(),
            );
        };
        let (prefix, pattern) = path.rsplit_once('/').unwrap_or(("", path));
        if prefix.contains('*') || pattern.is_empty() {
            return wrong(
                "say which files are meant, and no * before the last slash: s3://BUCKET/PREFIX/*.csv".into(),
            );
        }
        let prefix = Path::parse(prefix)
            .map_err(|error| SourceError::Address(format!("the prefix is not valid: {error}")))?;
        Ok(Self {
            name: name.to_owned(),
            prefix,
            files: Pattern::new(pattern, newest),
            region,
            endpoint,
        })
    }

    /// The host that is asked, and whether by plain HTTP.
    pub(super) fn host(&self) -> (String, bool) {
        self.endpoint.as_ref().map_or_else(
            || (format!("s3.{}.amazonaws.com", self.region), false),
            |url| {
                let host = url.host_str().unwrap_or_default();
                (host.to_owned(), url.scheme() == "http")
            },
        )
    }

    /// Reads the newest file. An object of S3 is whole or not there, and must still be the one that
    /// was listed.
    pub(super) async fn read(
        &self,
        password: Option<&str>,
        hosts: &Hosts,
        limits: &Limits,
    ) -> Result<FoundFile, SourceError> {
        let (host, is_plain) = self.host();
        hosts.check(&host, is_plain)?;
        let store = self.open(password, hosts, limits)?;
        let prefix = Some(&self.prefix).filter(|prefix| !prefix.as_ref().is_empty());
        let list = store
            .list_with_delimiter(prefix)
            .await
            .map_err(|error| failed(&error))?;
        let newest = self.newest(list.objects)?;
        let name = newest.location.filename().unwrap_or_default().to_owned();
        if newest.size > limits.bytes as u64 {
            return Err(SourceError::TooLarge(limits.bytes >> 20));
        }
        let as_listed = GetOptions {
            if_match: newest.e_tag.clone(),
            ..GetOptions::default()
        };
        let answer = store
            .get_opts(&newest.location, as_listed)
            .await
            .map_err(|error| failed(&error))?;
        if answer.meta.size != newest.size {
            return Err(SourceError::Unsettled(name));
        }
        web::whole(name, answer, limits).await
    }

    fn open(
        &self,
        password: Option<&str>,
        hosts: &Hosts,
        limits: &Limits,
    ) -> Result<impl ObjectStore + use<>, SourceError> {
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&self.name)
            .with_region(&self.region)
            .with_allow_http(true)
            .with_client_options(ClientOptions::new().with_allow_http(true))
            .with_retry(retry(limits))
            .with_http_connector(Connector {
                hosts: hosts.clone(),
                may_redirect: false,
            });
        // Path-style requests, so that the bucket name is not part of the host.
        builder = builder.with_virtual_hosted_style_request(false);
        if let Some(endpoint) = &self.endpoint {
            builder = builder.with_endpoint(endpoint.as_str().trim_end_matches('/'));
        }
        let builder = match password.map(Keys::parse).transpose()? {
            // Without keys, nothing is signed: the roles of this machine are not for sources.
            None => builder.with_skip_signature(true),
            Some(keys) => {
                let builder = builder
                    .with_access_key_id(keys.id)
                    .with_secret_access_key(keys.secret);
                match keys.session {
                    Some(session) => builder.with_token(session),
                    None => builder,
                }
            }
        };
        builder.build().map_err(|error| failed(&error))
    }

    fn newest(&self, objects: Vec<ObjectMeta>) -> Result<ObjectMeta, SourceError> {
        let mut newest: Option<ObjectMeta> = None;
        for object in objects {
            let Some(name) = object.location.filename() else {
                continue;
            };
            if !self.files.takes(name) {
                continue;
            }
            let later = newest.as_ref().map(|other| match self.files.newest {
                Newest::Name => object.location.cmp(&other.location),
                Newest::Time => object.last_modified.cmp(&other.last_modified),
            });
            match later {
                None | Some(Ordering::Greater) => newest = Some(object),
                Some(Ordering::Less) => {}
                Some(Ordering::Equal) => {
                    return Err(SourceError::File(format!(
                        "{name} and another file were changed at the same time, so neither is the newest. Remove one, or use newest=name"
                    )));
                }
            }
        }
        newest.ok_or_else(|| {
            SourceError::File(format!(
                "the bucket {} has no complete file that fits the address",
                self.name
            ))
        })
    }
}

fn server(text: &str) -> Result<Url, SourceError> {
    let url = web::parse(text)?;
    let is_server = matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.query().is_none()
        && url.path() == "/";
    if is_server {
        Ok(url)
    } else {
        Err(SourceError::Address(
            "the endpoint must be https://HOST, with a port where it is needed".to_owned(),
        ))
    }
}

/// The keys of an account, in one text.
struct Keys<'a> {
    id: &'a str,
    secret: &'a str,
    session: Option<&'a str>,
}

impl<'a> Keys<'a> {
    fn parse(text: &'a str) -> Result<Self, SourceError> {
        let mut parts = text.trim().splitn(3, ':');
        match (parts.next(), parts.next()) {
            (Some(id), Some(secret)) if !id.is_empty() && !secret.is_empty() => Ok(Self {
                id,
                secret,
                session: parts.next(),
            }),
            _ => Err(SourceError::Secret(
                "the keys of S3 must be ACCESS_KEY_ID:SECRET_ACCESS_KEY, with :SESSION_TOKEN where there is one".to_owned(),
            )),
        }
    }
}
