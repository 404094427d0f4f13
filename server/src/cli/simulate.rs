//! `tenure simulate`.

use std::path::Path;
use std::sync::Arc;

use clap::Args;
use data::CheckMode;
use domain::Date;
use model::UseCase;
use monitoring::simulation::{self, Change, Plan, Simulation, simulate_use_case};
use training::{Candidate, Progress, Settings};
use workflow::{
    Actor, Error, Replay, ReplayReview, ReplayedMonth, Resampled, Result, months_before_this,
};

use super::input::read_input;
use super::outcome::Outcome;
use super::training::Bar;
use super::{output, run_blocking, serve};
use crate::settings::Config;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples: tenure simulate --use-case attrition --people 1000 --months 24 --seed 42 --drift concept_change@12 --out simulated\n\
          tenure simulate --use-case churn --drift level:international_plan:0.2@6 --drift missing-feed@9 --out simulated\n\
          tenure simulate --use-case attrition --months 24 --drift concept_change@12 --run --data-dir /tmp/two-years\n\n\
Drift is KIND@MONTH or KIND@FIRST-LAST, months counted from 0, and may be given several times. Kinds:\n  \
feature_noise[:STRENGTH]      recorded numbers get noisy\n  \
segment_shift[:SHARE]         other people join\n  \
label_noise[:SHARE]           outcomes are recorded wrongly\n  \
concept_change[:STRENGTH]     people look the same but leave for other reasons\n  \
missing_feed                  no people are delivered\n  \
shift:FIELD:DEVIATIONS        a number, by standard deviations (-0.15), or in percent (-15%)\n  \
unit:FIELD:FACTOR             a number in another unit\n  \
level:FIELD:SHARE             so many people get the second of two levels (the first: -SHARE), or level:FIELD=LEVEL:SHARE\n  \
missing:FIELD:SHARE           so many people lose the value\n\n\
docs/simulation.md tells how people are simulated.")]
pub struct Simulate {
    /// Use case, for example attrition
    #[arg(long, default_value = "attrition")]
    use_case: String,
    /// Number of people
    #[arg(long, default_value_t = 1000)]
    people: usize,
    /// Number of months
    #[arg(long, default_value_t = 12)]
    months: usize,
    /// Random seed; the same seed gives the same files
    #[arg(long, default_value_t = 42)]
    seed: u64,
    /// Change to simulate, as KIND@MONTH; may be given several times
    #[arg(long, value_name = "KIND@MONTH")]
    drift: Vec<String>,
    /// Month of the first snapshot, YYYY-MM-DD [default: 2025-01-01; with --run, so that the last
    /// month is this one]
    #[arg(long, value_name = "DAY")]
    start: Option<String>,
    /// Labeled people to resample: a file, or without --run the id of a dataset [default: the
    /// built-in employer for attrition and customers for churn, else the ranges and levels of the
    /// use case]
    #[arg(long)]
    data: Option<String>,
    /// Output folder
    #[arg(long, required_unless_present = "run", conflicts_with = "run")]
    out: Option<std::path::PathBuf>,
    /// Train, approve and run the monthly cycles, in an empty store (--data-dir) that gets the
    /// accounts of a demo
    #[arg(long)]
    run: bool,
    /// With --run: leave new versions to a reviewer instead of approving them
    #[arg(long, requires = "run")]
    undecided: bool,
    /// With --run: months after which outcomes are known, beside the month itself
    #[arg(long, requires = "run", default_value_t = 0)]
    outcome_delay: usize,
    /// With --run: number of tuning trials
    #[arg(long, requires = "run", default_value_t = 8)]
    trials: usize,
    /// With --run: candidate learners, separated by commas
    #[arg(
        long,
        requires = "run",
        value_delimiter = ',',
        default_value = "logistic_regression_l2"
    )]
    candidates: Vec<String>,
}

impl Simulate {
    fn plan(&self, use_case: &UseCase) -> Result<Plan> {
        let changes = self
            .drift
            .iter()
            .map(|text| Change::parse(text, use_case))
            .collect::<std::result::Result<Vec<_>, String>>()
            .map_err(Error::Invalid)?;
        let start: Date = match &self.start {
            Some(day) => day.parse()?,
            None if self.run => months_before_this(self.months.saturating_sub(1)),
            None => simulation::Settings::default().start,
        };
        Ok(Plan {
            people: self.people,
            months: self.months,
            seed: self.seed,
            changes,
            start: start.plus_days(1 - i32::from(start.parts().2)),
        })
    }
}

pub async fn run(config: &Config, command: Simulate, as_json: bool) -> Result<Outcome> {
    match &command.out {
        Some(out) => {
            let out = out.clone();
            write(config, command, &out, as_json).await
        }
        None => replay(config, &command, as_json).await,
    }
}

