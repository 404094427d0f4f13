//! `tenure train`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Args;
use domain::Purpose;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use training::{Candidate, Progress, SelectionMetric, Settings, Status, ValidSettings};
use workflow::{Error, Import, Result};

use super::accounts::identity::Identity;
use super::input::read_input;
use super::outcome::Outcome;
use super::output;
use super::reading::Reading;
use super::use_case_arg::UseCaseArg;
use crate::settings::Config;

#[derive(Debug, Args)]
#[command(after_help = "Example: tenure train --use-case attrition --trials 50 --seed 42")]
pub struct Train {
    #[command(flatten)]
    use_case: UseCaseArg,
    /// Dataset id, or file to import first [default: the newest dataset for training]
    #[arg(long)]
    data: Option<String>,
    /// Snapshot date of the file of --data, YYYY-MM-DD; has to be stated where fields count from
    /// dates and the file has no periods [default: today]
    #[arg(long, requires = "data")]
    as_of: Option<String>,
    /// Reason for training on data although its feed looks suspect beside the baseline of the live
    /// version; recorded with the run
    #[arg(long, value_name = "REASON")]
    accept_data: Option<String>,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    settings: TrainSettings,
    #[command(flatten)]
    identity: Identity,
}

/// Training settings, shared with `tenure tool evaluate`.
#[derive(Debug, Clone, Args)]
pub struct TrainSettings {
    /// Number of tuning trials over all candidates
    #[arg(long, default_value_t = 50)]
    trials: usize,
    /// Time limit in seconds, after which no further trial starts
    #[arg(long)]
    timeout: Option<f64>,
    /// Candidate learners, separated by commas [default: all]
    #[arg(long, value_delimiter = ',')]
    candidates: Vec<String>,
    /// Metric to optimize for: roc_auc, average_precision, log_loss, …
    #[arg(long, default_value = "roc_auc")]
    metric: String,
    /// Random seed; the same seed gives the same model
    #[arg(long, default_value_t = 42)]
    seed: u64,
    /// Number of threads; does not change the result [default: all processors]
    #[arg(long)]
    threads: Option<usize>,
    /// Use protected fields as inputs; recorded on the model card
    #[arg(long)]
    include_protected: bool,
    /// Fields to exclude, separated by commas
    #[arg(long, value_delimiter = ',')]
    exclude: Vec<String>,
    /// Protected field to reweigh rows by (Kamiran and Calders 2012)
    #[arg(long)]
    reweigh: Option<String>,
}

impl TrainSettings {
    /// The validated settings.
    ///
    /// # Errors
    /// When a candidate or metric is unknown, or a setting is invalid.
    pub fn checked(self) -> Result<ValidSettings> {
        self.checked_with(None)
    }

    /// The same, with why data is learned from although its feed looks suspect.
    fn checked_with(self, accepted_data: Option<String>) -> Result<ValidSettings> {
        let candidate = |name: &String| {
            let names = Candidate::ALL
                .iter()
                .map(|own| own.name())
                .collect::<Vec<_>>()
                .join(", ");
            Candidate::from_name(name).ok_or_else(|| {
                Error::Invalid(format!(
                    "There is no candidate “{name}”. Use one of: {names}."
                ))
            })
        };
        let candidates = self
            .candidates
            .iter()
            .map(candidate)
            .collect::<Result<Vec<_>>>()?;
        let metric: SelectionMetric = serde_json::from_value(json!(self.metric))
            .map_err(|error| Error::Invalid(format!("Invalid --metric: {error}.")))?;
        let settings = Settings {
            trials: self.trials,
            timeout_seconds: self.timeout,
            candidates: if candidates.is_empty() {
                Candidate::ALL.to_vec()
            } else {
                candidates
            },
            metric,
            seed: self.seed,
            threads: self.threads,
            include_protected: self.include_protected.then_some(true),
            exclude: self.exclude,
            reweigh: self.reweigh,
            accepted_data,
            ..Settings::default()
        };
        settings.check().map_err(Error::Fields)
    }
}

