//! The dashboard: headline figures, bands, segments, drivers, and the cut-off tied to capacity.

use crate::scoring::{BandCount, Dashboard, Headline, Segment, SegmentRow};
use domain::{CapacityPoint, Estimate};
use model::{Table, UseCase};
use stats::Metric;
use store::scoring::{self, Batch};

use crate::runs::evidence::Evidence;
use crate::scoring::scored::Scored;
use crate::{Analyst, Error, Result, Tenure, error::compute};

/// Groups smaller than this are not shown.
const LEAST_GROUP: usize = 10;

impl Tenure {
    /// The dashboard over the people last scored.
    ///
    /// # Errors
    /// [`Error::NotFound`] when nobody was scored yet: the text says what to do.
    pub async fn dashboard(&self, _: &Analyst<'_>, use_case: &str) -> Result<Dashboard> {
        let use_case = self.use_case(use_case)?;
        let nobody = || Error::NotFound(format!("no {} has been scored yet: import data, train, promote, score", use_case.words.one));
        let scored = self.scored(&use_case.id).await?.ok_or_else(nobody)?;
        let previous = scoring::batches(&mut self.store.read().await?, &use_case.id.as_str().into(), 24).await?;
        let previous = previous.into_iter().find(|batch| batch.as_of < scored.batch.as_of);
        let version = self.version(&use_case.id, scored.batch.version).await?;
        let evidence = self.evidence(&version.run_id).await?;
        compute(move || Ok(dashboard(&use_case, &scored, previous.as_ref(), &evidence))).await
    }
}

fn dashboard(use_case: &UseCase, scored: &Scored, previous: Option<&Batch>, evidence: &Evidence) -> Dashboard {
    let probabilities: Vec<f64> = scored.scores.iter().map(|score| score.probability).collect();
    let bands = bands(use_case, &probabilities);
    let mut histogram = vec![0; 20];
    for probability in &probabilities {
        histogram[((probability * 20.0) as usize).min(19)] += 1;
    }
    Dashboard {
        headlines: headlines(use_case, &probabilities, &bands, previous, evidence),
        bands,
        segments: use_case.segments.iter().filter_map(|name| segment(use_case, &scored.people.table, name, &probabilities)).collect(),
        drivers: drivers(scored),
        histogram,
        capacity: capacity(&probabilities, evidence),
    }
}

fn bands(use_case: &UseCase, probabilities: &[f64]) -> Vec<BandCount> {
    let count = |name: &str| probabilities.iter().filter(|probability| use_case.band(**probability) == name).count();
    let band = |band: &model::Band| {
        let count = count(&band.name) as u32;
        BandCount { name: band.name.clone(), from: band.from, count, share: f64::from(count) / (probabilities.len().max(1)) as f64 }
    };
    use_case.bands.iter().map(band).collect()
}

