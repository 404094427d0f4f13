//! The newest file of a folder that another system writes into. Only complete files of the folder
//! itself are read: no links, no temporary names, nothing that grows or changes meanwhile.

use std::fs::{File, Metadata};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::SourceError;
use super::limits::Limits;

/// How long a file must stay as it is to count as complete.
const SETTLED: Duration = Duration::from_secs(1);
/// How the names of files end while a copy or a download is under way.
const TEMPORARY: [&str; 7] = [
    ".tmp",
    ".temp",
    ".part",
    ".partial",
    ".filepart",
    ".crdownload",
    ".swp",
];

/// What makes a file the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Newest {
    /// The last name in the order of characters: names that begin alike and end with a date.
    Name,
    /// The time of the last change.
    Time,
}

/// Which files are meant, and what makes one the newest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    /// `*` stands for any characters.
    text: String,
    pub(super) newest: Newest,
}

impl Pattern {
    pub(super) fn new(text: &str, newest: Newest) -> Self {
        Self {
            text: text.to_owned(),
            newest,
        }
    }

    /// Whether a file of this name is meant: it fits, and it is not temporary.
    pub(super) fn takes(&self, name: &str) -> bool {
        let is_temporary = name.starts_with(['.', '~'])
            || name.ends_with('~')
            || TEMPORARY
                .iter()
                .any(|ending| name.to_ascii_lowercase().ends_with(ending));
        !is_temporary && fits(&self.text, name)
    }
}

/// A folder, and which of its files is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Watched {
    folder: PathBuf,
    files: Pattern,
}

impl Watched {
    /// Parses `/path/to/folder/*.csv?newest=name`.
    pub(super) fn parse(text: &str) -> Result<Self, SourceError> {
        let wrong = |why: &str| Err(SourceError::Address(why.to_owned()));
        let Some((path, option)) = text.split_once('?') else {
            return wrong(
                "say which file counts as the newest: end the address with ?newest=name or ?newest=time",
            );
        };
        let newest = match option {
            "newest=name" => Newest::Name,
            "newest=time" => Newest::Time,
            _ => return wrong("a folder takes one option: ?newest=name or ?newest=time"),
        };
        let Some((folder, pattern)) = path.rsplit_once('/') else {
            return wrong("the folder must be a full path: file:///path/to/folder/*.csv");
        };
        if !folder.starts_with('/') || folder.contains('*') {
            return wrong("the folder must be a full path without *: file:///path/to/folder/*.csv");
        }
        if pattern.is_empty() {
            return wrong("say which files of the folder are meant: file:///path/to/folder/*.csv");
        }
        Ok(Self {
            folder: folder.into(),
            files: Pattern::new(pattern, newest),
        })
    }

    /// Name and facts of the newest file.
    fn newest(&self) -> Result<(String, Metadata), SourceError> {
        let failed = |error: std::io::Error| {
            SourceError::Folder(format!(
                "the folder {} cannot be read: {error}",
                self.folder.display()
            ))
        };
        let mut newest: Option<(String, Metadata)> = None;
        for entry in std::fs::read_dir(&self.folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            // Of the entry itself: a link is not followed, and no file.
            let facts = match entry.metadata() {
                Ok(facts) => facts,
                // It was renamed or removed meanwhile.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => return Err(failed(error)),
            };
            if !facts.is_file() || !self.files.takes(&name) {
                continue;
            }
            let Some((other, known)) = &newest else {
                newest = Some((name, facts));
                continue;
            };
            let later = match self.files.newest {
                Newest::Name => name.cmp(other),
                Newest::Time => changed(&facts).cmp(&changed(known)),
            };
            match later {
                std::cmp::Ordering::Greater => newest = Some((name, facts)),
                std::cmp::Ordering::Less => {}
                std::cmp::Ordering::Equal => {
                    let (mut first, mut second) = (name.as_str(), other.as_str());
                    if first > second {
                        std::mem::swap(&mut first, &mut second);
                    }
                    return Err(SourceError::Folder(format!(
                        "{first} and {second} were changed at the same time, so neither is the newest. Remove one, or use ?newest=name"
                    )));
                }
            }
        }
        newest.ok_or_else(|| {
            SourceError::Folder(format!(
                "the folder {} has no complete file that fits {}",
                self.folder.display(),
                self.files.text
            ))
        })
    }
}

/// A file of a folder, a bucket or a web server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFile {
    /// Its name without the folder.
    pub name: String,
    /// The whole file.
    pub bytes: Vec<u8>,
}

/// Reads the newest file of a folder. A file that is still being written is an error.
pub(super) async fn newest(watched: Watched, limits: &Limits) -> Result<FoundFile, SourceError> {
    let bytes = limits.bytes;
    let (watched, (name, before)) = off_thread(move || {
        let found = watched.newest()?;
        Ok((watched, found))
    })
    .await?;
    tokio::time::sleep(SETTLED).await;
    off_thread(move || {
        let bytes = read(&watched.folder.join(&name), &name, &before, bytes)?;
        Ok(FoundFile { name, bytes })
    })
    .await
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SourceError> + Send + 'static,
) -> Result<T, SourceError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(SourceError::Folder(error.to_string())))
}

/// The bytes of a file that is as it was `before`, and still is after reading.
fn read(path: &Path, name: &str, before: &Metadata, most: usize) -> Result<Vec<u8>, SourceError> {
    let failed =
        |error: std::io::Error| SourceError::Folder(format!("{name} cannot be read: {error}"));
    if before.len() > most as u64 {
        return Err(SourceError::TooLarge(most >> 20));
    }
    let mut file = File::open(path).map_err(failed)?;
    // Of what was opened: were it a link by now, it would be another file.
    if !same(&file.metadata().map_err(failed)?, before) {
        return Err(SourceError::Unsettled(name.to_owned()));
    }
    let mut bytes = Vec::new();
    let mut part = (&mut file).take(before.len() + 1);
    part.read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 != before.len() || !same(&file.metadata().map_err(failed)?, before) {
        return Err(SourceError::Unsettled(name.to_owned()));
    }
    if bytes.is_empty() {
        return Err(SourceError::Folder(format!("{name} is empty")));
    }
    Ok(bytes)
}

fn same(now: &Metadata, before: &Metadata) -> bool {
    let facts = |of: &Metadata| (of.dev(), of.ino(), of.len(), changed(of));
    now.is_file() && facts(now) == facts(before)
}

/// The last change of the content.
fn changed(facts: &Metadata) -> (i64, i64) {
    (facts.mtime(), facts.mtime_nsec())
}

/// Whether a name fits a pattern in which `*` stands for any characters.
fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, name, expected) in [
            ("people.csv", "people.csv", true),
            ("people.csv", "people.csv.gz", false),
            ("*.csv", "a.csv", true),
            ("*.csv", ".csv", true),
            ("*.csv", "a.xlsx", false),
            ("hr-*-*.csv", "hr-2026-11.csv", true),
            ("hr-*-*.csv", "hr-2026.csv", false),
            ("*", "anything", true),
            ("a*a", "a", false),
        ] {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
        }
    }
}
