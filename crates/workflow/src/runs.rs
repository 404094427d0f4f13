//! Runs and versions as the screens and commands show them.

use stats::Figure;
use stats::report::Report;
use store::{registry, runs};
use views::runs::{ArtifactRow, Comparison, Curve, Curves, RunPage, RunRow, RunsPage, Stage, VersionRow};

use crate::training_run::Evidence;
use crate::{Error, Member, Result, Tenure, clock, filter};

const PAGE: u32 = 50;

/// A stored metric as a figure.
pub(crate) fn figure(metric: &runs::Metric) -> Figure {
    Figure { value: metric.value, interval: metric.interval, n: metric.n.map(|n| n as u32), why: metric.why.clone() }
}

impl Tenure {
    /// A page (from 1) of the top-level runs of a use case that match a filter such as `metrics.roc_auc > 0.8 and status = finished`.
    ///
    /// # Errors
    /// When the filter makes no sense, or the store fails.
    pub async fn runs(&self, _: &Member<'_>, use_case: &str, filter: &str, page: u32) -> Result<RunsPage> {
        self.use_case(use_case)?;
        let conditions = filter::parse(filter)?;
        let page = page.max(1);
        let mut connection = self.store.read().await?;
        let offset = i64::from(page - 1) * i64::from(PAGE);
        let (found, total) = runs::search(&mut connection, use_case, &conditions, offset, i64::from(PAGE)).await?;
        drop(connection);
        let rows = self.rows(&found).await?;
        let names = |of: &dyn Fn(&RunRow) -> Vec<String>| {
            let mut names: Vec<String> = rows.iter().flat_map(of).collect();
            names.sort_unstable();
            names.dedup();
            names
        };
        let parameter_names = names(&|row| row.parameters.iter().map(|(name, _)| name.clone()).collect());
        let metric_names = names(&|row| row.metrics.iter().map(|(name, _)| name.clone()).collect());
        let total = total as u32;
        Ok(RunsPage { rows, total, page, pages: total.div_ceil(PAGE).max(1), parameter_names, metric_names })
    }

    async fn rows(&self, found: &[runs::Run]) -> Result<Vec<RunRow>> {
        let mut connection = self.store.read().await?;
        let ids: Vec<String> = found.iter().map(|run| run.run_id.clone()).collect();
        let children = runs::child_counts(&mut connection, &ids).await?;
        let mut rows = Vec::new();
        for run in found {
            let details = runs::details(&mut connection, &run.run_id).await?;
            rows.push(row(run, &details, children.get(&run.run_id).copied().unwrap_or(0)));
        }
        Ok(rows)
    }

    async fn find_run(&self, prefix: &str) -> Result<runs::Run> {
        let found = runs::find(&mut *self.store.read().await?, prefix).await?;
        found.ok_or_else(|| Error::NotFound(format!("there is no run {prefix}")))
    }

    /// One run with everything that hangs on it.
    ///
    /// # Errors
    /// When there is no such run, or the store fails.
    pub async fn run(&self, _: &Member<'_>, id: &str) -> Result<RunPage> {
        let run = self.find_run(id).await?;
        let mut connection = self.store.read().await?;
        let details = runs::details(&mut connection, &run.run_id).await?;
        let nested = runs::children(&mut connection, &run.run_id).await?;
        let version = registry::of_run(&mut connection, &run.run_id).await?;
        drop(connection);
        let data_hash = match &run.dataset_id {
            Some(id) => self.dataset(id).await?.hash,
            None => String::new(),
        };
        let has_evidence = details.artifacts.iter().any(|artifact| artifact.name == "evidence.json");
        let curves = if has_evidence { Some(curves(&self.evidence(&run.run_id).await?)) } else { None };
        Ok(RunPage {
            run: row(&run, &details, nested.len() as i64),
            use_case: run.use_case.clone(),
            data_hash,
            seed: run.seed,
            code_version: run.code_version.clone(),
            stages: details.stages.into_iter().map(|(name, seconds, note)| Stage { name, seconds, note }).collect(),
            curves,
            artifacts: details
                .artifacts
                .into_iter()
                .map(|artifact| ArtifactRow {
                    name: artifact.name,
                    hash: artifact.hash,
                    bytes: artifact.byte_count,
                    media_type: artifact.media_type,
                })
                .collect(),
            children: self.rows(&nested).await?,
            version: version.map(|version| version.version as u32),
            messages: if run.message.is_empty() { Vec::new() } else { vec![run.message] },
        })
    }

    /// A file of a run: its bytes and media type.
    ///
    /// # Errors
    /// When there is no such run or file.
    pub async fn run_artifact(&self, _: &Member<'_>, id: &str, name: &str) -> Result<(Vec<u8>, String)> {
        let run = self.find_run(id).await?;
        let details = runs::details(&mut *self.store.read().await?, &run.run_id).await?;
        let found = details.artifacts.into_iter().find(|artifact| artifact.name == name);
        let found = found.ok_or_else(|| Error::NotFound(format!("the run has no file {name}")))?;
        Ok((self.store.artifact(&found.hash).await?, found.media_type))
    }