fn headlines(
    use_case: &UseCase,
    probabilities: &[f64],
    bands: &[BandCount],
    previous: Option<&Batch>,
    evidence: &Evidence,
) -> Vec<Headline> {
    let words = &use_case.words;
    let expected = monitoring::performance::expected_leavers(probabilities);
    let n = probabilities.len();
    // The upper half of the bands is what a person would call "at risk".
    let at_risk: u32 = bands.iter().skip(bands.len().div_ceil(2)).map(|band| band.count).sum();
    let names: Vec<String> = bands.iter().skip(bands.len().div_ceil(2)).map(|band| band.name.clone()).collect();
    let share = stats::intervals::proportion(at_risk, n as u32, "nobody was scored");
    let change = |now: Option<f64>, then: Option<f64>| now.zip(then).map(|(now, then)| now - then);
    let auc = evidence.holdout.report.metrics.get(&Metric::RocAuc).cloned().unwrap_or_else(|| Estimate::unknown("not recorded"));
    vec![
        Headline {
            label: "Headcount".into(),
            figure: Estimate::point(n as f64, n),
            unit: words.many.clone(),
            change: change(Some(n as f64), previous.map(|batch| batch.people as f64)),
            note: format!("{} scored, not counting those who have left.", capital(&words.many)),
        },
        Headline {
            label: format!("Expected {}", words.event_many),
            change: change(expected.value, previous.map(|batch| batch.expected_events)),
            figure: expected,
            unit: words.event_many.clone(),
            note: "Sum of the calibrated probabilities; the interval is that of the count if each is right.".into(),
        },
        Headline {
            label: "At elevated risk".into(),
            figure: share,
            unit: "%".into(),
            change: None,
            note: format!("Share of {} in the bands {}.", words.many, names.join(" and ")),
        },
        Headline {
            label: "Model ROC AUC".into(),
            figure: auc,
            unit: String::new(),
            change: None,
            note: format!("How often the model scores a {} above somebody who stayed, on rows it never saw.", words.event_one),
        },
    ]
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Risk by the values of one field; small groups are hidden, and with one hidden group the next smallest, which would give it away.
fn segment(use_case: &UseCase, table: &Table, name: &str, probabilities: &[f64]) -> Option<Segment> {
    let field = use_case.field(name)?;
    let column = table.column(name)?;
    let mut groups: std::collections::BTreeMap<String, Vec<f64>> = std::collections::BTreeMap::new();
    for (row, probability) in probabilities.iter().enumerate() {
        groups.entry(column.text(row)).or_default().push(*probability);
    }
    let mut sizes: Vec<usize> = groups.values().map(Vec::len).collect();
    sizes.sort_unstable();
    let hidden = sizes.iter().filter(|size| **size < LEAST_GROUP).count();
    // One small group alone could be worked out from the total: the next smallest is hidden with it.
    let limit = if hidden == 1 { sizes.get(1).map_or(LEAST_GROUP, |next| next + 1) } else { LEAST_GROUP };
    let row = |(value, group): (&String, &Vec<f64>)| {
        let label = if value.is_empty() { "no value".to_owned() } else { field.value_label(value) };
        if group.len() < limit {
            let why = format!("hidden: fewer than {LEAST_GROUP} people, or the group that would give such a one away");
            SegmentRow { value: value.clone(), label, people: None, mean_risk: Estimate::unknown(why) }
        } else {
            SegmentRow { value: value.clone(), label, people: Some(group.len() as u32), mean_risk: mean_risk(group) }
        }
    };
    Some(Segment { field: name.to_owned(), label: field.label.clone(), rows: groups.iter().map(row).collect() })
}

/// Mean probability with the 95 % interval of the share that leaves when every probability is right.
fn mean_risk(probabilities: &[f64]) -> Estimate {
    let expected = monitoring::performance::expected_leavers(probabilities);
    let n = probabilities.len() as f64;
    match (expected.value, expected.interval) {
        (Some(sum), Some([low, high])) => Estimate::with_interval(sum / n, [low / n, high / n], probabilities.len()),
        _ => Estimate::unknown("nobody is in this group"),
    }
}

/// Mean |points| by field over the stored reasons (the strongest few of each person).
fn drivers(scored: &Scored) -> Vec<(String, f64)> {
    let mut sums: std::collections::BTreeMap<&str, f64> = std::collections::BTreeMap::new();
    for reason in scored.reasons.iter().flatten() {
        *sums.entry(&reason.label).or_default() += reason.points.abs();
    }
    let people = scored.reasons.len().max(1) as f64;
    let mut drivers: Vec<(String, f64)> = sums.into_iter().map(|(label, sum)| (label.to_owned(), sum / people)).collect();
    drivers.sort_by(|left, right| right.1.total_cmp(&left.1));
    drivers.truncate(10);
    drivers
}

fn capacity(probabilities: &[f64], evidence: &Evidence) -> Vec<CapacityPoint> {
    let report = &evidence.cross_validated.report;
    let point = |row: &stats::curves::ThresholdRow| CapacityPoint {
        cutoff: row.cutoff,
        people: probabilities.iter().filter(|probability| **probability >= row.cutoff).count() as u32,
        caught: stats::intervals::proportion(row.caught, report.positives, "nobody left in the data"),
        precision: stats::intervals::proportion(row.caught, row.flagged, "nobody is listed at this cut-off"),
    };
    report.curves.thresholds.iter().map(point).collect()
}