/// A store is opened only where something is in it: a definition, or a dataset.
async fn write(config: &Config, command: Simulate, out: &Path, as_json: bool) -> Result<Outcome> {
    let catalog = config.catalog()?;
    let is_file = |name: &String| name == "-" || Path::new(name).is_file();
    let id = command.use_case.as_str();
    let in_store = catalog.definition(id).is_none() && config.has_store();
    let dataset = command.data.as_ref().filter(|name| !is_file(name));
    let (use_case, data) = if in_store || dataset.is_some() {
        let tenure = config.open().await?;
        let use_case = tenure.use_case(id)?;
        let data = match dataset {
            Some(dataset) => {
                let actor = Actor::local();
                Some(tenure.resampled(&actor.admin()?, id, dataset).await?)
            }
            None => None,
        };
        (use_case, data)
    } else {
        (catalog.use_case(id)?, None)
    };
    let data = match (data, &command.data) {
        (None, Some(file)) => Some(of_file(file, &use_case)?),
        (data, _) => data,
    };
    let plan = command.plan(&use_case)?;
    let out = out.to_owned();
    let files = run_blocking(move || {
        let data = data.as_ref().map(|own| (&own.table, &own.labels[..]));
        let simulation = simulate_use_case(&use_case, &plan, data).map_err(Error::Invalid)?;
        write_files(&simulation, &out)
    })
    .await?;
    if as_json {
        output::json(&files)?;
    } else {
        output::line(&format!(
            "{} of simulated data written.",
            output::counted(files.len(), "file", "files")
        ));
    }
    Ok(Outcome::Done)
}

fn of_file(name: &str, use_case: &UseCase) -> Result<Resampled> {
    let wrong = |error: &dyn std::fmt::Display| Error::Invalid(format!("{name}: {error}"));
    let raw = data::read_for(&read_input(name)?, &data::ReadOptions::default(), use_case)
        .map_err(|error| wrong(&error))?;
    let mode = match data::outcome_column(&raw, use_case) {
        data::OutcomeColumn::Found => CheckMode::Training,
        data::OutcomeColumn::Similar(_) | data::OutcomeColumn::Absent => CheckMode::Scoring,
    };
    let checked = data::check(&raw, use_case, mode, Some(workflow::today()))
        .map_err(|refusal| wrong(&refusal))?;
    Ok(Resampled {
        table: checked.table,
        labels: checked.labels.unwrap_or_default(),
    })
}

fn write_files(simulation: &Simulation, out: &Path) -> Result<Vec<String>> {
    let failed =
        |error: &dyn std::fmt::Display| Error::Invalid(format!("{}: {error}", out.display()));
    std::fs::create_dir_all(out).map_err(|error| failed(&error))?;
    let mut written = Vec::new();
    let mut write = |name: String, table: &model::Table| {
        let bytes = data::write(table, data::Format::Csv).map_err(|error| failed(&error))?;
        std::fs::write(out.join(&name), bytes).map_err(|error| failed(&error))?;
        written.push(name);
        Ok::<(), Error>(())
    };
    write("training.csv".into(), &simulation.training)?;
    for month in &simulation.months {
        if let Some(people) = &month.people {
            write(format!("people-{}.csv", month.as_of), people)?;
        }
        write(format!("outcomes-{}.csv", month.as_of), &month.outcomes)?;
    }
    Ok(written)
}

async fn replay(config: &Config, command: &Simulate, as_json: bool) -> Result<Outcome> {
    let candidates = command.candidates.iter().map(|name| {
        Candidate::from_name(name)
            .ok_or_else(|| Error::Invalid(format!("There is no candidate “{name}”.")))
    });
    let settings = Settings {
        trials: command.trials,
        seed: command.seed,
        candidates: candidates.collect::<Result<_>>()?,
        ..Settings::default()
    };
    let tenure = config.open().await?;
    let use_case = tenure.use_case(&command.use_case)?;
    let data = match &command.data {
        Some(file) => Some(Arc::new(of_file(file, &use_case)?)),
        None => None,
    };
    let replay = Replay {
        use_case: use_case.id.clone(),
        plan: command.plan(&use_case)?,
        data,
        settings,
        outcome_delay: command.outcome_delay,
        approve: !command.undecided,
    };
    let accounts = serve::accounts(config, &tenure).await?;
    eprintln!("Simulated data: nobody is real. Decisions are those of the demo's accounts.");
    let bar = Arc::new(Bar::new());
    let watch = |month: &ReplayedMonth| {
        bar.note(&format!("{}: {}", month.as_of, month.reason));
    };
    let done = tenure
        .replay(&accounts, &replay, Arc::clone(&bar) as _, &watch)
        .await;
    bar.close();
    let months = done?;
    if as_json {
        output::json(&months)?;
        return Ok(Outcome::Done);
    }
    output::table(
        &[
            "MONTH",
            "AS OF",
            "PEOPLE",
            "FEATURES",
            "SCORES",
            "RECOMMENDATION",
            "RETRAINED",
            "REVIEW",
            "LIVE",
        ],
        &months.iter().map(row).collect::<Vec<_>>(),
    );
    Ok(Outcome::Done)
}

fn row(month: &ReplayedMonth) -> Vec<String> {
    let none = || "–".to_owned();
    let review = match month.review {
        None => none(),
        Some(ReplayReview::Waiting) => "waiting".into(),
        Some(ReplayReview::Approved) => "approved".into(),
        Some(ReplayReview::Blocked) => "gates block".into(),
    };
    let verdict = |verdict: Option<domain::DriftVerdict>| {
        verdict.map_or_else(none, |own| own.as_str().replace('_', " "))
    };
    vec![
        month.month.to_string(),
        month.as_of.to_string(),
        month.people.to_string(),
        verdict(month.features),
        verdict(month.scores),
        month
            .recommendation
            .map_or_else(none, |own| own.as_str().replace('_', " ")),
        month
            .retrained
            .map_or_else(none, |version| format!("version {version}")),
        review,
        month
            .live
            .map_or_else(none, |version| format!("version {version}")),
    ]
}
