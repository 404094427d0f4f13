//! Which machines an HTTP(S) or S3 address may lead to. A source is read from inside the network of
//! the company: an address, a name that is looked up or a redirect must not lead to what only this
//! machine can reach.

use std::net::IpAddr;
use std::sync::Arc;

use domain::network::is_public;

use super::error::SourceError;

/// The hosts that the settings list. When they list any, no other is read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hosts {
    listed: Arc<[String]>,
}

impl Hosts {
    /// Hosts as in the settings: `hr.example.com`, `*.example.com` for every name below it, or an
    /// address such as `10.1.2.3`.
    ///
    /// # Errors
    /// For a text that is none of these.
    pub fn parse(listed: &[String]) -> Result<Self, SourceError> {
        let host = |text: &String| {
            let text = text.trim().to_ascii_lowercase();
            let name = text.strip_prefix("*.").unwrap_or(&text);
            let is_part = |letter: char| letter.is_ascii_alphanumeric() || ".-_".contains(letter);
            let is_name = !name.is_empty() && name.chars().all(is_part) && !name.contains("..");
            if is_name || unbracketed(&text).parse::<IpAddr>().is_ok() {
                Ok(unbracketed(&text).to_owned())
            } else {
                Err(SourceError::Address(format!(
                    "“{text}” is not a valid host. Use a name such as hr.example.com or *.example.com, or an IP address, without https:// and port"
                )))
            }
        };
        let listed = listed.iter().map(host).collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            listed: listed.into(),
        })
    }

    /// Whether the settings list `host`.
    pub fn lists(&self, host: &str) -> bool {
        let host = unbracketed(host.trim_end_matches('.')).to_ascii_lowercase();
        self.listed
            .iter()
            .any(|listed| match listed.strip_prefix('*') {
                Some(ending) => host.len() > ending.len() && host.ends_with(ending),
                None => *listed == host,
            })
    }

    /// Whether `host` may be asked at all, and by plain HTTP when it `is_plain`.
    ///
    /// # Errors
    /// With what to do.
    pub(crate) fn check(&self, host: &str, is_plain: bool) -> Result<(), SourceError> {
        if self.lists(host) {
            return Ok(());
        }
        let refused = |why: String| Err(SourceError::Address(why));
        if !self.listed.is_empty() {
            return refused(format!(
                "the host {host} is not one that sources may read. Add it to source_hosts in the settings"
            ));
        }
        if is_plain {
            return refused(format!(
                "plain HTTP is read from listed hosts only. Use https://, or add {host} to source_hosts in the settings"
            ));
        }
        match unbracketed(host).parse() {
            Ok(address) if !is_public(address) => refused(private(host)),
            _ => Ok(()),
        }
    }

    /// Whether `host` may be reached at `address`, to which its name leads.
    pub(super) fn reaches(&self, host: &str, address: IpAddr) -> bool {
        self.lists(host) || is_public(address)
    }
}

/// Why a host is not read.
pub(super) fn private(host: &str) -> String {
    format!(
        "{host} is an address of a private network. Add it to source_hosts in the settings if it may be read"
    )
}

fn unbracketed(host: &str) -> &str {
    host.strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn hosts(listed: &[&str]) -> Hosts {
        let listed: Vec<String> = listed.iter().map(|host| (*host).to_owned()).collect();
        Hosts::parse(&listed).unwrap()
    }

    #[test]
    fn without_a_list_only_the_public_internet_is_read_and_by_https() {
        let all = Hosts::default();
        assert!(all.check("hr.example.com", false).is_ok());
        for (host, is_plain) in [
            ("hr.example.com", true),
            ("169.254.169.254", false),
            ("[::1]", false),
            ("10.0.0.1", false),
        ] {
            assert!(all.check(host, is_plain).is_err(), "{host}");
        }
        assert!(!all.reaches("hr.example.com", "10.0.0.1".parse().unwrap()));
        assert!(all.reaches("hr.example.com", "93.184.216.34".parse().unwrap()));
    }

    #[test]
    fn a_list_allows_what_it_names_and_nothing_else() {
        let some = hosts(&["HR.example.com", "*.corp.example", "10.0.0.1", "[::1]"]);
        for host in [
            "hr.example.com",
            "hr.example.com.",
            "a.b.corp.example",
            "10.0.0.1",
            "[::1]",
        ] {
            assert!(some.check(host, true).is_ok(), "{host}");
        }
        for host in [
            "example.com",
            "corp.example",
            "xcorp.example",
            "10.0.0.2",
            "evil.com",
        ] {
            assert!(some.check(host, false).is_err(), "{host}");
        }
        let inside = "10.9.9.9".parse().unwrap();
        assert!(some.reaches("a.corp.example", inside));
        assert!(!some.reaches("example.com", inside));
        for wrong in [
            "https://hr.example.com",
            "hr.example.com:8080",
            "",
            "*",
            "a..b",
        ] {
            assert!(Hosts::parse(&[wrong.to_owned()]).is_err(), "{wrong}");
        }
    }
}
