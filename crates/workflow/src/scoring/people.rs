//! The table of people and the page of one person.

use crate::scoring::{
    AccessEntry, FieldValue, FilterField, PastScore, PeoplePage, PersonPage, PersonRow,
};
use domain::PeopleQuery;
use domain::audit::{Erasable, PersonViewDetail};
use domain::query::FILTER_PREFIX;
use domain::{AuditAction, FieldProblem, ProblemCode};
use model::{Column, Role, Table, UseCase};
use store::audit;

use crate::scoring::batch::reason;
use crate::scoring::scored::Scored;
use crate::{Analyst, Error, Result, Tenure, error::compute};

const PAGE: usize = 25;

impl Tenure {
    /// One page of the scored people that a query asks for. Nobody scored yet: an empty page. A
    /// list of a single person is a look at that person: it is on record, and where a purpose must
    /// be named for that, only the number is told.
    ///
    /// # Errors
    /// [`Error::Fields`] for filters by a band or field that is not there or a risk that is not a number, all of them at
    /// once; [`Error::NotFound`] for another page or order; or when the store fails.
    pub async fn people(
        &self,
        analyst: &Analyst<'_>,
        use_case: &str,
        query: &PeopleQuery,
    ) -> Result<PeoplePage> {
        self.people_page(analyst, use_case, query, PAGE).await
    }

    /// As [`Tenure::people`], with so many people on a page.
    async fn people_page(
        &self,
        analyst: &Analyst<'_>,
        use_case: &str,
        query: &PeopleQuery,
        size: usize,
    ) -> Result<PeoplePage> {
        let mut use_case = self.use_case(use_case)?;
        let scored = self.scored(&use_case.id).await?;
        if let Some(scored) = &scored {
            use_case = self.shown_definition(&scored.own)?;
        }
        let segments: Vec<FilterField> = use_case
            .segments
            .iter()
            .map(|name| filter_field(&use_case, name))
            .collect();
        let bands = use_case
            .bands
            .iter()
            .map(|band| band.name.clone())
            .collect();
        let purposes: Vec<(String, String)> = self
            .purposes(&use_case.id)
            .iter()
            .map(|purpose| (purpose.key.clone(), purpose.text.clone()))
            .collect();
        let Some(scored) = scored else {
            let horizon = use_case.horizon_text();
            return Ok(PeoplePage {
                horizon,
                segments,
                bands,
                rows: Vec::new(),
                compared_with: None,
                total: 0,
                page: 1,
                pages: 1,
                withheld: None,
                purposes,
            });
        };
        let rows = select(&use_case, &scored, query)?;
        let pages = rows.len().div_ceil(size).max(1);
        let page = query.page.max(1) as usize;
        if page > pages {
            return Err(Error::NotFound(format!(
                "There is no page {page}. The last page is {pages}."
            )));
        }
        let shown = rows.iter().skip((page - 1) * size).take(size);
        let mut rows_shown: Vec<PersonRow> = shown
            .map(|&row| person_row(&use_case, &scored, row))
            .collect();
        let mut withheld = None;
        if let [only] = &rows_shown[..]
            && rows.len() == 1
        {
            if purposes.is_empty() {
                self.record_view(
                    analyst,
                    &use_case.id,
                    &only.id,
                    &scored.batch.batch_id,
                    None,
                )
                .await?;
            } else {
                withheld = rows_shown.pop().map(|person| person.id);
            }
        }
        let (total, page, pages) = (rows.len() as u32, page as u32, pages as u32);
        let horizon = self.horizon_of(&scored.batch).await?;
        Ok(PeoplePage {
            horizon,
            segments,
            bands,
            rows: rows_shown,
            compared_with: compared_with(&scored),
            total,
            page,
            pages,
            withheld,
            purposes,
        })
    }

