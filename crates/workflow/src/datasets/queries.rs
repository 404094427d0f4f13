//! Dataset versions as people look at them: the list, the profile of one, what changed between two,
//! and why a file was not taken.

use std::sync::Arc;

use crate::datasets::{
    BuiltFrom, DatasetChange, DatasetRow, ImportReport, RefusedImport, Withdrawal,
};
use domain::{ParentKind, RefusalCode};
use model::UseCase;
use monitoring::data_profile::{Change, DataProfile, GateLimits, compare, data_profile};
use stats::intervals::proportion;
use store::monitoring::outcomes;
use store::{datasets, registry};

use crate::{
    Admin, Error, Member, Result, StoredPeople, Tenure, Viewer, disclosure, error::compute,
};

/// Sentences about what changed in the table of datasets.
const SENTENCES: usize = 3;
/// Versions of the table that are compared with the one before.
const COMPARED: usize = 12;

impl Tenure {
    /// The dataset versions of a use case, newest day first, each with what changed against the one
    /// before it.
    ///
    /// # Errors
    /// When there is no such use case, or the store fails.
    pub async fn dataset_changes(
        &self,
        viewer: impl Into<Viewer>,
        use_case: &str,
    ) -> Result<Vec<DatasetChange>> {
        let viewer = viewer.into();
        let definition = self.use_case(use_case)?;
        let mut connection = self.store.read().await?;
        let all = datasets::list(&mut connection, Some(&use_case.into())).await?;
        let versions = registry::list(&mut connection, &use_case.into()).await?;
        drop(connection);
        let mut changes = Vec::new();
        for (at, dataset) in all.iter().enumerate() {
            let same_kind = |other: &&datasets::Dataset| {
                other.positives.is_some() == dataset.positives.is_some()
                    && other.withdrawn_at.is_none()
            };
            let before = all[at + 1..].iter().find(same_kind);
            let mut sentences = None;
            if let Some(before) = before.filter(|_| at < COMPARED) {
                if let Some(sentence) = self.read_otherwise(before, dataset).await? {
                    let before = Some(before.dataset_id.to_string());
                    changes.push(DatasetChange {
                        dataset: self.row_for(&viewer, dataset, &versions).await?,
                        before,
                        sentences: Some(vec![sentence]),
                    });
                    continue;
                }
                let (old, new) = (
                    self.profile_for(&viewer, before).await?,
                    self.profile_for(&viewer, dataset).await?,
                );
                let found = compare(&old.labeled(&definition), &new.labeled(&definition));
                let more = found.len().saturating_sub(SENTENCES);
                let shown = found
                    .into_iter()
                    .take(SENTENCES)
                    .map(|change| change.sentence);
                sentences = Some(
                    shown
                        .chain((more > 0).then(|| format!("{more} more.")))
                        .collect(),
                );
            }
            let before = before.map(|before| before.dataset_id.to_string());
            changes.push(DatasetChange {
                dataset: self.row_for(&viewer, dataset, &versions).await?,
                before,
                sentences,
            });
        }
        Ok(changes)
    }

    /// A dataset version with its profile; with `use_case`, one of it.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the use case has no such dataset.
    pub async fn data_profile(
        &self,
        viewer: impl Into<Viewer>,
        use_case: Option<&str>,
        prefix: &str,
    ) -> Result<(DatasetRow, Arc<DataProfile>)> {
        let viewer = viewer.into();
        let dataset = self.dataset(prefix).await?;
        if let Some(use_case) = use_case.filter(|use_case| *use_case != dataset.use_case.as_str()) {
            return Err(Error::NotFound(format!(
                "{use_case} has no dataset {prefix}."
            )));
        }
        let versions = registry::list(&mut self.store.read().await?, &dataset.use_case).await?;
        let mut row = self.row_for(&viewer, &dataset, &versions).await?;
        row.built_from = self.built_from(&dataset).await?;
        // It names rows and identifiers.
        if viewer.sees_people() || viewer.imports() {
            row.import_report = self
                .import_report(&dataset)
                .await?
                .map(|report| report.sentences())
                .unwrap_or_default();
        }
        Ok((row, self.profile_for(&viewer, &dataset).await?))
    }

