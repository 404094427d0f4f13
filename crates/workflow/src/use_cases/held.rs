//! The use cases that are being made from files on the pages. The files hold people, so that a draft is kept in memory only: one for each person, for two
//! hours, found by whose it is and never by an address. It is gone after a restart.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use data::ReadOptions;
use data::draft::{Answers, DraftError};
use domain::AccountName;

use super::draft::{DraftFiles, DraftedUseCase};
use crate::{Combine, Result};

/// How long a draft is kept after somebody last worked on it.
const KEPT: Duration = Duration::from_secs(2 * 60 * 60);
/// Bytes of all files that are held; the oldest drafts go first.
const MOST_BYTES: usize = 256 << 20;
/// Values of a column that are shown.
const EXAMPLES: usize = 5;
/// Values of a column up to which they can be chosen from.
const CHOICES: usize = 20;

/// Files with how they are read and put together.
#[derive(Debug, Default)]
pub(super) struct Sent {
    pub(super) files: Vec<(String, Vec<u8>)>,
    pub(super) options: ReadOptions,
    pub(super) combine: Combine,
}

/// A column as it is in the files.
#[derive(Debug, Clone)]
pub struct SentColumn {
    /// As in the header.
    pub name: String,
    /// The first different values; `None` for who may not see people.
    pub examples: Option<Vec<String>>,
    /// All values, where there are few of them.
    pub values: Vec<String>,
}

/// How far a draft is.
#[derive(Debug, Clone)]
pub enum DraftState {
    /// Nothing was answered yet.
    New,
    /// An answer is missing or does not fit.
    Question(DraftError),
    /// Drafted and tried.
    Drafted(Box<DraftedUseCase>),
}

/// A draft for its page.
#[derive(Debug, Clone)]
pub struct DraftView {
    /// Names of the files.
    pub files: Vec<String>,
    /// Whether they are joined.
    pub joined: bool,
    /// Rows of the files.
    pub rows: usize,
    /// In the order of the files.
    pub columns: Vec<SentColumn>,
    /// What was answered so far.
    pub answers: Answers,
    /// How far it is.
    pub state: DraftState,
}

pub(super) struct Held {
    pub(super) owner: AccountName,
    pub(super) used: Instant,
    pub(super) sent: Arc<Sent>,
    pub(super) view: DraftView,
}

impl Held {
    fn bytes(&self) -> usize {
        self.sent.files.iter().map(|(_, bytes)| bytes.len()).sum()
    }
}

/// The drafts of this process.
#[derive(Default)]
pub(crate) struct HeldDrafts(Mutex<Vec<Held>>);

impl HeldDrafts {
    fn with<T>(&self, work: impl FnOnce(&mut Vec<Held>) -> T) -> T {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|draft| draft.used.elapsed() < KEPT);
        work(&mut held)
    }

    pub(super) fn insert(&self, draft: Held) {
        self.with(|held| {
            held.retain(|other| other.owner != draft.owner);
            held.push(draft);
            while held.len() > 1 && held.iter().map(Held::bytes).sum::<usize>() > MOST_BYTES {
                held.remove(0);
            }
        });
    }

    pub(super) fn of(&self, owner: &AccountName) -> Option<(Arc<Sent>, DraftView)> {
        self.with(|held| {
            let draft = held.iter_mut().find(|draft| draft.owner == *owner)?;
            draft.used = Instant::now();
            Some((Arc::clone(&draft.sent), draft.view.clone()))
        })
    }

    /// Keeps what was answered, unless other files were sent meanwhile.
    pub(super) fn answer(
        &self,
        owner: &AccountName,
        sent: &Arc<Sent>,
        answers: Answers,
        state: DraftState,
    ) {
        self.with(|held| {
            let own = held
                .iter_mut()
                .find(|draft| draft.owner == *owner && Arc::ptr_eq(&draft.sent, sent));
            if let Some(draft) = own {
                draft.view.answers = answers;
                draft.view.state = state;
            }
        });
    }

    pub(super) fn remove(&self, owner: &AccountName) {
        self.with(|held| held.retain(|draft| draft.owner != *owner));
    }
}

/// A draft that nobody has answered yet.
///
/// # Errors
/// When a file cannot be read or the files cannot be put together.
pub(super) fn view(sent: &Sent) -> Result<DraftView> {
    let raw = DraftFiles::read(&sent.files, &sent.options, &sent.combine)?.raw;
    let column = |(name, texts): (&String, &data::Texts)| {
        let mut different: Vec<String> = texts
            .distinct()
            .filter(|text| !text.trim().is_empty())
            .take(CHOICES + 1)
            .map(str::to_owned)
            .collect();
        let examples = different.iter().take(EXAMPLES).cloned().collect();
        if different.len() > CHOICES {
            different.clear();
        }
        SentColumn {
            name: name.clone(),
            examples: Some(examples),
            values: different,
        }
    };
    Ok(DraftView {
        files: sent.files.iter().map(|(name, _)| name.clone()).collect(),
        joined: matches!(sent.combine, Combine::Join(_)),
        rows: raw.rows(),
        columns: raw.names.iter().zip(&raw.columns).map(column).collect(),
        answers: Answers::default(),
        state: DraftState::New,
    })
}
