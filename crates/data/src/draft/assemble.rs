//! The draft as a whole.

use model::derived::{Bins, Derived};
use model::use_case::{Policies, Target};
use model::{Direction, Field, Kind, MissingPolicy, Role, UseCase};

use super::answers::{Answers, Blank, ColumnAnswer, DraftError};
use super::event::{Event, event};
use super::kinds::{shape, shape_as};
use super::people::{People, people};
use super::result::{ColumnUse, Doubt, Draft, DraftColumn};
use super::roles::{Outcomes, Proposal, lone, propose, same_as};
use super::shape::Shape;
use super::values::Values;
use super::vocabulary::SEGMENT;
use super::{advice, names};
use crate::read::Raw;

/// Levels up to which a field is shown as a breakdown.
const SEGMENT_LEVELS: std::ops::RangeInclusive<usize> = 2..=15;
const MOST_SEGMENTS: usize = 4;
/// Inner edges of the age groups that are audited.
const AGE_EDGES: [f64; 3] = [30.0, 40.0, 50.0];

/// Drafts a use case for a file.
///
/// # Errors
/// [`DraftError`] names the answer that is missing or does not fit.
pub fn draft(raw: &Raw, answers: &Answers) -> Result<Draft, DraftError> {
    let columns: Vec<Values<'_>> = raw
        .names
        .iter()
        .zip(&raw.columns)
        .map(|(name, texts)| Values {
            order: raw.options.dates,
            day: answers.day,
            ..Values::new(name, texts)
        })
        .collect();
    let known = || {
        raw.names
            .iter()
            .map(|name| format!("\"{name}\""))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let find = |name: &str| {
        let found = crate::check::Header::new(raw).find(name, &[]);
        found.ok_or_else(|| DraftError::NoColumn {
            name: name.to_owned(),
            known: known(),
        })
    };
    let target = find(&answers.target)?;
    let event = event(&columns[target], answers)?;
    let people = people(&columns, target, answers, &find)?;
    let outcomes = Outcomes::new(&labels(&columns[target], &event));
    let words = names::words(
        &columns[target].header,
        columns.iter().map(|column| &column.header),
    );
    let (id, title) = names::id_and_title(&answers.file);
    let id = answers.use_case_id.clone().unwrap_or(id);
    let title = answers.title.clone().unwrap_or(title);
    let shares = outcomes.positives() as f64 / outcomes.events.len().max(1) as f64;
    let (bands, cutoff) = names::bands_and_cutoff(shares);

    let mut parts = Parts {
        doubts: Vec::new(),
        fields: Vec::new(),
        columns: Vec::new(),
    };
    for doubt in &event.doubts {
        parts.doubts.push(Doubt {
            column: Some(columns[target].name.to_owned()),
            text: doubt.clone(),
        });
    }
    parts.doubts.extend(people.doubts.iter().map(|text| Doubt {
        column: None,
        text: text.clone(),
    }));
    if answers.horizon_days.is_none() {
        let text = "The period of the prediction is not stated. Give it with --horizon-days, for example 365, or set `horizon_days`.";
        parts.doubts.push(Doubt {
            column: None,
            text: text.to_owned(),
        });
    }
    parts.all(
        &columns,
        target,
        &event,
        &people,
        &outcomes,
        &words.event_many,
        answers,
    );
    if !parts
        .fields
        .iter()
        .any(|(field, _)| field.role == Role::Feature)
    {
        let reasons: Vec<String> = parts
            .columns
            .iter()
            .map(|column| format!("\"{}\" {}", column.name, column.reason))
            .collect();
        return Err(DraftError::NoInputs(reasons.join("; ")));
    }
    if people.time.is_none() {
        parts.doubts.extend(tenure_of_leavers(&parts));
    }
    let derived = age_groups(&parts.fields);
    let of = |index: Option<usize>| index.map(|index| columns[index].name.to_owned());
    let use_case = UseCase {
        id,
        description: format!("Which {} are likely to {}.", words.many, words.verb),
        title,
        id_column: of(people.id),
        time_column: of(people.time),
        horizon_days: answers.horizon_days,
        segments: segments(&parts.fields),
        audited: audited(&parts.fields, &derived),
        include_protected: false,
        target: Target {
            column: columns[target].name.to_owned(),
            label: if words.verb == "churn" {
                "churned".into()
            } else {
                "left".into()
            },
            positive: event.positive.clone(),
            negative: negative(&event),
            aliases: Vec::new(),
        },
        words,
        policies: Policies {
            gates: "sensible".into(),
            drift: "calibrated".into(),
            cutoff,
        },
        bands,
        fields: parts.fields.into_iter().map(|(field, _)| field).collect(),
        derived,
    };
    let events = [outcomes.positives(), outcomes.events.len()];
    Ok(Draft {
        use_case,
        columns: parts.columns,
        unsure: parts.doubts,
        rows: raw.rows(),
        events,
    })
}

fn labels(target: &Values<'_>, event: &Event) -> Vec<Option<bool>> {
    let among =
        |texts: &[String], text: &str| texts.iter().any(|known| known.eq_ignore_ascii_case(text));
    let of_value: Vec<bool> = target
        .distinct
        .iter()
        .map(|value| among(&event.positive, &value.text))
        .collect();
    let blank = match event.blank {
        Some(Blank::Negative) => Some(false),
        Some(Blank::Unknown) | None => None,
    };
    target
        .codes()
        .into_iter()
        .map(|code| of_value.get(code as usize).copied().or(blank))
        .collect()
}

/// The words for "it did not happen"; the empty text stands for a blank cell.
fn negative(event: &Event) -> Vec<String> {
    let mut negative = event.negative.clone();
    if event.blank == Some(Blank::Negative) {
        // A use case has a word for both outcomes.
        if negative.is_empty() {
            let word = if event.positive.iter().any(|text| text == "1") {
                "0"
            } else {
                "No"
            };
            negative.push(word.to_owned());
        }
        negative.push(String::new());
    }
    negative
}

struct Parts {
    doubts: Vec<Doubt>,
    /// With the protected attribute that a field is.
    fields: Vec<(Field, Option<&'static str>)>,
    columns: Vec<DraftColumn>,
}

impl Parts {
    #[expect(clippy::too_many_arguments, reason = "all that a proposal depends on")]
    fn all(
        &mut self,
        columns: &[Values<'_>],
        target: usize,
        event: &Event,
        people: &People,
        outcomes: &Outcomes,
        leavers: &str,
        answers: &Answers,
    ) {
        let mut earlier: Vec<usize> = people.time.into_iter().collect();
        for (index, values) in columns.iter().enumerate() {
            let reserved = [
                (Some(target), ColumnUse::Target),
                (people.id, ColumnUse::Id),
                (people.time, ColumnUse::Time),
            ];
            if let Some((_, usage)) = reserved
                .into_iter()
                .find(|(reserved, _)| *reserved == Some(index))
            {
                let reason = match usage {
                    ColumnUse::Target => event.reason.clone(),
                    ColumnUse::Id => "names a person".to_owned(),
                    ColumnUse::Time
                    | ColumnUse::Feature
                    | ColumnUse::Protected
                    | ColumnUse::PostOutcome
                    | ColumnUse::Ignored => "says when a row was true".to_owned(),
                };
                self.columns.push(column(values, None, usage, reason));
                continue;
            }
            let mut shape = shape(values);
            let mut proposal = propose(values, &shape, outcomes, leavers);
            if matches!(proposal.role, Role::Feature | Role::Protected) {
                match same_as(columns, index, &earlier) {
                    Some(other) => {
                        proposal.reason =
                            format!("corresponds to \"{}\" value by value", columns[other].name);
                        proposal.role = Role::Ignored;
                    }
                    None => earlier.push(index),
                }
            }
            let answer = answers.columns.get(values.name);
            if let Some(answer) = answer {
                decide(values, &mut shape, &mut proposal, answer);
            }
            self.add(values, shape, proposal, outcomes);
            if let (Some(label), Some((field, _))) = (
                answer.and_then(|answer| answer.label.clone()),
                self.fields.last_mut(),
            ) {
                field.label = label;
            }
        }
        self.tell_apart();
    }

    /// What is counted from a date is called by its header too where another field has its label:
    /// the age in the file, and that by the date of birth.
    fn tell_apart(&mut self) {
        let labels: Vec<String> = self
            .fields
            .iter()
            .filter(|(field, _)| field.role != Role::Ignored)
            .map(|(field, _)| field.label.clone())
            .collect();
        for (field, _) in &mut self.fields {
            let same = labels.iter().filter(|label| **label == field.label);
            if field.kind.since().is_some() && same.count() > 1 {
                let header = super::header::Header::new(&field.name);
                field.label = format!("{} ({})", field.label, header.label);
            }
        }
    }

    fn add(&mut self, values: &Values<'_>, shape: Shape, proposal: Proposal, outcomes: &Outcomes) {
        let usage = match proposal.role {
            Role::Feature => ColumnUse::Feature,
            Role::Protected => ColumnUse::Protected,
            Role::PostOutcome => ColumnUse::PostOutcome,
            Role::Ignored => ColumnUse::Ignored,
        };
        let reason = match (usage, shape.kind) {
            (ColumnUse::Protected | ColumnUse::PostOutcome, Some(_)) => {
                format!("{}; {}", proposal.reason, shape.reason)
            }
            _ => proposal.reason.clone(),
        };
        let mut column = column(values, shape.kind, usage, reason);
        if values.filled() > 0 {
            column.lone_auc = shape.kind.map(|_| {
                lone(values, &shape, outcomes)
                    .into_iter()
                    .fold(0.5, f64::max)
            });
            column.correlation = advice::correlation(values, &shape, outcomes);
            column.encoding = advice::encoding(values, &shape)
                .filter(|_| matches!(usage, ColumnUse::Feature | ColumnUse::Protected));
        }
        // Doubts about the content of a column that nobody reads would only be in the way.
        let content = shape.doubts.iter().filter(|_| {
            usage != ColumnUse::Ignored || shape.kind.is_none() && proposal.attribute.is_none()
        });
        for text in content.chain(&proposal.doubt) {
            self.doubts.push(Doubt {
                column: Some(values.name.to_owned()),
                text: text.clone(),
            });
        }
        self.columns.push(column);
        self.fields
            .push((field(values, shape, proposal.role), proposal.attribute));
    }
}

/// What a person decided goes before what is proposed; the reason says so.
fn decide(values: &Values<'_>, shape: &mut Shape, proposal: &mut Proposal, answer: &ColumnAnswer) {
    if let Some(role) = answer.role.filter(|role| *role != proposal.role) {
        proposal.reason = format!(
            "as chosen; proposed otherwise because it {}",
            proposal.reason
        );
        proposal.role = role;
    }
    let is_read = proposal.role != Role::Ignored;
    let kind = answer
        .kind
        .or(shape.kind)
        .or(is_read.then_some(Kind::Nominal));
    if let Some(kind) = kind.filter(|kind| {
        is_read
            && (shape.kind != Some(*kind) || *kind == Kind::Ordinal && !answer.levels.is_empty())
    }) {
        *shape = shape_as(values, kind, &answer.levels);
    }
}

fn column(
    values: &Values<'_>,
    kind: Option<Kind>,
    usage: ColumnUse,
    reason: String,
) -> DraftColumn {
    DraftColumn {
        name: values.name.to_owned(),
        kind,
        usage,
        reason,
        missing_share: values.missing as f64 / values.texts.len().max(1) as f64,
        distinct: values.distinct.len(),
        lone_auc: None,
        correlation: None,
        encoding: None,
    }
}

fn field(values: &Values<'_>, shape: Shape, role: Role) -> Field {
    // An ignored field is never read: its levels would only be something to keep up to date.
    let is_read = role != Role::Ignored;
    let kind = shape.kind.filter(|_| is_read).unwrap_or(Kind::Nominal);
    let label = shape.label.filter(|_| is_read);
    Field {
        name: values.name.to_owned(),
        label: label.unwrap_or_else(|| values.header.label.clone()),
        kind,
        role,
        group: String::new(),
        unit: kind
            .since()
            .map_or_else(String::new, |span| span.word().to_owned()),
        range: shape.range.filter(|_| is_read),
        levels: if is_read { shape.levels } else { Vec::new() },
        labels: Default::default(),
        aliases: Vec::new(),
        level_aliases: if is_read {
            shape.level_aliases
        } else {
            Default::default()
        },
        missing: MissingPolicy::Impute,
        unseen: shape.unseen.filter(|_| is_read),
        actionable: Direction::Fixed,
        help: String::new(),
    }
}

/// Of people who have left long ago, years are counted beyond their last day.
fn tenure_of_leavers(parts: &Parts) -> Option<Doubt> {
    let is_tenure = |(field, _): &&(Field, Option<&'static str>)| {
        field.role == Role::Feature && field.kind.since().is_some()
    };
    let (field, _) = parts.fields.iter().find(is_tenure)?;
    let of_leaving = |column: &&DraftColumn| {
        column.usage == ColumnUse::Ignored && column.kind.and_then(Kind::since).is_some()
    };
    let leaving = parts.columns.iter().find(of_leaving)?;
    Some(Doubt {
        column: Some(field.name.clone()),
        text: format!(
            "Where people left before the snapshot date (\"{}\"), theirs is counted up to it all the same, beyond the day on which they left. A file of people as they were on one day, with who left afterwards, gives a better model.",
            leaving.name
        ),
    })
}

/// Bins for protected numbers of years, so that the fairness audit has groups.
fn age_groups(fields: &[(Field, Option<&'static str>)]) -> Vec<Derived> {
    let of = |wanted: &str| -> Vec<&Field> {
        let is_age = |(field, attribute): &&(Field, Option<&'static str>)| {
            let counts = matches!(field.kind, Kind::Integer | Kind::Real | Kind::YearsSince);
            field.role == Role::Protected && *attribute == Some(wanted) && counts
        };
        fields
            .iter()
            .filter(is_age)
            .map(|(field, _)| field)
            .collect()
    };
    // Where the file has the age itself, groups by the date of birth would be the same again.
    let mut ages = of("age");
    if ages.is_empty() {
        ages = of("date of birth");
        ages.retain(|field| field.kind == Kind::YearsSince);
    }
    ages.into_iter()
        .map(|field| Derived {
            name: format!("{}_group", field.name),
            label: format!("{} group", field.label),
            shown_as: field.name.clone(),
            bins: Some(Bins {
                of: field.name.clone(),
                edges: AGE_EDGES.to_vec(),
                labels: ["under 30", "30-39", "40-49", "50 and over"]
                    .map(str::to_owned)
                    .to_vec(),
            }),
            formula: None,
        })
        .collect()
}

/// Protected fields with few levels, and the groups of the others.
fn audited(fields: &[(Field, Option<&'static str>)], derived: &[Derived]) -> Vec<String> {
    let few = |field: &Field| {
        field.role == Role::Protected
            && (field.is_level() || field.kind == Kind::Ordinal)
            && field.levels.len() <= *SEGMENT_LEVELS.end()
    };
    let levels = fields
        .iter()
        .filter(|(field, _)| few(field))
        .map(|(field, _)| field.name.clone());
    levels
        .chain(derived.iter().map(|derived| derived.name.clone()))
        .collect()
}

/// Fields by which a dashboard is broken down: those whose header says so first.
fn segments(fields: &[(Field, Option<&'static str>)]) -> Vec<String> {
    let is_breakdown = |field: &&Field| {
        field.role == Role::Feature
            && field.is_level()
            && SEGMENT_LEVELS.contains(&field.levels.len())
    };
    let mut found: Vec<&Field> = fields
        .iter()
        .map(|(field, _)| field)
        .filter(is_breakdown)
        .collect();
    found.sort_by_key(|field| {
        super::header::Header::new(&field.name)
            .find(SEGMENT)
            .is_none()
    });
    found
        .into_iter()
        .take(MOST_SEGMENTS)
        .map(|field| field.name.clone())
        .collect()
}