    /// A page of the scored people for a program, of 1 to 1000. As for a file of them, the purpose
    /// is named where one must be, and the reading is on record.
    ///
    /// # Errors
    /// As [`Tenure::people`]; [`Error::Invalid`] without a purpose.
    pub async fn people_for_program(
        &self,
        analyst: &Analyst<'_>,
        use_case: &str,
        query: &PeopleQuery,
        why: &str,
        size: usize,
    ) -> Result<PeoplePage> {
        let id = self.use_case(use_case)?.id.clone();
        let why = self.purpose(&id, why)?.map(|purpose| purpose.key.clone());
        let mut page = self.people_page(analyst, &id, query, size).await?;
        let Some(scored) = self.scored(&id).await? else {
            return Ok(page);
        };
        if page.withheld.take().is_some() {
            let definition = self.shown_definition(&scored.own)?;
            let rows = select(&definition, &scored, query)?;
            page.rows = rows
                .iter()
                .map(|&row| person_row(&definition, &scored, row))
                .collect();
        }
        let export = domain::audit::PeopleExportDetail::Rows {
            rows: page.rows.len(),
            batch: scored.batch.batch_id.clone(),
            filters: query.filters.keys().cloned().collect(),
            why,
        };
        self.record_export(analyst, &id, export).await?;
        Ok(page)
    }

    /// One person: score, reasons, values and past scores. The view is on record, with the purpose
    /// where one must be named: `why` is its key.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the person is not among those last scored, [`Error::Invalid`] without a purpose.
    pub async fn person(
        &self,
        analyst: &Analyst<'_>,
        use_case: &str,
        id: &str,
        why: &str,
    ) -> Result<PersonPage> {
        let use_case = self.use_case(use_case)?;
        let why = self.purpose(&use_case.id, why)?;
        let unknown = || {
            Error::NotFound(format!(
                "No {} with this number was scored.",
                use_case.words.one
            ))
        };
        let scored = self.scored(&use_case.id).await?.ok_or_else(unknown)?;
        let row = scored
            .people
            .ids
            .iter()
            .position(|other| other == id)
            .ok_or_else(unknown)?;
        // The explanation is that of the version that made the score, even when another is live by
        // now.
        let version = self.version(&use_case.id, scored.batch.version).await?;
        let scorer = self.scorer_of(&version).await?;
        let history = store::scoring::of_person(
            &mut self.store.read().await?,
            &use_case.id.as_str().into(),
            &id.into(),
        )
        .await?;
        let access_history = self.access_history(&use_case.id, id).await?;
        let use_case = self.shown_definition(&scored.own)?;
        self.record_view(analyst, &use_case.id, id, &scored.batch.batch_id, why)
            .await?;
        compute(move || {
            let table = &scored.people.table;
            let score = &scored.scores[row];
            let fold = scorer.model_for(table, row, Some(score.person_id.as_str()));
            let explainer = scorer.explainer(fold)?;
            let explanation = explainer.explain(table, row)?;
            Ok(PersonPage {
                id: score.person_id.to_string(),
                probability: score.probability,
                basis: score.basis,
                horizon: explainer.model().use_case.horizon_text(),
                interval: score.interval,
                band: use_case.band(score.probability).to_owned(),
                change: scored.changes[row],
                compared_with: compared_with(&scored),
                base: explanation.base_probability,
                reasons: explanation.fields.iter().map(reason).collect(),
                sentence: model::sentence::summary(&explanation, &use_case.words),
                warnings: warnings(explainer, table, row),
                fields: field_values(explainer.model(), table, row, &explanation),
                history: history
                    .into_iter()
                    .map(|past| PastScore {
                        as_of: past.as_of,
                        probability: past.probability,
                        version: past.version,
                    })
                    .collect(),
                access_history,
                version: scored.batch.version,
            })
        })
        .await
    }

