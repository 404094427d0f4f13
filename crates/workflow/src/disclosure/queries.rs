//! Where released figures are made and held: the part of [`crate::disclosure`] that reads the
//! store.

use std::sync::Arc;

use domain::RefusalCode;
use monitoring::data_profile::{AgainstTarget, ColumnSummary, DataProfile, GateLimits, Released};
use store::datasets::Dataset;

use super::drift::Withheld;
use super::snapshots::{Fingerprint, Sources};
use super::{Disclosure, profile};
use crate::datasets::Under;
use crate::{Error, Result, StoredPeople, Tenure, Viewer, error::compute};

/// The datasets that a released figure comes from.
struct Origin {
    /// Versions up to the one in question, in the order of their imports.
    history: Vec<Dataset>,
    at: usize,
    sources: Sources,
}

impl Tenure {
    /// The rule for a viewer: `None` for one who sees people, to whom figures are given as they
    /// were measured.
    pub(crate) fn rule_for(&self, viewer: &Viewer, use_case: &str) -> Option<Disclosure> {
        (!viewer.sees_people()).then(|| self.disclosure(use_case))
    }

    /// The rule for everybody who does not see people.
    pub(crate) fn disclosure(&self, use_case: &str) -> Disclosure {
        self.catalog.disclosure(use_case)
    }

    async fn origin(&self, dataset: &Dataset) -> Result<Origin> {
        let mut history = self.all_datasets(Some(dataset.use_case.as_str())).await?;
        history.sort_by(|a, b| (a.created_at, &a.dataset_id).cmp(&(b.created_at, &b.dataset_id)));
        let rule = self.disclosure(&dataset.use_case);
        let known = self.histories.known(&dataset.use_case);
        for version in history.iter().skip(known) {
            let people = self.people_of(version).await?;
            let fingerprint = compute(move || Ok(Fingerprint::new(&people))).await?;
            self.histories
                .add(&dataset.use_case, &version.dataset_id, fingerprint, rule);
        }
        let found = self
            .histories
            .sources(&dataset.use_case, &dataset.dataset_id);
        let (at, sources) = found.ok_or_else(|| Error::internal("the dataset is not listed"))?;
        Ok(Origin {
            history,
            at,
            sources,
        })
    }

    /// The profile of a dataset as it is released.
    pub(crate) async fn released_profile(&self, dataset: &Dataset) -> Result<Arc<DataProfile>> {
        self.caches
            .released_profiles
            .get_or_make(&dataset.dataset_id, self.release_profile(dataset))
            .await
    }

    async fn release_profile(&self, dataset: &Dataset) -> Result<Arc<DataProfile>> {
        let rule = self.disclosure(&dataset.use_case);
        let origin = self.origin(dataset).await?;
        let exact = self.profile_of(dataset).await?;
        let own_definition = self.definition_of(dataset).await?;
        let mut parts = Parts::new(&exact);
        // One dataset at a time: only a handful is held.
        for source in origin.used() {
            let version = &origin.history[source];
            // A level that another definition has at the same position is another value.
            let definition = self.definition_of(version).await?;
            let (of_source, people) = match own_definition.reads_like(&definition) {
                true => (
                    self.profile_of(version).await?,
                    self.people_of(version).await?,
                ),
                false => match self
                    .people_for(version, Under::Model(&own_definition))
                    .await
                {
                    Ok(people) => (self.profile_under(&people, &own_definition).await?, people),
                    // What cannot be read as this version is has no figures to be released in its
                    // place.
                    Err(Error::Conflict {
                        code: RefusalCode::OtherDefinition,
                        ..
                    }) => continue,
                    Err(error) => return Err(error),
                },
            };
            let sources = origin.sources.clone();
            parts = compute(move || {
                parts.fill(source, &sources, &of_source, &people, rule);
                Ok(parts)
            })
            .await?;
        }
        let own = |name: &str| origin.sources.columns.get(name) == Some(&origin.at);
        let one_source = origin.only_source();
        let correlations = match one_source {
            Some(source) => profile::correlations(
                &self.profile_of(&origin.history[source]).await?.correlations,
                |_, _| true,
                rule,
            ),
            None => profile::correlations(
                &exact.correlations,
                |first, second| own(first) && own(second),
                rule,
            ),
        };
        let (measured, columns) = parts.whole();
        let measured = DataProfile::of_columns(
            exact.rows,
            measured,
            correlations.clone(),
            exact.duplicate_rows,
            &GateLimits::default(),
        );
        let notes = Released {
            least_people: rule.least_people(),
            notes: origin.notes(rule),
        };
        Ok(Arc::new(profile::profile(
            &measured,
            columns,
            correlations,
            notes,
            rule,
        )))
    }

