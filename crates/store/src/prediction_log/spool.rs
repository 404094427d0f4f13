//! Entries on disk: who is answered is in a file that was synchronized. One thread writes for all
//! who wait; while it synchronizes, the next ones gather.

use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, oneshot};

use super::entry::read_lines;
use super::{Logged, SubjectKey};
use crate::{Result, files};

/// Entries that wait to be written, at most.
const QUEUE: usize = 1024;
/// How long somebody waits for a place in the queue.
const PATIENCE: Duration = Duration::from_secs(2);
/// Entries that are written together, at most.
const GROUP: usize = 512;
/// A file is closed, and then moved to the database, at this size or age.
const SIZE: u64 = 4 << 20;
const AGE: Duration = Duration::from_secs(1);
/// Bytes that may wait for the database: then nothing more is written.
const BACKLOG: u64 = 1 << 30;

/// Why an entry was not written.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// More wait than can be written.
    #[error("the queue of the prediction log is full")]
    Full,
    /// The database does not take entries over.
    #[error("{0} bytes of the prediction log wait for the database")]
    Backlog(u64),
    /// The file system refuses.
    #[error("the file of the prediction log cannot be written: {0}")]
    File(String),
    /// The process ends.
    #[error("the prediction log is closed")]
    Closed,
}

enum Item {
    Line(
        Vec<u8>,
        oneshot::Sender<std::result::Result<(), SpoolError>>,
        OwnedSemaphorePermit,
    ),
    /// Close the file that is open.
    Close(oneshot::Sender<()>),
}

/// The files of a folder, and the thread that writes them.
#[derive(Debug)]
pub struct Spool {
    folder: PathBuf,
    data: PathBuf,
    slots: Arc<Semaphore>,
    /// `None` until the first entry, and after the end.
    thread: Mutex<Option<Sender<Item>>>,
    waiting_bytes: Arc<AtomicU64>,
    /// A file was closed.
    closed: Arc<Notify>,
    key: Mutex<Option<SubjectKey>>,
}

impl Spool {
    /// The spool of a data folder. Nothing is made before the first entry.
    pub(crate) fn new(data: &Path) -> Self {
        Self {
            folder: data.join("prediction-log"),
            data: data.to_owned(),
            slots: Arc::new(Semaphore::new(QUEUE)),
            thread: Mutex::new(None),
            waiting_bytes: Arc::default(),
            closed: Arc::default(),
            key: Mutex::new(None),
        }
    }

    /// The key of the pseudonyms, made when it is first asked for.
    ///
    /// # Errors
    /// When its file cannot be read or made.
    pub fn key(&self) -> Result<SubjectKey> {
        let mut key = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = &*key {
            return Ok(key.clone());
        }
        let made = SubjectKey::of(&self.data)?;
        *key = Some(made.clone());
        Ok(made)
    }

    /// Writes a line ([`super::Entry::line`]); done when it is on disk.
    ///
    /// # Errors
    /// [`SpoolError`]. The entry does not count then.
    pub async fn write(&self, line: Vec<u8>) -> std::result::Result<(), SpoolError> {
        let waiting = self.waiting_bytes.load(Ordering::Relaxed);
        if waiting > BACKLOG {
            return Err(SpoolError::Backlog(waiting));
        }
        let slot = tokio::time::timeout(PATIENCE, Arc::clone(&self.slots).acquire_owned());
        let slot = match slot.await {
            Ok(Ok(slot)) => slot,
            Ok(Err(_)) => return Err(SpoolError::Closed),
            Err(_) => return Err(SpoolError::Full),
        };
        let (sender, written) = oneshot::channel();
        self.send(Item::Line(line, sender, slot))?;
        written.await.unwrap_or(Err(SpoolError::Closed))
    }

    fn send(&self, item: Item) -> std::result::Result<(), SpoolError> {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if thread.is_none() {
            *thread = Some(self.start()?);
        }
        match &*thread {
            Some(sender) => sender.send(item).map_err(|_| SpoolError::Closed),
            None => Err(SpoolError::Closed),
        }
    }

    fn start(&self) -> std::result::Result<Sender<Item>, SpoolError> {
        let failed = |error: &dyn std::fmt::Display| SpoolError::File(error.to_string());
        files::private_folder(&self.folder).map_err(|error| failed(&error))?;
        let (sender, receiver) = channel();
        let writer = Spooler {
            folder: self.folder.clone(),
            file: None,
            waiting_bytes: Arc::clone(&self.waiting_bytes),
            closed: Arc::clone(&self.closed),
        };
        std::thread::Builder::new()
            .name("prediction-log".into())
            .spawn(move || writer.run(&receiver))
            .map_err(|error| failed(&error))?;
        Ok(sender)
    }

    /// Closes the file that is open, so that its entries can be moved; nothing happens when there is
    /// none.
    pub async fn close_file(&self) {
        let sent = {
            let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
            let (sender, done) = oneshot::channel();
            match &*thread {
                Some(thread) if thread.send(Item::Close(sender)).is_ok() => Some(done),
                Some(_) | None => None,
            }
        };
        if let Some(done) = sent {
            // An error means that the thread has ended, and with it closed its file.
            _ = done.await;
        }
    }

    /// Entries that wait to be written.
    pub fn queue(&self) -> usize {
        QUEUE - self.slots.available_permits().min(QUEUE)
    }

    /// Bytes on disk that wait for the database.
    pub fn waiting_bytes(&self) -> u64 {
        self.waiting_bytes.load(Ordering::Relaxed)
    }