    /// The same with the labels of its use case in place of the names of columns and levels, for
    /// people.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the use case has no such dataset.
    pub async fn labeled_profile(
        &self,
        viewer: impl Into<Viewer>,
        use_case: Option<&str>,
        prefix: &str,
    ) -> Result<(DatasetRow, DataProfile)> {
        let (row, profile) = self.data_profile(viewer, use_case, prefix).await?;
        let own = self.definition_of(&self.dataset(&row.id).await?).await?;
        let shown = self.shown_definition(&own)?;
        Ok((row, profile.labeled(&shown)))
    }

    /// The snapshots and files of outcomes that a training set was built from.
    pub(crate) async fn built_from(&self, dataset: &datasets::Dataset) -> Result<Vec<BuiltFrom>> {
        let mut connection = self.store.read().await?;
        let parents = datasets::parents(&mut connection, &dataset.dataset_id).await?;
        if parents.is_empty() {
            return Ok(Vec::new());
        }
        let snapshots = datasets::list(&mut connection, Some(&dataset.use_case)).await?;
        let imports = outcomes::imports(&mut connection, &dataset.use_case).await?;
        let shown = |parent: datasets::Parent| {
            let found = match parent.kind {
                ParentKind::Snapshot => snapshots
                    .iter()
                    .find(|other| *other.dataset_id == parent.parent_id)
                    .map(|other| (other.name.clone(), other.withdrawn_at.is_some())),
                ParentKind::Outcomes => imports
                    .iter()
                    .find(|other| other.import_id == parent.parent_id)
                    .map(|other| (other.name.clone(), other.withdrawn_at.is_some())),
            };
            let (name, withdrawn) = found?;
            Some(BuiltFrom {
                kind: parent.kind,
                id: parent.parent_id,
                name,
                rows: parent.row_count as u32,
                withdrawn,
            })
        };
        let count = parents.len();
        let shown: Vec<BuiltFrom> = parents.into_iter().filter_map(shown).collect();
        if shown.len() < count {
            return Err(Error::internal(
                "a training set was built from data that is gone",
            ));
        }
        Ok(shown)
    }

    async fn import_report(&self, dataset: &datasets::Dataset) -> Result<Option<ImportReport>> {
        let kept = datasets::report(&mut self.store.read().await?, &dataset.dataset_id).await?;
        Ok(kept
            .map(|kept| serde_json::from_str(&kept).map_err(store::Error::from))
            .transpose()?)
    }

    /// The profile of a dataset as a viewer may see it.
    pub(crate) async fn profile_for(
        &self,
        viewer: &Viewer,
        dataset: &datasets::Dataset,
    ) -> Result<Arc<DataProfile>> {
        if viewer.sees_people() {
            self.profile_of(dataset).await
        } else {
            self.released_profile(dataset).await
        }
    }

    /// The row of a dataset as a viewer may see it: how many people it holds is known to everybody,
    /// how many of them left is not.
    async fn row_for(
        &self,
        viewer: &Viewer,
        dataset: &datasets::Dataset,
        versions: &[registry::Version],
    ) -> Result<DatasetRow> {
        let mut row = row(dataset, versions);
        if let Some(rule) = self.rule_for(viewer, &dataset.use_case) {
            let outcomes = self.released_outcomes(dataset).await?;
            (row.positives, row.share) = disclosure::evidence::positives(
                outcomes.map(|own| own.map(|count| count as u32)),
                rule,
            );
            row.known = outcomes.map(|[known, _]| rule.count_u32(known as u32));
        }
        Ok(row)
    }

