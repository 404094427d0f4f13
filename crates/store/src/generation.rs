//! When what was read is still true: a state of the database that two readers can compare.
//!
//! SQLite writes each commit into the header of its WAL-index, the file beside the database whose
//! name ends with `-shm` (<https://sqlite.org/walformat.html>, section 2.1), as its last step and
//! before it tells the writer that all is well. A reader begins by the same header. So while these
//! bytes are the same, a new query would see what the last one saw, whichever process writes: no
//! query is needed to know it. PostgreSQL has no such thing; there, triggers count the changes of
//! the tables that decide who may do what, and one row is read.

use std::io::Read as _;

use crate::sql::sql;
use crate::{Result, Store};

/// Bytes of the header: two copies, of which the first is written last.
const HEADER: usize = 96;

/// A state. Two that are equal mean that nothing was committed in between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generation(State);

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    /// Device, inode and time of change of the file, and its header: a file that was made anew is
    /// another one.
    Sqlite([u64; 4], Box<[u8; HEADER]>),
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
        use std::os::unix::fs::MetadataExt as _;
        // Opened each time: when the last connection closes, SQLite removes the file, and one that
        // was kept open would never change again.
        let mut file = std::fs::File::open(self.database.index_file()?).ok()?;
        let data = file.metadata().ok()?;
        let mut header = Box::new([0; HEADER]);
        file.read_exact(header.as_mut_slice()).ok()?;
        let (first, second) = header.split_at(HEADER / 2);
        // Between the two copies a commit is under way. All zero: not set up yet.
        if first != second || first.iter().all(|byte| *byte == 0) {
            return None;
        }
        let place = [
            data.dev(),
            data.ino(),
            data.ctime().cast_unsigned(),
            data.ctime_nsec().cast_unsigned(),
        ];
        Some(Generation(State::Sqlite(place, header)))
    }

    #[cfg(not(unix))]
    fn sqlite_generation(&self) -> Option<Generation> {
        None
    }
}
