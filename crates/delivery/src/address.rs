//! Which servers may be talked to: those of the internet by https, and those that the settings
//! name. A channel must not reach into the server's own network.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use domain::network::is_public;
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::{Error, Result};

/// Hosts that the settings allow, with or without a port: they may be inside of the network and may
/// be reached by http.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowedHosts(Vec<(String, Option<u16>)>);

impl AllowedHosts {
    /// Reads `host` or `host:port`, one each; IPv6 addresses in brackets.
    ///
    /// # Errors
    /// With the text that is neither.
    pub fn parse<T: AsRef<str>>(texts: &[T]) -> std::result::Result<Self, String> {
        let read = |text: &T| {
            let text = text.as_ref().trim();
            let url = Url::parse(&format!("https://{text}"));
            let url = url.ok().filter(|url| {
                url.path() == "/"
                    && url.username().is_empty()
                    && url.password().is_none()
                    && url.query().is_none()
                    && !text.contains('/')
            });
            let host = url.as_ref().and_then(Url::host_str).map(str::to_owned);
            let port = match text.rsplit_once(':') {
                Some((_, port)) if !text.ends_with(']') => port.parse::<u16>().ok().map(Some),
                _ => Some(None),
            };
            host.zip(port)
                .ok_or_else(|| format!("“{text}” is not a host. Use HOST or HOST:PORT."))
        };
        texts
            .iter()
            .map(read)
            .collect::<std::result::Result<_, _>>()
            .map(Self)
    }

    /// Whether the settings name this host, at this port.
    pub fn names(&self, host: &str, port: Option<u16>) -> bool {
        self.0
            .iter()
            .any(|(own, of_port)| own == host && (of_port.is_none() || *of_port == port))
    }
}

/// Reads an address that messages are sent to. What a name stands for is looked at when the
/// connection is made, and that address is the one that is connected to.
///
/// # Errors
/// [`Error::Refused`] for other schemes, http to other machines, user names, and hosts inside of
/// the network that the settings do not name. The message does not repeat the address, which may
/// be a secret.
pub fn check_address(text: &str, allowed: &AllowedHosts) -> Result<Url> {
    let invalid = || Error::refused("The address is not a valid URL.");
    let url = Url::parse(text.trim()).map_err(|_| invalid())?;
    let host = url.host_str().ok_or_else(invalid)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::refused(
            "The address must not have a user name or password in it.",
        ));
    }
    let listed = allowed.names(host, url.port_or_known_default());
    let own = is_this_machine(host);
    match url.scheme() {
        "https" => {}
        "http" if listed || own => {}
        "http" => {
            return Err(Error::refused(format!(
                "The address must begin with https://. To allow http to {host}, name it in allowed_hosts."
            )));
        }
        _ => return Err(Error::refused("The address must begin with https://.")),
    }
    if let Some(ip) = literal(host)
        && !listed
        && !own
        && !is_public(ip)
    {
        return Err(inside(host));
    }
    Ok(url)
}

fn inside(host: &str) -> Error {
    Error::refused(format!(
        "{host} is inside of the network. To allow it, name it in allowed_hosts."
    ))
}

fn literal(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[')
        .trim_end_matches(']')
        .parse()
        .ok()
}

/// The machine itself, named as such: a name that merely resolves to it is not.
pub(crate) fn is_this_machine(host: &str) -> bool {
    host == "localhost" || literal(host).is_some_and(|ip| ip.is_loopback())
}

/// Resolves the host of one request, and gives only addresses that may be connected to.
pub(crate) struct Guard {
    /// The settings name the host.
    pub listed: bool,
}

impl Guard {
    pub fn of(url: &Url, allowed: &AllowedHosts) -> Arc<Self> {
        let host = url.host_str().unwrap_or_default();
        let listed = allowed.names(host, url.port_or_known_default());
        Arc::new(Self { listed })
    }
}

/// A name stands for addresses inside of the network only.
#[derive(Debug)]
pub(crate) struct Inside(String);

impl std::fmt::Display for Inside {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        inside(&self.0).fmt(formatter)
    }
}

impl std::error::Error for Inside {}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let listed = self.listed;
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            let own = is_this_machine(&host);
            let may = |address: &SocketAddr| {
                listed || is_public(address.ip()) || (own && address.ip().is_loopback())
            };
            let addresses: Vec<SocketAddr> = found.filter(may).collect();
            if addresses.is_empty() {
                return Err(Inside(host).into());
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn allowed(hosts: &[&str]) -> AllowedHosts {
        AllowedHosts::parse(hosts).unwrap()
    }

    #[test]
    fn only_the_internet_and_named_hosts_are_reached() {
        let none = AllowedHosts::default();
        for good in [
            "https://hooks.example/x?y",
            "https://8.8.8.8/",
            "https://[2606:4700::1111]/",
            "http://127.0.0.1:9/",
            "http://localhost:9/",
            "http://[::1]:9/",
        ] {
            assert!(check_address(good, &none).is_ok(), "{good}");
        }
        for bad in [
            "http://hooks.example/",
            "ftp://hooks.example/",
            "file:///etc/passwd",
            "https://user@hooks.example/",
            "https://:x@hooks.example/",
            "https://10.0.0.7/",
            "https://192.168.1.1/",
            "https://172.16.0.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://100.64.0.1/",
            "https://0.0.0.0/",
            "https://[fe80::1]/",
            "https://[fd00::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://[::ffff:169.254.169.254]/",
            "https://[64:ff9b::a00:1]/",
            "https://[2002:a00:1::]/",
            "https://[::]/",
            // Other ways to write an address.
            "https://0xa000001/",
            "https://167772161/",
            "https://0251.0376.0251.0376/",
            "https://①⓪.0.0.1/",
            "hooks.example",
            "",
        ] {
            assert!(
                matches!(check_address(bad, &none), Err(Error::Refused(_))),
                "{bad}"
            );
        }
    }

    #[test]
    fn a_named_host_may_be_inside_at_its_port() {
        let own = allowed(&["10.0.0.7:8443", "hooks.internal", "[fd00::1]:80"]);
        for good in [
            "https://10.0.0.7:8443/",
            "http://hooks.internal:81/",
            "http://[fd00::1]/",
        ] {
            assert!(check_address(good, &own).is_ok(), "{good}");
        }
        for bad in [
            "https://10.0.0.7/",
            "https://10.0.0.8:8443/",
            "http://a.hooks.internal/",
        ] {
            assert!(check_address(bad, &own).is_err(), "{bad}");
        }
        for bad in ["https://x", "a/b", "a b", "user@x", "x:y", ""] {
            assert!(AllowedHosts::parse(&[bad]).is_err(), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_name_that_stands_for_this_machine_is_not_reached() {
        let resolve = |name: &str, listed| {
            let name: Name = name.parse().unwrap();
            Guard { listed }.resolve(name)
        };
        assert!(resolve("localhost", false).await.is_ok());
        // Another name of this machine, as a rebinding name server would give it.
        for name in ["localhost.", "LOCALHOST"] {
            let own = resolve(name, false).await;
            assert!(own.is_err(), "{name}");
        }
        assert!(resolve("LOCALHOST", true).await.is_ok());
    }

    #[test]
    fn an_error_does_not_repeat_the_address() {
        let secret = "ftp://hooks.example/T000/B000/secret";
        let error = check_address(secret, &AllowedHosts::default()).unwrap_err();
        assert!(!error.to_string().contains("secret"));
        let error = Error::refused("said hunter2").without("hunter2");
        assert_eq!(error, Error::refused("said …"));
    }
}