    /// What changed from one dataset version to another.
    ///
    /// # Errors
    /// [`Error::NotFound`] when one does not exist, [`Error::Invalid`] when they belong to two use cases.
    pub async fn data_diff(
        &self,
        viewer: impl Into<Viewer>,
        use_case: Option<&str>,
        [old, new]: [&str; 2],
    ) -> Result<DataDiff> {
        let viewer = viewer.into();
        let (before, old) = self.data_profile(viewer.clone(), use_case, old).await?;
        let (after, new) = self.data_profile(viewer, use_case, new).await?;
        let [older, newer] = [
            self.dataset(&before.id).await?,
            self.dataset(&after.id).await?,
        ];
        if older.use_case != newer.use_case {
            return Err(Error::Invalid(format!(
                "One dataset belongs to {}, the other to {}.",
                older.use_case, newer.use_case
            )));
        }
        if let Some(sentence) = self.read_otherwise(&older, &newer).await? {
            let sentence = format!(
                "The two datasets cannot be compared. {sentence} Import the older file again to compare them."
            );
            return Err(Error::conflict(RefusalCode::OtherDefinition, sentence));
        }
        Ok(DataDiff {
            changes: compare(&old, &new),
            before,
            after,
            old,
            new,
        })
    }

    /// That two datasets were read under definitions that read files differently; `None` where
    /// their values mean the same.
    async fn read_otherwise(
        &self,
        old: &datasets::Dataset,
        new: &datasets::Dataset,
    ) -> Result<Option<String>> {
        let [of_old, of_new] = [
            self.definition_of(old).await?,
            self.definition_of(new).await?,
        ];
        let alike = of_old.reads_like(&of_new);
        let sentence = || {
            format!(
                "{} was read under version {} of the use case, {} under version {}.",
                new.name, new.definition, old.name, old.definition
            )
        };
        Ok((!alike).then(sentence))
    }

    /// The profile of a dataset: computed when first asked for, kept from then on.
    pub(crate) async fn profile_of(&self, dataset: &datasets::Dataset) -> Result<Arc<DataProfile>> {
        self.caches
            .profiles
            .get_or_make(&dataset.dataset_id, self.make_profile(dataset))
            .await
    }

    async fn make_profile(&self, dataset: &datasets::Dataset) -> Result<Arc<DataProfile>> {
        let known = datasets::profile(&mut self.store.read().await?, &dataset.dataset_id).await?;
        if let Some(hash) = known {
            let bytes = self.store.artifact(&hash).await?;
            let kept: DataProfile =
                compute(move || Ok(serde_json::from_slice(&bytes).map_err(store::Error::from)?))
                    .await?;
            // One that counted outliers by an earlier rule is not shown: it is made again.
            if kept.outlier_deviations == Some(stats::outliers::OUTLIER_DEVIATIONS) {
                return Ok(Arc::new(kept));
            }
        }
        let (people, use_case) = (
            self.people_of(dataset).await?,
            self.definition_of(dataset).await?,
        );
        let profile = self.profile_under(&people, &use_case).await?;
        let made = Arc::clone(&profile);
        let bytes =
            compute(move || Ok(serde_json::to_vec(&*made).map_err(store::Error::from)?)).await?;
        let hash = self.store.put_artifact(bytes).await?;
        let mut transaction = self.store.begin().await?;
        datasets::insert_profile(&mut transaction, &dataset.dataset_id, &hash).await?;
        transaction.commit().await?;
        Ok(profile)
    }

    /// The profile of rows that were read with a definition.
    pub(crate) async fn profile_under(
        &self,
        people: &Arc<StoredPeople>,
        use_case: &Arc<UseCase>,
    ) -> Result<Arc<DataProfile>> {
        let (people, use_case) = (Arc::clone(people), Arc::clone(use_case));
        compute(move || {
            Ok(Arc::new(data_profile(
                &people.table,
                people.labels.as_deref(),
                &[],
                &use_case.ordinals(),
                &GateLimits::default(),
            )))
        })
        .await
    }

    /// Why a file was refused, for the person who sent it; `None` when it is no longer held.
    pub fn refused_import(&self, admin: &Admin<'_>, number: &str) -> Option<RefusedImport> {
        self.refusals.of(admin.name(), number)
    }

