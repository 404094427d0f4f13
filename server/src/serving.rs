//! Where a running server is reached, noted in the data folder while it runs: other commands print
//! links to it, also when it chose its port itself.

use std::net::{IpAddr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use workflow::{Error, Result};

/// How long a server on this machine may take to accept a connection.
const PATIENCE: Duration = Duration::from_millis(300);

/// A running server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Serving {
    /// Public URL, without a trailing slash.
    pub url: String,
    /// The address that it listens on.
    pub bound: SocketAddr,
}

/// The note of a running server; it is removed when the server stops.
#[derive(Debug)]
pub struct Note {
    path: PathBuf,
    text: String,
}

impl Drop for Note {
    fn drop(&mut self) {
        // Another server may have taken the store over.
        if std::fs::read_to_string(&self.path).is_ok_and(|text| text == self.text) {
            // What remains is a note that nobody answers to: `running` sees that.
            _ = std::fs::remove_file(&self.path);
        }
    }
}

impl Serving {
    fn path(data_dir: &Path) -> PathBuf {
        data_dir.join("server.json")
    }

    /// Leaves a note in the data folder.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn note(&self, data_dir: &Path) -> Result<Note> {
        let text = serde_json::to_string(self).map_err(Error::caused)?;
        let path = Self::path(data_dir);
        std::fs::create_dir_all(data_dir)
            .and_then(|()| std::fs::write(&path, &text))
            .map_err(|error| Error::Invalid(format!("{}: {error}", path.display())))?;
        Ok(Note { path, text })
    }

    /// The server that serves the store of this data folder, if one answers.
    pub fn running(data_dir: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(Self::path(data_dir)).ok()?;
        let own: Self = serde_json::from_str(&text).ok()?;
        TcpStream::connect_timeout(&reachable(own.bound), PATIENCE)
            .is_ok()
            .then_some(own)
    }
}

/// The URL of an address to listen on: one that stands for every address of the machine is reached
/// as localhost.
pub fn url_of(bound: SocketAddr) -> String {
    if bound.ip().is_unspecified() {
        format!("http://localhost:{}", bound.port())
    } else {
        format!("http://{bound}")
    }
}

fn reachable(bound: SocketAddr) -> SocketAddr {
    match bound.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => ([127, 0, 0, 1], bound.port()).into(),
        IpAddr::V6(ip) if ip.is_unspecified() => {
            (std::net::Ipv6Addr::LOCALHOST, bound.port()).into()
        }
        IpAddr::V4(_) | IpAddr::V6(_) => bound,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_note_holds_while_somebody_answers() {
        let folder = tempfile::tempdir().unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let own = Serving {
            url: "https://tenure.example".into(),
            bound: listener.local_addr().unwrap(),
        };
        let note = own.note(folder.path()).unwrap();
        assert_eq!(Serving::running(folder.path()), Some(own.clone()));
        drop(listener);
        assert_eq!(Serving::running(folder.path()), None);

        let other = Serving {
            url: "http://other.example".into(),
            ..own
        };
        let later = other.note(folder.path()).unwrap();
        drop(note);
        assert!(later.path.exists(), "another server's note stays");
        drop(later);
        assert!(!folder.path().join("server.json").exists());
    }

    #[test]
    fn every_address_of_the_machine_is_reached_as_localhost() {
        for (bound, url) in [
            ("0.0.0.0:3000", "http://localhost:3000"),
            ("[::]:80", "http://localhost:80"),
            ("127.0.0.1:4000", "http://127.0.0.1:4000"),
            ("[::1]:4000", "http://[::1]:4000"),
        ] {
            assert_eq!(url_of(bound.parse().unwrap()), url);
        }
    }
}