    /// Runs side by side.
    ///
    /// # Errors
    /// When fewer than two or more than ten runs are named, or one does not exist.
    pub async fn compare(&self, member: &Member<'_>, ids: &[String]) -> Result<Comparison> {
        if !(2..=10).contains(&ids.len()) {
            return Err(Error::Invalid("choose from 2 to 10 runs to compare".into()));
        }
        let mut pages = Vec::new();
        for id in ids {
            pages.push(self.run(member, id).await?);
        }
        let runs: Vec<RunRow> = pages.iter().map(|page| page.run.clone()).collect();
        let parameters = names(&runs, |row| row.parameters.iter().map(|(name, _)| name)).into_iter().map(|name| {
            let value =
                |row: &RunRow| row.parameters.iter().find(|(other, _)| *other == name).map_or("–".to_owned(), |(_, value)| value.clone());
            let values: Vec<String> = runs.iter().map(value).collect();
            let differ = values.iter().any(|value| *value != values[0]);
            (name, values, differ)
        });
        let metrics = names(&runs, |row| row.metrics.iter().map(|(name, _)| name)).into_iter().map(|name| {
            let figure = |row: &RunRow| {
                row.metrics
                    .iter()
                    .find(|(other, _)| *other == name)
                    .map_or_else(|| Figure::unknown("not recorded"), |(_, figure)| figure.clone())
            };
            let figures = runs.iter().map(figure).collect();
            (name, figures)
        });
        let (parameters, metrics) = (parameters.collect(), metrics.collect());
        let mut all = Curves::default();
        for page in &pages {
            let Some(own) = &page.curves else { continue };
            let label = |curve: &Curve| Curve {
                label: format!("{} {}", page.run.name, &page.run.id[page.run.id.len() - 4..]),
                points: curve.points.clone(),
            };
            all.roc.extend(own.roc.iter().take(1).map(label));
            all.precision_recall.extend(own.precision_recall.iter().take(1).map(label));
            all.calibration.extend(own.calibration.iter().take(1).map(label));
            all.cutoff = own.cutoff;
        }
        Ok(Comparison { runs, parameters, metrics, curves: all })
    }

    /// The versions of a use case, newest first.
    ///
    /// # Errors
    /// When there is no such use case, or the store fails.
    pub async fn versions(&self, _: &Member<'_>, use_case: &str) -> Result<Vec<VersionRow>> {
        self.use_case(use_case)?;
        let mut connection = self.store.read().await?;
        let live = registry::live(&mut connection, use_case).await?.and_then(|change| change.version);
        let mut rows = Vec::new();
        for version in registry::list(&mut connection, use_case).await? {
            let details = runs::details(&mut connection, &version.run_id).await?;
            let request = store::review::newest_request(&mut connection, use_case, version.version).await?;
            rows.push(VersionRow {
                review: request.map(|request| request.state).unwrap_or_default(),
                version: version.version as u32,
                live: live == Some(version.version),
                stage: version.stage,
                candidate: version.candidate,
                author: version.author,
                created_at: clock::long_time(version.created_at),
                run: version.run_id,
                metrics: details.metrics.iter().map(|metric| (metric.name.clone(), figure(metric))).collect(),
                note: version.note,
            });
        }
        Ok(rows)
    }
}

fn names<'a, I: Iterator<Item = &'a String>>(runs: &'a [RunRow], of: impl Fn(&'a RunRow) -> I) -> Vec<String> {
    let mut names: Vec<String> = runs.iter().flat_map(of).cloned().collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn row(run: &runs::Run, details: &runs::Details, children: i64) -> RunRow {
    RunRow {
        id: run.run_id.clone(),
        parent: run.parent_id.clone(),
        name: run.name.clone(),
        status: run.status.clone(),
        author: run.author.clone(),
        started_at: clock::long_time(run.started_at),
        duration_seconds: run.ended_at.map(|ended| (ended - run.started_at) as f64 / 1e6),
        parameters: details.parameters.clone(),
        metrics: details.metrics.iter().filter(|metric| metric.step == 0).map(|metric| (metric.name.clone(), figure(metric))).collect(),
        children: children as u32,
    }
}

fn curves(evidence: &Evidence) -> Curves {
    let both = |of: &dyn Fn(&Report) -> Option<Vec<[f64; 2]>>| {
        let curve = |label: &str, report: &Report| of(report).map(|points| Curve { label: label.to_owned(), points });
        [curve("hold-out", &evidence.holdout.report), curve("out of fold", &evidence.cross_validated.report)]
            .into_iter()
            .flatten()
            .collect()
    };
    let pairs = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| [*x, *y]).collect::<Vec<_>>();
    let confusion = &evidence.holdout.report.confusion;
    Curves {
        roc: both(&|report| report.curves.roc.as_ref().map(|curve| pairs(&curve.fpr, &curve.tpr))),
        precision_recall: both(&|report| report.curves.precision_recall.as_ref().map(|curve| pairs(&curve.recall, &curve.precision))),
        calibration: both(&|report| {
            let point = |bin: &stats::curves::CalibrationBin| {
                let n = f64::from(bin.n);
                (bin.n > 0).then(|| [bin.score_sum / n, f64::from(bin.positives) / n])
            };
            Some(report.curves.calibration_quantile.iter().filter_map(point).collect())
        }),
        histogram: [false, true]
            .map(|left| evidence.holdout.histogram.iter().map(|bin| if left { bin.with_event } else { bin.without_event }).collect()),
        confusion: [[confusion.tn, confusion.fp], [confusion.fn_, confusion.tp]],
        cutoff: evidence.holdout.report.cutoff,
    }
}