    /// Who looked at a person, from the record: the latest first.
    async fn access_history(&self, use_case: &str, id: &str) -> Result<Vec<AccessEntry>> {
        let mut connection = self.store.read().await?;
        let entries = audit::about(
            &mut connection,
            Erasable::Person,
            &format!("{use_case}/{id}"),
        )
        .await?;
        let names = audit::names(&mut connection).await?;
        let mut access_history: Vec<AccessEntry> = Vec::new();
        let text_of = |key: &str| {
            let known = self
                .purposes(use_case)
                .iter()
                .find(|purpose| purpose.key == key);
            known.map_or_else(|| key.to_owned(), |purpose| purpose.text.clone())
        };
        // Newest first: the first entry of somebody is the last time.
        for entry in entries
            .into_iter()
            .filter(|entry| entry.action() == Ok(AuditAction::PersonView))
        {
            let name = names
                .get(&entry.actor)
                .cloned()
                .unwrap_or_else(|| "an erased account".to_owned());
            // Where no reasons are listed, none was named; an entry that was damaged is another
            // matter.
            let purpose = match serde_json::from_str::<PersonViewDetail>(&entry.detail) {
                Ok(detail) => detail.why.as_deref().map(text_of).unwrap_or_default(),
                Err(_) => format!(
                    "cannot be read: audit log entry {} is damaged",
                    entry.sequence
                ),
            };
            match access_history.iter_mut().find(|access| access.name == name) {
                Some(access) => access.times += 1,
                None => access_history.push(AccessEntry {
                    name,
                    times: 1,
                    last: entry.at,
                    purpose,
                }),
            }
        }
        Ok(access_history)
    }
}

fn warnings(explainer: &model::explain::ModelExplainer, table: &Table, row: usize) -> Vec<String> {
    let model = explainer.model();
    let one = table.take(&[row]);
    let missing: Vec<String> = model
        .use_case
        .inputs()
        .filter(|field| {
            one.column(&field.name)
                .is_none_or(|column| column.is_missing(0))
        })
        .map(|field| field.label.clone())
        .collect();
    let mut warnings = Vec::new();
    if !missing.is_empty() {
        warnings.push(format!(
            "No value for {}: imputed from the training data.",
            model::sentence::join(&missing)
        ));
    }
    warnings.extend(
        model::outside::warnings(model, &one, 0)
            .into_iter()
            .map(|warning| warning.sentence),
    );
    warnings
}

fn field_values(
    model: &model::Model,
    table: &Table,
    row: usize,
    explanation: &model::explain::Explanation,
) -> Vec<FieldValue> {
    let use_case = &model.use_case;
    let points = |name: &str| {
        explanation
            .fields
            .iter()
            .find(|field| field.field == name)
            .map(|field| field.points)
    };
    use_case
        .fields
        .iter()
        .filter(|field| matches!(field.role, Role::Feature | Role::Protected))
        .filter_map(|field| {
            let missing = table.column(&field.name)?.is_missing(row);
            let value = if missing {
                String::new()
            } else {
                model::explain::value_text(model, table, row, &field.name)
            };
            Some(FieldValue {
                field: field.name.clone(),
                label: field.label.clone(),
                group: field.group.clone(),
                value,
                points: use_case
                    .is_input(field)
                    .then(|| points(&field.name).unwrap_or(0.0)),
            })
        })
        .collect()
}

/// The values of a field that can be filtered by: its levels, or the whole numbers of a short
/// range.
fn filter_field(use_case: &UseCase, name: &str) -> FilterField {
    let values = use_case.field(name).map(|field| {
        let texts: Vec<String> = match field.range {
            _ if !field.levels.is_empty() => field.levels.clone(),
            Some([low, high]) if high - low <= 20.0 => (low as i64..=high as i64)
                .map(|value| value.to_string())
                .collect(),
            _ => Vec::new(),
        };
        texts
            .into_iter()
            .map(|text| (text.clone(), field.value_label(&text)))
            .collect()
    });
    FilterField {
        field: name.to_owned(),
        label: use_case.label(name),
        values: values.unwrap_or_default(),
    }
}