    /// The numbers of rows with a known outcome and with the event, of the dataset whose outcomes
    /// are released for this one.
    pub(crate) async fn released_outcomes(&self, dataset: &Dataset) -> Result<Option<[u64; 2]>> {
        let origin = self.origin(dataset).await?;
        let source = origin.history.get(origin.sources.outcome);
        let counts = source.and_then(|source| source.known_outcomes.zip(source.positives));
        Ok(counts.map(|(known, events)| [known.unsigned_abs(), events.unsigned_abs()]))
    }

    /// What a comparison with these datasets may not speak of.
    pub(crate) async fn withheld(&self, datasets: &[&Dataset]) -> Result<Withheld> {
        let mut withheld = Withheld::default();
        for dataset in datasets {
            let origin = self.origin(dataset).await?;
            let elsewhere = origin
                .sources
                .columns
                .iter()
                .filter(|(_, source)| **source != origin.at);
            withheld
                .columns
                .extend(elsewhere.map(|(name, _)| name.clone()));
            withheld.outcome |= dataset.positives.is_some() && origin.sources.outcome != origin.at;
        }
        Ok(withheld)
    }
}

impl Origin {
    /// The versions that figures are of.
    fn used(&self) -> Vec<usize> {
        let mut used: Vec<usize> = self
            .sources
            .columns
            .values()
            .chain(self.sources.against.values())
            .copied()
            .collect();
        used.sort_unstable();
        used.dedup();
        used
    }

    /// The version that every column is of, if there is one.
    fn only_source(&self) -> Option<usize> {
        let mut sources = self.sources.columns.values();
        let first = sources.next()?;
        sources.all(|source| source == first).then_some(*first)
    }

    fn notes(&self, rule: Disclosure) -> Vec<String> {
        let k = rule.least_people();
        let mut notes = vec![format!(
            "Every value is based on {k} people or more: counts are multiples of {k}, values are rounded, rare categories are pooled, \
             and minimum and maximum are not shown."
        )];
        for source in self.used().into_iter().filter(|source| *source != self.at) {
            let columns = self
                .sources
                .columns
                .iter()
                .filter(|(_, own)| **own == source)
                .map(|(name, _)| name.as_str());
            let columns: Vec<&str> = columns.collect();
            if columns.is_empty() {
                continue;
            }
            let names = if columns.len() == self.sources.columns.len() {
                "All columns".to_owned()
            } else {
                columns.join(", ")
            };
            let version = &self.history[source];
            notes.push(format!(
                "{names}: values from {} (as of {}), since fewer than {k} people differ.",
                version.name, version.as_of
            ));
        }
        notes
    }
}

/// The columns of a profile while they are put together from the datasets that they are of.
struct Parts {
    measured: Vec<ColumnSummary>,
    released: Vec<Option<ColumnSummary>>,
    against: Vec<Option<AgainstTarget>>,
}

impl Parts {
    fn new(exact: &DataProfile) -> Self {
        let count = exact.columns.len();
        Self {
            measured: exact.columns.clone(),
            released: vec![None; count],
            against: vec![None; count],
        }
    }

    /// Puts the columns whose figures are of `source` in their places.
    fn fill(
        &mut self,
        source: usize,
        sources: &Sources,
        of_source: &DataProfile,
        people: &StoredPeople,
        rule: Disclosure,
    ) {
        for at in 0..self.measured.len() {
            let name = self.measured[at].name.clone();
            let found = of_source
                .columns
                .iter()
                .find(|column| column.name == name)
                .zip(people.table.column(&name));
            let Some((exact, values)) = found else {
                continue;
            };
            if sources.columns.get(&name) == Some(&source) {
                self.measured[at] = exact.clone();
                self.released[at] = Some(profile::column(exact, values, rule));
            }
            if sources.against.get(&name) == Some(&source) {
                let known = exact.against_target.as_ref().zip(people.labels.as_ref());
                self.against[at] =
                    known.map(|(target, labels)| profile::against(target, values, labels, rule));
            }
        }
    }

    /// The columns as they were measured, and as they are released.
    fn whole(self) -> (Vec<ColumnSummary>, Vec<ColumnSummary>) {
        let released = self.released.into_iter().zip(self.against);
        let released = released.filter_map(|(own, against)| {
            Some(ColumnSummary {
                against_target: against,
                ..own?
            })
        });
        (self.measured, released.collect())
    }
}