    /// Waits until a file was closed.
    pub async fn file_closed(&self) {
        self.closed.notified().await;
    }

    /// The closed files, oldest first; also those that a process left behind which is gone.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn closed_files(&self) -> Result<Vec<PathBuf>> {
        if !self.folder.is_dir() {
            return Ok(Vec::new());
        }
        let (mut found, mut bytes) = (Vec::new(), 0);
        for entry in std::fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let path = match path.extension().and_then(|extension| extension.to_str()) {
                Some("log") => Some(path),
                Some("open") => adopt(&path)?,
                Some(_) | None => None,
            };
            if let Some(path) = path {
                bytes += std::fs::metadata(&path).map_or(0, |data| data.len());
                found.push(path);
            }
        }
        self.waiting_bytes.store(bytes, Ordering::Relaxed);
        found.sort();
        Ok(found)
    }

    /// The entries of a closed file, and how many of its lines are damaged. `None`: somebody else
    /// moved it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read_file(&self, file: &Path) -> Result<Option<(Vec<Logged>, usize)>> {
        match std::fs::read(file) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            read => Ok(Some(read_lines(&read?))),
        }
    }

    /// Removes a file whose entries are in the database; one with damaged lines is kept aside.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn moved(&self, file: &Path, damaged: bool) -> Result<()> {
        let bytes = std::fs::metadata(file).map_or(0, |data| data.len());
        let done = if damaged {
            std::fs::rename(file, file.with_extension("damaged"))
        } else {
            std::fs::remove_file(file)
        };
        match done {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            Ok(()) | Err(_) => {}
        }
        _ = self
            .waiting_bytes
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |waiting| {
                Some(waiting.saturating_sub(bytes))
            });
        Ok(())
    }
}

/// Takes over a file whose process is gone: nobody holds its lock.
fn adopt(path: &Path) -> Result<Option<PathBuf>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    if file.try_lock().is_err() {
        return Ok(None);
    }
    let closed = path.with_extension("log");
    match std::fs::rename(path, &closed) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        renamed => {
            renamed?;
            Ok(Some(closed))
        }
    }
}

/// The file that is written.
struct Open {
    file: File,
    path: PathBuf,
    since: Instant,
    /// Bytes that are on disk for certain.
    length: u64,
}

struct Spooler {
    folder: PathBuf,
    file: Option<Open>,
    waiting_bytes: Arc<AtomicU64>,
    closed: Arc<Notify>,
}

impl Spooler {
    fn run(mut self, receiver: &Receiver<Item>) {
        loop {
            let next = match &self.file {
                Some(open) => receiver.recv_timeout(AGE.saturating_sub(open.since.elapsed())),
                None => receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match next {
                Ok(first) => self.take(first, receiver),
                Err(RecvTimeoutError::Timeout) => self.close(),
                Err(RecvTimeoutError::Disconnected) => return self.close(),
            }
            if self
                .file
                .as_ref()
                .is_some_and(|open| open.length >= SIZE || open.since.elapsed() >= AGE)
            {
                self.close();
            }
        }
    }

    fn take(&mut self, first: Item, receiver: &Receiver<Item>) {
        let (mut bytes, mut waiting, mut done) = (Vec::new(), Vec::new(), Vec::new());
        let mut next = Some(first);
        while let Some(item) = next {
            match item {
                Item::Line(line, sender, slot) => {
                    bytes.extend_from_slice(&line);
                    waiting.push((sender, slot));
                }
                Item::Close(sender) => done.push(sender),
            }
            next = (waiting.len() < GROUP)
                .then(|| receiver.try_recv().ok())
                .flatten();
        }
        if !waiting.is_empty() {
            let written = self.write(&bytes).map_err(|error| error.to_string());
            for (sender, _slot) in waiting {
                // Who does not wait any more was not answered.
                _ = sender.send(written.clone().map_err(SpoolError::File));
            }
        }
        if !done.is_empty() {
            self.close();
            done.into_iter().for_each(|sender| _ = sender.send(()));
        }
    }

    fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        if self.file.is_none() {
            self.file = Some(open(&self.folder)?);
        }
        let Some(open) = &mut self.file else {
            return Err(std::io::Error::other("no file is open"));
        };
        let written = open
            .file
            .write_all(bytes)
            .and_then(|()| open.file.sync_data());
        if let Err(error) = written {
            // What nobody was told is taken back; where that fails too, the end of the file is cut
            // or the entries are of requests that were refused.
            if open.file.set_len(open.length).is_err() || open.file.sync_data().is_err() {
                tracing::error!("the end of a file of the prediction log could not be taken back");
            }
            self.close();
            return Err(error);
        }
        open.length += bytes.len() as u64;
        Ok(())
    }

    fn close(&mut self) {
        let Some(open) = self.file.take() else {
            return;
        };
        // A file that cannot be renamed is found by its free lock.
        if let Err(error) = std::fs::rename(&open.path, open.path.with_extension("log")) {
            tracing::error!(%error, "a file of the prediction log could not be closed");
        }
        self.waiting_bytes.fetch_add(open.length, Ordering::Relaxed);
        drop(open);
        self.closed.notify_one();
    }
}

/// A new file, locked, whose name is on disk too.
fn open(folder: &Path) -> std::io::Result<Open> {
    let path = folder.join(format!("{}.open", crate::new_id::<String>()));
    files::create_private(&path)?;
    let file = File::options().append(true).open(&path)?;
    file.lock()?;
    File::open(folder)?.sync_all()?;
    Ok(Open {
        file,
        path,
        since: Instant::now(),
        length: 0,
    })
}