/// Rows of `scored` that the query asks for, in its order.
pub(super) fn select(
    use_case: &UseCase,
    scored: &Scored,
    query: &PeopleQuery,
) -> Result<Vec<usize>> {
    let table = &scored.people.table;
    let mut problems = Vec::new();
    if !query.band.is_empty() && !use_case.bands.iter().any(|band| band.name == query.band) {
        problems.push(FieldProblem::new(
            "band",
            ProblemCode::UnknownValue,
            format!("There is no risk band “{}”.", query.band),
        ));
    }
    let least_risk = query.least_risk().unwrap_or_else(|sentence| {
        problems.push(FieldProblem::new("min_risk", ProblemCode::Format, sentence));
        None
    });
    let mut wanted = Vec::new();
    for (name, value) in query.filters.iter().filter(|(_, value)| !value.is_empty()) {
        match use_case
            .segments
            .contains(name)
            .then(|| table.column(name))
            .flatten()
        {
            Some(column) => wanted.push((column, value)),
            None => {
                let message = format!("People cannot be filtered by “{name}”.");
                problems.push(FieldProblem::new(
                    format!("{FILTER_PREFIX}{name}"),
                    ProblemCode::UnknownField,
                    message,
                ));
            }
        }
    }
    if !problems.is_empty() {
        return Err(Error::Fields(problems));
    }
    let search = query.search.to_lowercase();
    let matches = |row: &usize| {
        let score = &scored.scores[*row];
        (query.band.is_empty() || use_case.band(score.probability) == query.band)
            && least_risk.is_none_or(|least| score.probability >= least)
            && (search.is_empty() || score.person_id.to_lowercase().contains(&search))
            && wanted
                .iter()
                .all(|(column, value)| column.text(*row) == **value)
    };
    let mut rows: Vec<usize> = (0..scored.scores.len()).filter(matches).collect();
    // Equal keys keep the order of ids, so that paging never shows a person twice.
    let by_id = |row: &usize| {
        let id = &scored.scores[*row].person_id;
        (id.parse::<u64>().unwrap_or(u64::MAX), id)
    };
    rows.sort_by(|left, right| by_id(left).cmp(&by_id(right)));
    match query.sort.as_str() {
        "" | "risk" => rows.sort_by(|&left, &right| {
            scored.scores[right]
                .probability
                .total_cmp(&scored.scores[left].probability)
        }),
        "id" => {}
        "change" => {
            sort_by_change(&mut rows, scored, query.ascending);
            return Ok(rows);
        }
        name => {
            let column = use_case
                .segments
                .iter()
                .any(|segment| segment == name)
                .then(|| table.column(name))
                .flatten();
            let column = column
                .ok_or_else(|| Error::NotFound(format!("People cannot be sorted by “{name}”.")))?;
            match column {
                Column::Number(values) => {
                    rows.sort_by(|&left, &right| values[left].total_cmp(&values[right]))
                }
                Column::Level { .. } | Column::Text(_) => rows.sort_by_key(|&row| column.text(row)),
            }
        }
    }
    let highest_first = query.sort.is_empty() || query.sort == "risk";
    if query.ascending == highest_first {
        rows.reverse();
    }
    Ok(rows)
}

/// The largest rise first, or the largest fall; whose score cannot be compared comes last either
/// way.
fn sort_by_change(rows: &mut [usize], scored: &Scored, ascending: bool) {
    rows.sort_by(|&left, &right| {
        match (scored.changes[left].points, scored.changes[right].points) {
            (Some(left), Some(right)) if ascending => left.total_cmp(&right),
            (Some(left), Some(right)) => right.total_cmp(&left),
            (left, right) => left.is_none().cmp(&right.is_none()),
        }
    });
}

fn compared_with(scored: &Scored) -> Option<(domain::Date, domain::VersionNumber)> {
    let previous = scored.previous.as_ref();
    previous.map(|batch| (batch.as_of, batch.version))
}

fn segment_values(use_case: &UseCase, table: &Table, row: usize) -> Vec<String> {
    let value = |name: &String| {
        let text = table
            .column(name)
            .map(|column| column.text(row))
            .unwrap_or_default();
        use_case
            .field(name)
            .map_or(text.clone(), |field| field.value_label(&text))
    };
    use_case.segments.iter().map(value).collect()
}

pub(super) fn person_row(use_case: &UseCase, scored: &Scored, row: usize) -> PersonRow {
    let score = &scored.scores[row];
    PersonRow {
        id: score.person_id.to_string(),
        probability: score.probability,
        basis: score.basis,
        interval: score.interval,
        band: use_case.band(score.probability).to_owned(),
        change: scored.changes[row],
        segments: segment_values(use_case, &scored.people.table, row),
        reasons: scored.reasons[row].clone(),
    }
}
