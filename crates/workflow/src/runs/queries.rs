//! Runs as the screens and commands show them.

use crate::runs::{Comparison, RunRow, RunsPage};
use charts::{Curve, Curves};
use domain::audit::PeopleExportDetail;
use domain::{AuditEvent, Estimate, RunId, Subject};
use store::{audit, runs};

use crate::disclosure::files::{Leave, leave};
use crate::disclosure::{self, Disclosure};
use crate::runs::artifacts::{ROWS_OF_PEOPLE, no_file};
use crate::runs::filter;
use crate::runs::recording::{plots, to_json};
use crate::{Error, Member, Result, Tenure, Viewer};

const PAGE: u32 = 50;
/// Curves that can be told apart in one drawing.
const COLORS: usize = 4;

/// A stored metric as a figure.
pub(crate) fn figure(metric: &runs::Metric) -> Estimate {
    Estimate {
        value: metric.value,
        interval: metric.interval,
        n: metric.n.map(|n| n as u32),
        why: metric.why.clone(),
    }
}

impl Tenure {
    /// A page (from 1) of the top-level runs of a use case that match a filter such as
    /// `metrics.roc_auc > 0.8 and status = finished`, with the nested runs of those that are
    /// `unfolded`.
    ///
    /// # Errors
    /// [`Error::Fields`] when the filter makes no sense; or when the store fails.
    pub async fn runs(
        &self,
        _: &Member<'_>,
        use_case: &str,
        filter: &str,
        page: u32,
        unfolded: &[String],
    ) -> Result<RunsPage> {
        if self.use_case(use_case).is_err() {
            self.experiment_name(use_case).await?;
        }
        let conditions = filter::parse(filter)?;
        let page = page.max(1);
        let mut connection = self.store.read().await?;
        let offset = i64::from(page - 1) * i64::from(PAGE);
        let found = runs::search(
            &mut connection,
            &use_case.into(),
            &conditions,
            offset,
            i64::from(PAGE),
        )
        .await?;
        let rows = rows(&mut connection, &found.runs).await?;
        let is_unfolded = |id: &RunId| unfolded.iter().any(|unfolded| unfolded == id.as_str());
        let unfolded: Vec<RunId> = found
            .runs
            .iter()
            .map(|run| run.run_id.clone())
            .filter(is_unfolded)
            .collect();
        let nested = runs::children(&mut connection, &unfolded).await?;
        let nested = self::rows(&mut connection, &nested).await?;
        let shown = || rows.iter().chain(&nested);
        let parameter_names = names(shown(), |row| row.parameters.iter().map(|(name, _)| name));
        let metric_names = names(shown(), |row| row.metrics.iter().map(|(name, _)| name));
        let total = found.total as u32;
        // Where counting stopped there is a next page all the same.
        let pages = total.div_ceil(PAGE).max(1) + u32::from(found.more);
        Ok(RunsPage {
            total,
            more: found.more,
            page,
            pages,
            parameter_names,
            metric_names,
            nested,
            rows,
        })
    }

    pub(crate) async fn find_run(&self, prefix: &str) -> Result<runs::Run> {
        // A whole id of a client has no hyphens.
        let whole = crate::tracking::run_id_of(prefix).ok();
        let own = whole.as_ref().map_or(prefix, |id| id.as_str());
        let found = runs::find(&mut self.store.read().await?, own).await?;
        found.ok_or_else(|| Error::NotFound(format!("There is no run {prefix}.")))
    }

    /// A file of a run: its bytes and media type. One that holds rows of people is for analysts,
    /// and reading it is on record; other figures are released to everybody else, or stay inside
    /// ([`disclosure::files`]).
    ///
    /// # Errors
    /// When there is no such run or file; [`Error::Forbidden`] for what does not leave without the
    /// role.
    pub async fn run_artifact(
        &self,
        member: &Member<'_>,
        id: &str,
        name: &str,
    ) -> Result<(Vec<u8>, String)> {
        let run = self.find_run(id).await?;
        let details = runs::details(&mut self.store.read().await?, &run.run_id).await?;
        let found = details
            .artifacts
            .into_iter()
            .find(|artifact| artifact.name == name);
        let found = found.ok_or_else(|| no_file(name))?;
        let tracked =
            store::tracking::client_run(&mut self.store.read().await?, &run.run_id).await?;
        if tracked.is_some_and(|run| run.client_status.is_some()) {
            self.may_read_file(member, name)?;
            return Ok((self.store.artifact(&found.hash).await?, found.media_type));
        }
        if ROWS_OF_PEOPLE.contains(&name) {
            let analyst = member.actor().analyst()?;
            let mut transaction = self.store.begin().await?;
            let event = AuditEvent::PeopleExport {
                export: PeopleExportDetail::File {
                    file: name.to_owned(),
                },
            };
            audit::append(
                &mut transaction,
                analyst.name(),
                &Subject::Run(run.run_id.clone()),
                &event,
            )
            .await?;
            transaction.commit().await?;
        }
        if let Some(rule) = self.rule_for(&Viewer::from(member), &run.use_case) {
            return Ok((
                self.released_file(&run, &found, rule).await?,
                found.media_type,
            ));
        }
        Ok((self.store.artifact(&found.hash).await?, found.media_type))
    }