pub async fn run(config: &Config, command: Train, as_json: bool) -> Result<Outcome> {
    let settings = command.settings.checked_with(command.accept_data.clone())?;
    let tenure = config.open().await?;
    let actor = command.identity.actor(&tenure).await?;
    let admin = actor.admin()?;
    let use_case = tenure.use_case(&command.use_case.resolve(&tenure).await?)?;
    let dataset = match &command.data {
        Some(file) if std::path::Path::new(file).is_file() => {
            let files = vec![(file.clone(), read_input(file)?)];
            let options = command.reading.options()?;
            let import = Import {
                use_case: use_case.id.clone(),
                files,
                as_of: command.as_of.clone(),
                purpose: Some(Purpose::Training),
                options,
                ..Import::default()
            };
            tenure.import(&admin, import).await?.dataset
        }
        Some(_) if command.as_of.is_some() => {
            return Err(Error::Invalid(
                "--as-of is the snapshot date of a file. A dataset has its own: leave --as-of out."
                    .into(),
            ));
        }
        Some(prefix) => tenure.find_dataset(&admin.member(), prefix).await?,
        None => {
            let newest = tenure
                .training_datasets(&admin.member(), &use_case.id)
                .await?
                .into_iter()
                .next();
            newest.ok_or_else(|| {
                Error::NotFound(format!(
                    "{} has no data for training. Import people with known outcomes with `tenure data import FILE --use-case {} --for training`.",
                    use_case.id, use_case.id
                ))
            })?
        }
    };
    if *dataset.use_case != *use_case.id {
        return Err(Error::Invalid(format!(
            "The dataset belongs to the use case {}.",
            dataset.use_case
        )));
    }
    let bar = Arc::new(Bar::new());
    bar.stop_on_interrupt();
    let outcome = tenure
        .train(&admin, &dataset, settings, Arc::clone(&bar) as _)
        .await;
    bar.close();
    let outcome = outcome?;
    let evidence = &outcome.evidence;
    if as_json {
        output::json(&json!({
            "run": outcome.run_id,
            "version": outcome.version.version,
            "stage": outcome.version.stage,
            "candidate": outcome.version.candidate,
            "model_hash": outcome.version.model_hash,
            "data_hash": dataset.hash,
            "holdout": evidence.holdout.report,
            "cross_validated": evidence.cross_validated.report.metrics,
            "gates": evidence.gates,
            "leaks": evidence.leaks,
            "input_notes": evidence.quality.notes,
            "feasibility": evidence.feasibility,
            "against_live": evidence.against_live,
            "rows_used": evidence.rows_used,
        }))?;
    } else {
        let rows: Vec<Vec<String>> = stats::Metric::ALL
            .iter()
            .filter_map(|metric| {
                let held_out = evidence.holdout.report.metrics.get(metric)?;
                let crossed = evidence
                    .cross_validated
                    .report
                    .metrics
                    .get(metric)
                    .map(output::figure)
                    .unwrap_or_default();
                Some(vec![
                    metric.label().to_owned(),
                    output::figure(held_out),
                    crossed,
                ])
            })
            .collect();
        output::table(&["METRIC", "HOLD-OUT", "OUT OF FOLD"], &rows);
        let gate = |result: &training::gates::GateResult| {
            vec![
                result.title.clone(),
                output::word(&result.verdict),
                output::figure(&result.shown()),
                result.note.clone(),
            ]
        };
        output::table(
            &["GATE", "VERDICT", "ESTIMATE (95% CI)", "NOTE"],
            &evidence.gates.results.iter().map(gate).collect::<Vec<_>>(),
        );
        if let Some(periods) = evidence.rows_used.periods_sentence() {
            output::line(&periods);
        }
        if evidence.rows_used.unknown_outcomes > 0 {
            let rows = output::counted(evidence.rows_used.unknown_outcomes, "row", "rows");
            output::line(&format!(
                "{rows} without a known outcome: not used for training."
            ));
        }
        for leak in &evidence.leaks {
            output::line(&format!("Possible leakage: {}", leak.sentence));
        }
        evidence
            .quality
            .notes
            .iter()
            .for_each(|note| output::line(&note.sentence));
        if let Some(feasibility) = &evidence.feasibility {
            output::line(&feasibility.sentence);
        }
        if !outcome.version.note.is_empty() {
            output::line(&outcome.version.note);
        }
        output::line(&format!(
            "Version {} of {} ({}), stage {}, run {}",
            outcome.version.version,
            use_case.id,
            outcome.version.candidate,
            outcome.version.stage,
            outcome.run_id
        ));
    }
    // The version is registered either way; a gate that keeps it out of Staging is a negative
    // result.
    Ok(if outcome.version.stage == domain::Stage::Staging {
        Outcome::Done
    } else {
        Outcome::Negative
    })
}

/// A progress line on standard error; Ctrl-C stops the training.
pub struct Bar {
    canceled: AtomicBool,
    /// Hidden when standard error is not a terminal.
    line: ProgressBar,
}

impl Bar {
    pub fn new() -> Self {
        Self {
            canceled: AtomicBool::new(false),
            line: ProgressBar::new(0),
        }
    }

    /// Makes Ctrl-C stop the training after the current trial; finished trials are kept.
    pub fn stop_on_interrupt(self: &Arc<Self>) {
        let bar = Arc::clone(self);
        tokio::spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                bar.note("Stopping after the current trial …");
                bar.canceled.store(true, Ordering::Relaxed);
            }
        });
    }

    /// Clears the line before other output.
    pub fn close(&self) {
        self.line.finish_and_clear();
    }

    fn style(with_trials: bool) -> ProgressStyle {
        let trials = if with_trials {
            "  [{bar:24.green}]  trial {pos}/{len}"
        } else {
            ""
        };
        let style =
            ProgressStyle::with_template(&format!("{{elapsed:>6}}  {{prefix}}{trials}{{msg}}"));
        style.map_or_else(
            |_| ProgressStyle::default_bar(),
            |style| style.progress_chars("#>·"),
        )
    }
}

impl Progress for Bar {
    fn report(&self, status: &Status) {
        let stage = serde_json::to_value(status.stage)
            .ok()
            .and_then(|stage| stage.as_str().map(str::to_owned))
            .unwrap_or_default();
        let mut message = String::new();
        if let Some(candidate) = status.candidate {
            message += &format!("  {}", candidate.name());
        }
        if let Some(best) = status.best {
            message += &format!("  best {best:.4}");
        }
        if let Some(left) = status.seconds_left {
            message += &format!("  {left:.0} s left");
        }
        if self.line.is_hidden() {
            if status.trial == 0 {
                eprintln!(
                    "{:>6.1} s  {stage}{message}",
                    self.line.elapsed().as_secs_f64()
                );
            }
            return;
        }
        self.line.set_style(Self::style(status.trials > 0));
        self.line.set_length(status.trials as u64);
        self.line.set_position(status.trial as u64);
        self.line.set_prefix(stage);
        self.line.set_message(message);
    }

    fn note(&self, sentence: &str) {
        self.line.suspend(|| eprintln!("{sentence}"));
    }

    fn canceled(&self) -> bool {
        self.canceled.load(Ordering::Relaxed)
    }
}
