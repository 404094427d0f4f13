//! The dashboard: headline figures, bands, segments, drivers, and the cutoff tied to capacity.

use crate::scoring::{BandCount, Dashboard, Headline, Segment, SegmentRow};
use domain::{CapacityPoint, Estimate, RefusalCode, ScoreBasis};
use model::use_case::Terminology;
use model::{Table, UseCase};
use stats::Metric;
use store::scoring::{self, Batch};

use crate::Evidence;
use crate::disclosure::{Disclosure, segments};
use crate::scoring::scored::Scored;
use crate::{Analyst, Error, Result, Tenure, error::compute};

impl Tenure {
    /// The dashboard over the people last scored.
    ///
    /// # Errors
    /// [`Error::Conflict`] with [`RefusalCode::NoScores`] when nobody was scored yet.
    pub async fn dashboard(&self, _: &Analyst<'_>, use_case: &str) -> Result<Dashboard> {
        self.dashboard_of(use_case).await
    }

    /// The same for what is released of it.
    pub(crate) async fn dashboard_of(&self, use_case: &str) -> Result<Dashboard> {
        let use_case = self.use_case(use_case)?;
        let nobody = || {
            Error::conflict(
                RefusalCode::NoScores,
                format!("No {} has been scored yet.", use_case.words.one),
            )
        };
        let scored = self.scored(&use_case.id).await?.ok_or_else(nobody)?;
        let previous = scoring::batches(
            &mut self.store.read().await?,
            &use_case.id.as_str().into(),
            24,
        )
        .await?;
        let previous = previous
            .into_iter()
            .find(|batch| batch.as_of < scored.batch.as_of);
        let version = self.version(&use_case.id, scored.batch.version).await?;
        let evidence = self.evidence(&version.run_id).await?;
        let (rule, horizon) = (
            self.disclosure(&use_case.id),
            self.horizon_of(&scored.batch).await?,
        );
        let use_case = self.shown_definition(&scored.own)?;
        compute(move || {
            Ok(dashboard(
                &use_case,
                &scored,
                horizon,
                previous.as_ref(),
                &evidence,
                rule,
            ))
        })
        .await
    }
}

fn dashboard(
    use_case: &UseCase,
    scored: &Scored,
    horizon: String,
    previous: Option<&Batch>,
    evidence: &Evidence,
    rule: Disclosure,
) -> Dashboard {
    let probabilities: Vec<f64> = scored
        .scores
        .iter()
        .map(|score| score.probability)
        .collect();
    let bands = bands(use_case, &probabilities);
    let mut histogram = vec![0; 20];
    for probability in &probabilities {
        histogram[((probability * 20.0) as usize).min(19)] += 1;
    }
    Dashboard {
        headlines: headlines(
            use_case,
            &horizon,
            scored,
            &probabilities,
            &bands,
            previous,
            evidence,
        ),
        horizon,
        bands,
        segments: use_case
            .segments
            .iter()
            .filter_map(|name| {
                segment(
                    use_case,
                    &scored.people.table,
                    name,
                    (&probabilities, scored.calibration),
                    rule,
                )
            })
            .collect(),
        drivers: drivers(scored),
        histogram,
        capacity: capacity(&probabilities, evidence),
    }
}

fn bands(use_case: &UseCase, probabilities: &[f64]) -> Vec<BandCount> {
    let count = |name: &str| {
        probabilities
            .iter()
            .filter(|probability| use_case.band(**probability) == name)
            .count()
    };
    let band = |band: &model::Band| {
        let count = count(&band.name) as u32;
        BandCount {
            name: band.name.clone(),
            from: band.from,
            count,
            share: f64::from(count) / (probabilities.len().max(1)) as f64,
        }
    };
    use_case.bands.iter().map(band).collect()
}