    /// A file of a run as it is released.
    async fn released_file(
        &self,
        run: &runs::Run,
        file: &runs::Artifact,
        rule: Disclosure,
    ) -> Result<Vec<u8>> {
        match leave(&file.name) {
            Leave::Whole => Ok(self.store.artifact(&file.hash).await?),
            Leave::Explanation => {
                let exact: model::global::GlobalExplanation =
                    self.json_of_run(&run.run_id, &file.name).await?;
                to_json(&disclosure::explanation::explanation(&exact, rule))
            }
            Leave::DataProfile => {
                let dataset = run.dataset_id.as_ref().ok_or_else(|| no_file(&file.name))?;
                to_json(&*self.released_profile(&self.dataset(dataset).await?).await?)
            }
            Leave::Drawing => {
                let released =
                    disclosure::evidence::evidence(&*self.evidence(&run.run_id).await?, rule);
                let drawing = plots(&released)
                    .into_iter()
                    .find(|(name, ..)| *name == file.name);
                drawing
                    .map(|(.., bytes)| bytes)
                    .ok_or_else(|| no_file(&file.name))
            }
            Leave::Refused => {
                let message = format!(
                    "{} contains data about individual people. This requires the analyst role.",
                    file.name
                );
                Err(Error::forbidden(domain::RefusalCode::RoleRequired, message))
            }
        }
    }

    /// Runs side by side.
    ///
    /// # Errors
    /// When fewer than two or more than ten runs are named, or one does not exist.
    pub async fn compare(&self, viewer: impl Into<Viewer>, ids: &[String]) -> Result<Comparison> {
        let viewer = viewer.into();
        if !(2..=10).contains(&ids.len()) {
            return Err(Error::Invalid("Choose 2 to 10 runs to compare.".into()));
        }
        let mut pages = Vec::new();
        for id in ids {
            pages.push(self.run(viewer.clone(), id).await?);
        }
        let runs: Vec<RunRow> = pages.iter().map(|page| page.run.clone()).collect();
        let parameters = names(runs.iter(), |row| {
            row.parameters.iter().map(|(name, _)| name)
        })
        .into_iter()
        .map(|name| {
            let value = |row: &RunRow| {
                row.parameters
                    .iter()
                    .find(|(other, _)| *other == name)
                    .map_or("–".to_owned(), |(_, value)| value.clone())
            };
            let values: Vec<String> = runs.iter().map(value).collect();
            let differ = values.iter().any(|value| *value != values[0]);
            (name, values, differ)
        });
        let metrics = names(runs.iter(), |row| row.metrics.iter().map(|(name, _)| name))
            .into_iter()
            .map(|name| {
                let figure = |row: &RunRow| {
                    row.metrics
                        .iter()
                        .find(|(other, _)| *other == name)
                        .map_or_else(
                            || Estimate::unknown("not recorded"),
                            |(_, figure)| figure.clone(),
                        )
                };
                let figures = runs.iter().map(figure).collect();
                (name, figures)
            });
        let (parameters, metrics) = (parameters.collect(), metrics.collect());
        let mut all = Curves::default();
        for page in pages.iter().take(COLORS) {
            let Some(own) = &page.curves else { continue };
            let label = |curve: &Curve| Curve {
                label: format!(
                    "{} · {}",
                    page.run.name,
                    &page.run.id[page.run.id.len() - 4..]
                ),
                points: curve.points.clone(),
                figure: None,
            };
            all.roc.extend(own.roc.iter().take(1).map(label));
            all.precision_recall
                .extend(own.precision_recall.iter().take(1).map(label));
            all.calibration
                .extend(own.calibration.iter().take(1).map(label));
            all.lift.extend(own.lift.iter().take(1).map(label));
            all.cutoff = own.cutoff;
        }
        Ok(Comparison {
            runs,
            parameters,
            metrics,
            curves: all,
        })
    }
}

fn names<'a, I: Iterator<Item = &'a String>>(
    runs: impl Iterator<Item = &'a RunRow>,
    of: impl Fn(&'a RunRow) -> I,
) -> Vec<String> {
    let mut names: Vec<String> = runs.flat_map(of).cloned().collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Runs with what their rows show, in three queries however many they are.
pub(crate) async fn rows(reader: &mut store::Reader, found: &[runs::Run]) -> Result<Vec<RunRow>> {
    let ids: Vec<RunId> = found.iter().map(|run| run.run_id.clone()).collect();
    let children = runs::child_counts(reader, &ids).await?;
    let mut figures = runs::figures_of(reader, &ids).await?;
    let row_of = |run: &runs::Run| {
        row(
            run,
            &figures.remove(&run.run_id).unwrap_or_default(),
            children.get(&run.run_id).copied().unwrap_or(0),
        )
    };
    Ok(found.iter().map(row_of).collect())
}

pub(crate) fn row(run: &runs::Run, details: &runs::Details, children: i64) -> RunRow {
    RunRow {
        id: run.run_id.to_string(),
        parent: run.parent_id.as_ref().map(RunId::to_string),
        name: run.name.clone(),
        status: run.status.to_string(),
        author: run.author.to_string(),
        started_at: run.started_at,
        duration_seconds: run
            .ended_at
            .map(|ended| ended.since(run.started_at) as f64 / 1e6),
        parameters: details.parameters.clone(),
        metrics: details
            .metrics
            .iter()
            .filter(|metric| metric.step == 0)
            .map(|metric| (metric.name.clone(), figure(metric)))
            .collect(),
        children: children as u32,
    }
}