    /// Datasets of a use case, or of all.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn datasets(
        &self,
        viewer: impl Into<Viewer>,
        use_case: Option<&str>,
    ) -> Result<Vec<datasets::Dataset>> {
        let viewer = viewer.into();
        let mut all = self.all_datasets(use_case).await?;
        for dataset in &mut all {
            if let Some(rule) = self.rule_for(&viewer, &dataset.use_case) {
                let released = self
                    .released_outcomes(dataset)
                    .await?
                    .map(|own| own.map(|count| rule.count(count).cast_signed()));
                (dataset.known_outcomes, dataset.positives) = (
                    released.map(|[known, _]| known),
                    released.map(|[_, events]| events),
                );
            }
        }
        Ok(all)
    }

    pub(crate) async fn all_datasets(
        &self,
        use_case: Option<&str>,
    ) -> Result<Vec<datasets::Dataset>> {
        Ok(datasets::list(
            &mut self.store.read().await?,
            use_case.map(domain::UseCaseId::from).as_ref(),
        )
        .await?)
    }

    /// The dataset whose id or hash begins with `prefix`.
    ///
    /// # Errors
    /// [`Error::NotFound`], or when the store fails.
    pub async fn find_dataset(&self, _: &Member<'_>, prefix: &str) -> Result<datasets::Dataset> {
        self.dataset(prefix).await
    }

    pub(crate) async fn dataset(&self, prefix: &str) -> Result<datasets::Dataset> {
        let found = datasets::find(&mut self.store.read().await?, prefix).await?;
        found.ok_or_else(|| {
            Error::NotFound(format!(
                "There is no dataset {prefix}. List them with `tenure data list`."
            ))
        })
    }

    /// A dataset's rows as they were stored, under the definition that they were read with. What
    /// meets a model goes through
    /// [`Tenure::people_for`].
    ///
    /// # Errors
    /// When the artifact is missing or damaged.
    pub(crate) async fn people_of(&self, dataset: &datasets::Dataset) -> Result<Arc<StoredPeople>> {
        let make = async {
            let bytes = self.store.artifact(&dataset.content_hash).await?;
            compute(move || Ok(Arc::new(StoredPeople::from_bytes(&bytes)?))).await
        };
        self.caches
            .people
            .get_or_make(&dataset.content_hash, make)
            .await
    }
}

/// Two dataset versions side by side.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct DataDiff {
    pub before: DatasetRow,
    pub after: DatasetRow,
    #[schema(value_type = Vec<Object>)]
    pub changes: Vec<Change>,
    #[serde(skip)]
    pub old: Arc<DataProfile>,
    #[serde(skip)]
    pub new: Arc<DataProfile>,
}

impl DataDiff {
    /// The same with labels in place of the names of columns and levels.
    #[must_use]
    pub fn labeled(self, use_case: &UseCase) -> Self {
        let [old, new] = [&self.old, &self.new].map(|profile| Arc::new(profile.labeled(use_case)));
        Self {
            changes: compare(&old, &new),
            old,
            new,
            ..self
        }
    }
}

fn row(dataset: &datasets::Dataset, versions: &[registry::Version]) -> DatasetRow {
    let (rows, positives) = (
        dataset.row_count as u32,
        dataset.positives.map(|count| count as u32),
    );
    let known = dataset.known_outcomes.map(|count| count as u32);
    DatasetRow {
        id: dataset.dataset_id.to_string(),
        name: dataset.name.clone(),
        as_of: dataset.as_of,
        rows,
        columns: dataset.column_count as u32,
        positives,
        known,
        share: positives
            .zip(known)
            .map(|(positives, known)| proportion(positives, known, "there are no rows")),
        hash: dataset.hash.clone(),
        purpose: dataset.purpose,
        definition: dataset.definition,
        withdrawn: dataset.withdrawn_at.map(|at| Withdrawal {
            at,
            by: dataset
                .withdrawn_by
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            reason: dataset.withdrawn_because.clone().unwrap_or_default(),
        }),
        simulated: dataset.simulated,
        imported_at: dataset.created_at,
        by: dataset.created_by.to_string(),
        versions: versions
            .iter()
            .filter(|version| version.dataset_id == dataset.dataset_id)
            .map(|version| version.version)
            .collect(),
        built_from: Vec::new(),
        import_report: Vec::new(),
    }
}
