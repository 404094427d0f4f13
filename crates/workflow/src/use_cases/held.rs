//! Use cases that are being made from files on the pages: upload, look, correct, save.
//!
//! The files hold people, so that a draft is kept in memory only: one for each person, for two
//! hours, found by whose it is and never by an address. It is gone after a restart.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use data::ReadOptions;
use data::draft::{Answers, DraftError, draft};
use domain::{AccountName, RefusalCode};

use super::commands::Base;
use super::draft::{DraftFiles, DraftedUseCase, try_draft};
use crate::error::compute;
use crate::{Admin, Combine, Error, Import, Imported, Result, Tenure, Viewer};

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
struct Sent {
    files: Vec<(String, Vec<u8>)>,
    options: ReadOptions,
    combine: Combine,
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

struct Held {
    owner: AccountName,
    used: Instant,
    sent: Arc<Sent>,
    view: DraftView,
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

    fn insert(&self, draft: Held) {
        self.with(|held| {
            held.retain(|other| other.owner != draft.owner);
            held.push(draft);
            while held.len() > 1 && held.iter().map(Held::bytes).sum::<usize>() > MOST_BYTES {
                held.remove(0);
            }
        });
    }

    fn of(&self, owner: &AccountName) -> Option<(Arc<Sent>, DraftView)> {
        self.with(|held| {
            let draft = held.iter_mut().find(|draft| draft.owner == *owner)?;
            draft.used = Instant::now();
            Some((Arc::clone(&draft.sent), draft.view.clone()))
        })
    }

    /// Keeps what was answered, unless other files were sent meanwhile.
    fn answer(&self, owner: &AccountName, sent: &Arc<Sent>, answers: Answers, state: DraftState) {
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

    fn remove(&self, owner: &AccountName) {
        self.with(|held| held.retain(|draft| draft.owner != *owner));
    }
}

/// What became of a draft that was saved.
#[derive(Debug)]
pub enum SavedDraft {
    /// It has problems, which its page shows; nothing was stored.
    Problems,
    /// Stored under this id.
    Saved(String),
    /// Stored, and its files are imported.
    Imported(String, Box<Imported>),
    /// Stored; the files were refused, under this number.
    Refused(String, String),
}

impl Tenure {
    /// Begins a use case from files: the person's earlier draft is thrown away.
    ///
    /// # Errors
    /// When a file cannot be read or the files cannot be put together.
    pub async fn start_draft(&self, admin: &Admin<'_>, import: Import) -> Result<()> {
        let sent = Arc::new(Sent {
            files: import.files,
            options: import.options,
            combine: import.combine,
        });
        let read = Arc::clone(&sent);
        let view = compute(move || view(&read)).await?;
        self.drafts.insert(Held {
            owner: admin.name().clone(),
            used: Instant::now(),
            sent,
            view,
        });
        Ok(())
    }

    /// The person's draft; `None` when there is none.
    pub fn held_draft(&self, admin: &Admin<'_>) -> Option<DraftView> {
        let (_, mut view) = self.drafts.of(admin.name())?;
        if !Viewer::from(admin).sees_people() {
            for column in &mut view.columns {
                column.examples = None;
            }
        }
        Some(view)
    }

    /// Drafts and tries the use case with these answers; what came of it is on the draft's page.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no draft.
    pub async fn answer_draft(&self, admin: &Admin<'_>, answers: Answers) -> Result<()> {
        self.drafted(admin, answers).await.map(|_| ())
    }

    async fn drafted(
        &self,
        admin: &Admin<'_>,
        answers: Answers,
    ) -> Result<(Arc<Sent>, Option<DraftedUseCase>)> {
        let (sent, view) = self.drafts.of(admin.name()).ok_or_else(no_draft)?;
        let answers = Answers {
            file: view.files.first().cloned().unwrap_or_default(),
            ..answers
        };
        let (read, asked, catalog) = (
            Arc::clone(&sent),
            answers.clone(),
            Arc::clone(&self.catalog),
        );
        let drafted = compute(move || {
            let files = DraftFiles::read(&read.files, &read.options, &read.combine)?;
            match draft(&files.raw, &files.with_key(&asked)) {
                Ok(draft) => try_draft(&files, draft, &catalog).map(Ok),
                Err(question) => Ok(Err(question)),
            }
        })
        .await?;
        let state = match drafted.clone() {
            Ok(drafted) => DraftState::Drafted(Box::new(drafted)),
            Err(question) => DraftState::Question(question),
        };
        self.drafts.answer(admin.name(), &sent, answers, state);
        Ok((sent, drafted.ok()))
    }

    /// Tries the draft with these answers once more, and stores it as the first version of a use
    /// case; with `import` (its day and purpose) its files are imported under it.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no draft; [`Error::Conflict`] when a use case of this id is there already.
    pub async fn save_draft(
        &self,
        admin: &Admin<'_>,
        answers: Answers,
        import: Option<Import>,
    ) -> Result<SavedDraft> {
        let (sent, drafted) = self.drafted(admin, answers).await?;
        let Some(drafted) = drafted.filter(DraftedUseCase::is_usable) else {
            return Ok(SavedDraft::Problems);
        };
        let id = drafted.draft.use_case.id.clone();
        self.keep_definition(admin, drafted.text, Base::None)
            .await?;
        self.drafts.remove(admin.name());
        let Some(import) = import else {
            return Ok(SavedDraft::Saved(id));
        };
        let import = Import {
            use_case: id.clone(),
            files: sent.files.clone(),
            combine: sent.combine.clone(),
            options: sent.options.clone(),
            ..import
        };
        Ok(match self.import_form(admin, import).await? {
            Ok(imported) => SavedDraft::Imported(id, Box::new(imported)),
            Err(number) => SavedDraft::Refused(id, number),
        })
    }

    /// Throws the person's draft away.
    pub fn discard_draft(&self, admin: &Admin<'_>) {
        self.drafts.remove(admin.name());
    }
}

fn no_draft() -> Error {
    Error::conflict(
        RefusalCode::Changed,
        "There is no use case in progress: it was saved or discarded, or nobody worked on it for two hours. Send the files again.",
    )
}

fn view(sent: &Sent) -> Result<DraftView> {
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
