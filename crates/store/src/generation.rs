//! When what was read is still true: a state of the database that two readers can compare.
//!
//! SQLite writes each commit into the header of its WAL-index, the file beside the database whose
//! name ends with `-shm` (<https://sqlite.org/walformat.html>, section 2.1), as its last step and
//! before it tells the writer that all is well. A reader begins by the same header. So while these
//! bytes are the same, a new query would see what the last one saw, whichever process writes: no
//! query is needed to know it. PostgreSQL has no such thing; there, triggers count the changes of
//! the tables that decide who may do what, and one row is read.

use crate::sql::sql;
use crate::{Result, Store};

/// Bytes of the header: two copies, of which the first is written last.
const HEADER: usize = 96;

/// A state. Two that are equal mean that nothing was committed in between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generation(State);

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    /// Which file it is, of those that this process has seen, and its header.
    Sqlite(u64, Box<[u8; HEADER]>),
    Postgres(i64),
}

impl Store {
    /// The state of the database now. Ask before you read; what was read then is good as long as the
    /// same state is given. `None`: it cannot be told, so that nothing read is good for later.
    ///
    /// # Errors
    /// When PostgreSQL cannot be asked.
    pub async fn generation(&self) -> Result<Option<Generation>> {
        if self.is_postgres() {
            let mut reader = self.read().await?;
            let number = sql("select number from generation where only_row = 1")
                .optional_scalar(&mut reader)
                .await?;
            return Ok(number.map(|number| Generation(State::Postgres(number))));
        }
        Ok(self.sqlite_generation())
    }

    #[cfg(unix)]
    fn sqlite_generation(&self) -> Option<Generation> {
        let (file, header) = index::read(self.database.index_file()?)?;
        let (first, second) = header.split_at(HEADER / 2);
        // Between the two copies a commit is under way. All zero: not set up yet.
        if first != second || first.iter().all(|byte| *byte == 0) {
            return None;
        }
        Some(Generation(State::Sqlite(file, header)))
    }

    #[cfg(not(unix))]
    fn sqlite_generation(&self) -> Option<Generation> {
        None
    }
}

/// Reading the index of SQLite's write-ahead log beside SQLite itself.
#[cfg(unix)]
mod index {
    use std::collections::HashMap;
    use std::collections::hash_map::Entry;
    use std::fs::File;
    use std::os::unix::fs::{FileExt as _, MetadataExt as _};
    use std::path::Path;
    use std::sync::{LazyLock, Mutex, PoisonError};

    use super::HEADER;

    /// The index files that this process has opened, by device and inode, each with its number. None
    /// of them is closed while its file exists: closing any descriptor of a file drops every POSIX
    /// lock that the process has on it, and SQLite's locks are of this kind. While one is open, its
    /// inode is not given to another file.
    static OPEN: LazyLock<Mutex<Opened>> = LazyLock::new(Mutex::default);

    #[derive(Default)]
    struct Opened {
        files: HashMap<[u64; 2], (File, u64)>,
        /// The number of the last one.
        last: u64,
    }

    /// The number of the file, and its header. The file is looked up each time: when the last
    /// connection closes SQLite removes it, and another one takes its place.
    pub(super) fn read(path: &Path) -> Option<(u64, Box<[u8; HEADER]>)> {
        let data = std::fs::metadata(path).ok()?;
        let wanted = [data.dev(), data.ino()];
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        if !open.files.contains_key(&wanted) {
            open.add(path, wanted)?;
        }
        let (file, number) = open.files.get(&wanted)?;
        let mut header = Box::new([0; HEADER]);
        file.read_exact_at(header.as_mut_slice(), 0).ok()?;
        Some((*number, header))
    }

    impl Opened {
        fn add(&mut self, path: &Path, wanted: [u64; 2]) -> Option<()> {
            // What was removed has no locks that count.
            self.files
                .retain(|_, (file, _)| file.metadata().is_ok_and(|data| data.nlink() > 0));
            let file = File::open(path).ok()?;
            let own = file.metadata().ok().map(|data| [data.dev(), data.ino()]);
            self.last += 1;
            match self.files.entry(own.unwrap_or(wanted)) {
                Entry::Vacant(place) => _ = place.insert((file, self.last)),
                // Exchanged meanwhile for one that is open already: this one stays open too.
                Entry::Occupied(_) => std::mem::forget(file),
            }
            Some(())
        }
    }
}