fn headlines(
    use_case: &UseCase,
    horizon: &str,
    scored: &Scored,
    probabilities: &[f64],
    bands: &[BandCount],
    previous: Option<&Batch>,
    evidence: &Evidence,
) -> Vec<Headline> {
    let words = &use_case.words;
    // A sum over people whom the model has learned from says nothing about who leaves.
    let unseen: Vec<f64> = scored
        .scores
        .iter()
        .filter(|score| score.basis != ScoreBasis::InSample)
        .map(|score| score.probability)
        .collect();
    let expected = if unseen.is_empty() && !probabilities.is_empty() {
        Estimate::unknown("the model may have learned from everybody here")
    } else {
        monitoring::performance::expected_leavers(&unseen, scored.calibration)
    };
    let n = probabilities.len();
    // The upper half of the bands is what a person would call "at risk".
    let at_risk: u32 = bands
        .iter()
        .skip(bands.len().div_ceil(2))
        .map(|band| band.count)
        .sum();
    let names: Vec<String> = bands
        .iter()
        .skip(bands.len().div_ceil(2))
        .map(|band| band.name.clone())
        .collect();
    let share = stats::intervals::proportion(at_risk, n as u32, "nobody was scored");
    let change = |now: Option<f64>, then: Option<f64>| now.zip(then).map(|(now, then)| now - then);
    let auc = evidence
        .holdout
        .report
        .metrics
        .get(&Metric::RocAuc)
        .cloned()
        .unwrap_or_else(|| Estimate::unknown("not recorded"));
    vec![
        Headline {
            label: "Headcount".into(),
            figure: Estimate::point(n as f64, n),
            unit: words.many.clone(),
            change: change(Some(n as f64), previous.map(|batch| batch.people as f64)),
            note: format!(
                "{} scored, excluding those who have left.",
                domain::format::capitalized(&words.many)
            ),
        },
        Headline {
            label: format!("Expected {}", words.event_many),
            change: change(
                expected.value.filter(|_| unseen.len() == n),
                previous.map(|batch| batch.expected_events),
            ),
            figure: expected,
            unit: words.event_many.clone(),
            note: format!(
                "Sum of the predicted probabilities ({horizon}). The interval covers who leaves by chance and how well the model is calibrated.{}",
                known_people(words, scored)
            ),
        },
        Headline {
            label: domain::format::capitalized(&format!("{} risk", names.join(" or "))),
            figure: share,
            unit: "%".into(),
            change: None,
            note: format!(
                "Share of {} in the risk bands {} ({horizon}).",
                words.many,
                names.join(" and ")
            ),
        },
        Headline {
            label: "Model ROC AUC".into(),
            figure: auc,
            unit: String::new(),
            change: None,
            note: format!(
                "Chance that a {} is ranked above somebody who did not {} (hold-out).",
                words.event_one, words.verb
            ),
        },
    ]
}

/// How many of those scored are in the training data, in words; empty when nobody is.
fn known_people(words: &Terminology, scored: &Scored) -> String {
    let count = |basis| {
        let of = |score: &&scoring::Score| score.basis == basis;
        scored.scores.iter().filter(of).count()
    };
    let (known, unknown) = (count(ScoreBasis::OutOfFold), count(ScoreBasis::Unknown));
    let written = |people: usize| domain::format::count(people as u32);
    let in_sample = count(ScoreBasis::InSample);
    if in_sample > 0 {
        return format!(
            " {} {} are left out: the imported model may have learned from them, which would make their scores too sure.",
            written(in_sample),
            words.many
        );
    }
    if unknown > 0 {
        return format!(
            " For {} {} it is not known whether the model has learned from them, which would make their scores too sure.",
            written(unknown),
            words.many
        );
    }
    if known == 0 {
        return String::new();
    }
    format!(
        " {} {} are in the training data; each is scored by a model that has not learned from them.",
        written(known),
        words.many
    )
}

/// Risk by the values of one field; small groups are hidden, and with them the next smallest where
/// the total would give them away.
fn segment(
    use_case: &UseCase,
    table: &Table,
    name: &str,
    (probabilities, calibration): (&[f64], [f64; 3]),
    rule: Disclosure,
) -> Option<Segment> {
    let field = use_case.field(name)?;
    let column = table.column(name)?;
    let mut groups: std::collections::BTreeMap<String, Vec<f64>> =
        std::collections::BTreeMap::new();
    for (row, probability) in probabilities.iter().enumerate() {
        groups
            .entry(column.text(row))
            .or_default()
            .push(*probability);
    }
    let row = |(value, group): (String, Option<Vec<f64>>)| {
        let label = if value.is_empty() {
            "no value".to_owned()
        } else {
            field.value_label(&value)
        };
        let why = || {
            Estimate::unknown(format!(
                "hidden to protect groups of fewer than {} people",
                rule.least_people()
            ))
        };
        let people = group.as_ref().map(|group| group.len() as u32);
        SegmentRow {
            value,
            label,
            people,
            mean_risk: group.map_or_else(why, |group| mean_risk(&group, calibration)),
        }
    };
    Some(Segment {
        field: name.to_owned(),
        label: field.label.clone(),
        rows: segments::shown(groups, rule).into_iter().map(row).collect(),
    })
}

