//! The monthly digest: who, how many, what has changed and what now, as aggregates; once for each
//! day that cycles are about.

use delivery::{Note, Section};
use domain::{AlertEvent, AlertSeverity, ChannelKind, CycleStage, Role, Route, Timestamp};
use serde_json::{Map, Value, json};
use store::Writer;
use store::alerts::{self, channels, deliveries};

use super::compose::recommendation;
use super::messages::{delivery, recipients};
use crate::cycles::{Before, Progressed, StageResult};
use crate::disclosure::Disclosure;
use crate::scoring::{Dashboard, Segment};
use crate::{Error, Result, Tenure};
use domain::RefusalCode;

/// Groups with the highest risk that are named.
const GROUPS: usize = 3;
/// Drivers that are named.
const DRIVERS: usize = 5;

/// A digest to be sent.
pub(crate) struct Digest {
    note: Note,
    /// What it is of: the same is sent once.
    key: String,
    use_case: domain::UseCaseId,
}

impl Digest {
    /// Writes it for every channel that gets digests.
    pub(super) async fn write(&self, writer: &mut Writer, now: Timestamp) -> Result<()> {
        let mut all = Vec::new();
        for channel in channels::list(writer).await? {
            let wanted = channel.enabled
                && channel.digest
                && channel.kind == ChannelKind::Email
                && channel.role.is_none_or(|role| role == Role::Analyst)
                && channel
                    .use_case
                    .as_ref()
                    .is_none_or(|own| *own == self.use_case);
            if wanted {
                for to in recipients(&channel) {
                    let key = format!("{}/{}/{to}", self.key, channel.channel_id);
                    all.push(delivery(&channel, to, key, &self.note, now)?);
                }
            }
        }
        Ok(deliveries::insert(writer, &all).await?)
    }
}

impl Tenure {
    /// The digest of a cycle that has finished; `None` where nobody was scored.
    pub(super) async fn digest(&self, own: &Progressed) -> Result<Option<Digest>> {
        let use_case = &own.cycle.use_case;
        let Some(day) = own.day() else {
            return Ok(None);
        };
        let board = match self.dashboard_of(use_case).await {
            Ok(board) => board,
            Err(Error::Conflict {
                code: RefusalCode::NoScores,
                ..
            }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let definition = self.use_case(use_case)?;
        let rule = self.disclosure(use_case);
        let people = board.headlines.first().and_then(|own| own.figure.value);
        if people.is_none_or(|people| rule.is_small(people as u64)) {
            return Ok(None);
        }
        let mut sections = vec![how_many(&board, rule), who(&board.segments, rule)];
        sections.push(Section::new(
            "Main drivers",
            vec![(
                "Strongest first",
                board
                    .drivers
                    .iter()
                    .take(DRIVERS)
                    .map(|(label, _)| label.as_str())
                    .collect::<Vec<_>>()
                    .join(", "),
            )],
        ));
        sections.push(self.what_changed(own).await?);
        sections.push(self.what_now(own).await?);
        sections.retain(|section| section.rows.iter().any(|(_, value)| !value.is_empty()));
        let mut facts = Map::new();
        facts.insert("as_of".into(), json!(day));
        facts.insert("cycle".into(), json!(own.cycle.cycle_id));
        let page = Route::Dashboard {
            use_case: use_case.clone(),
        };
        let note = Note {
            id: String::new(),
            event: AlertEvent::Digest,
            alert: format!("digest-{use_case}-{day}"),
            kind: "digest".into(),
            use_case: use_case.to_string(),
            severity: AlertSeverity::Warning,
            subject: format!(
                "{}: {}, {}",
                AlertEvent::Digest.label(),
                definition.title,
                day.long()
            ),
            summary: format!("{} as of {}.", definition.title, day.long()),
            sections,
            facts: Value::Object(facts),
            link: Some(page.path()),
            at: store::now(),
        };
        Ok(Some(Digest {
            note,
            key: format!("digest/{use_case}/{day}"),
            use_case: use_case.clone(),
        }))
    }

    /// What the drift check and the outcomes of the cycle say.
    async fn what_changed(&self, own: &Progressed) -> Result<Section> {
        let mut rows = Vec::new();
        if let Before::Done(Some(StageResult::Check(_))) = own.before(CycleStage::Drift)? {
            let check = self.check_of(own).await?;
            let verdict = domain::format::capitalized(&check.verdict.as_str().replace('_', " "));
            rows.push(("Data compared with the training data", verdict));
            if let Some(share) = check.share_drifted {
                rows.push(("Drifted features", domain::format::percent(share)));
            }
        }
        let outcomes = own
            .stages
            .iter()
            .find(|stage| stage.stage == CycleStage::Outcomes);
        if let Some(stage) = outcomes.filter(|stage| stage.state == domain::StageState::Done) {
            rows.push(("Predictions against outcomes", stage.note.clone()));
        }
        Ok(Section::new("What has changed", rows))
    }

    /// What is advised, and what waits for somebody.
    async fn what_now(&self, own: &Progressed) -> Result<Section> {
        let mut rows = Vec::new();
        if let Before::Done(Some(StageResult::Recommendation(advice))) =
            own.before(CycleStage::Recommendation)?
        {
            rows.push(("Recommendation", recommendation(advice).to_owned()));
        }
        if let Some(version) = own.version()? {
            rows.push(("New version", format!("Version {version} was trained.")));
        }
        let mut reader = self.store.read().await?;
        let open = alerts::open_count(&mut reader, &own.cycle.use_case).await?;
        let pending = store::review::pending(&mut reader, &own.cycle.use_case).await?;
        rows.push(("Open alerts", open.to_string()));
        rows.push(("Pending reviews", pending.to_string()));
        Ok(Section::new("What now", rows))
    }
}

/// The size of the list: people scored, expected, and by risk band.
fn how_many(board: &Dashboard, rule: Disclosure) -> Section {
    let k = f64::from(rule.least_people());
    let mut rows = Vec::new();
    // The number of people as it is, the expected number rounded.
    for (headline, step) in board.headlines.iter().take(2).zip([0.0, k]) {
        let figure = rule.on_grid(&headline.figure, step);
        if let Some(value) = figure.value {
            let about = if step > 0.0 { "about " } else { "" };
            let value = domain::format::number(value, 0);
            rows.push((
                headline.label.clone(),
                format!("{about}{value} {}", headline.unit),
            ));
        }
    }
    for band in board.bands.iter().rev() {
        let count = rule.count_u32(band.count);
        rows.push((
            format!("{} risk", domain::format::capitalized(&band.name)),
            format!("about {}", domain::format::count(count)),
        ));
    }
    Section {
        title: "How many".to_owned(),
        rows,
    }
}

/// The groups with the highest mean risk. Groups of few people are not among them.
fn who(segments: &[Segment], rule: Disclosure) -> Section {
    let rows = segments.iter().filter_map(|segment| {
        let mut groups: Vec<(&str, f64)> = segment
            .rows
            .iter()
            .filter(|row| {
                row.people
                    .is_some_and(|people| !rule.is_small(people.into()))
            })
            .filter_map(|row| Some((row.label.as_str(), rule.rate(&row.mean_risk).value?)))
            .collect();
        groups.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(right.0)));
        let text: Vec<String> = groups
            .iter()
            .take(GROUPS)
            .map(|(label, risk)| format!("{label} {}", domain::format::percent(*risk)))
            .collect();
        (!text.is_empty()).then(|| (segment.label.clone(), text.join(", ")))
    });
    Section {
        title: "Highest average risk".to_owned(),
        rows: rows.collect(),
    }
}