/// Mean probability with the 95% interval of the share that leaves: see
/// [`monitoring::performance::expected_leavers`].
fn mean_risk(probabilities: &[f64], calibration: [f64; 3]) -> Estimate {
    let expected = monitoring::performance::expected_leavers(probabilities, calibration);
    let n = probabilities.len() as f64;
    match (expected.value, expected.interval) {
        (Some(sum), Some([low, high])) => {
            Estimate::with_interval(sum / n, [low / n, high / n], probabilities.len())
        }
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
    let mut drivers: Vec<(String, f64)> = sums
        .into_iter()
        .map(|(label, sum)| (label.to_owned(), sum / people))
        .collect();
    drivers.sort_by(|left, right| right.1.total_cmp(&left.1));
    drivers.truncate(10);
    drivers
}

fn capacity(probabilities: &[f64], evidence: &Evidence) -> Vec<CapacityPoint> {
    let report = &evidence.cross_validated.report;
    let point = |row: &stats::curves::ThresholdRow| CapacityPoint {
        cutoff: row.cutoff,
        people: probabilities
            .iter()
            .filter(|probability| **probability >= row.cutoff)
            .count() as u32,
        caught: stats::intervals::proportion(
            row.caught,
            report.positives,
            "nobody in the data has the event",
        ),
        precision: stats::intervals::proportion(
            row.caught,
            row.flagged,
            "nobody is listed at this cutoff",
        ),
    };
    report.curves.thresholds.iter().map(point).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use model::Column;

    /// The segment of a field whose first levels have so many people each.
    fn departments(sizes: &[usize]) -> Segment {
        let use_case = data::built_in()
            .unwrap()
            .into_iter()
            .find(|use_case| use_case.id == "attrition")
            .unwrap();
        let levels = use_case.field("JobRole").unwrap().levels.clone();
        let codes: Vec<u32> = sizes
            .iter()
            .enumerate()
            .flat_map(|(level, size)| std::iter::repeat_n(level as u32, *size))
            .collect();
        let probabilities = vec![0.2; codes.len()];
        let mut table = Table::default();
        table.push("JobRole", Column::Level { codes, levels });
        segment(
            &use_case,
            &table,
            "JobRole",
            (&probabilities, [0.0; 3]),
            Disclosure::default(),
        )
        .unwrap()
    }

    fn people(segment: &Segment) -> Vec<Option<u32>> {
        let mut people: Vec<_> = segment.rows.iter().map(|row| row.people).collect();
        people.sort_unstable();
        people
    }

    #[test]
    fn a_small_group_takes_the_next_one_with_it() {
        assert_eq!(
            people(&departments(&[80, 50, 40])),
            [Some(40), Some(50), Some(80)]
        );
        assert_eq!(people(&departments(&[80, 50, 9])), [None, None, Some(80)]);
        assert_eq!(
            people(&departments(&[80, 50, 9, 8])),
            [None, None, Some(50), Some(80)]
        );
        // Two hidden groups of four people would be read off the total together.
        assert_eq!(
            people(&departments(&[80, 50, 3, 1])),
            [None, None, None, Some(80)]
        );
    }

    #[test]
    fn a_hidden_group_has_no_risk_and_a_shown_one_has() {
        let segment = departments(&[80, 50, 9]);
        for row in &segment.rows {
            assert_eq!(
                row.people.is_some(),
                row.mean_risk.value.is_some(),
                "{row:?}"
            );
            assert!(
                row.people.is_some()
                    || row
                        .mean_risk
                        .why
                        .as_ref()
                        .unwrap()
                        .contains("fewer than 10"),
                "{row:?}"
            );
        }
    }
}
