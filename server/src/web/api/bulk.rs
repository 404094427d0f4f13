//! Large batches: JSON lines and CSV, read and answered part by part; Arrow files as a whole.
//!
//! What is sent is said by `Content-Type`, what is wanted by `Accept` (else the same). What stands
//! in the body of a JSON request stands in the address: `?use_case=attrition&reasons=3`.

use axum::body::{Body as Bytes, BodyDataStream};
use axum::extract::{FromRequest, FromRequestParts, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::{Date, PredictionId, VersionNumber};
use futures_util::{StreamExt as _, stream};
use model::{Column, Record, Table};
use serde::Deserialize;
use workflow::{
    Actor, Error, PredictOptions, Prediction, PredictionRequest, Result, Scope, Tenure,
};

use super::input::Body;
use super::openapi::Failures;
use super::scoring::{Answer, Many, Named, REASONS, Values, many, number, texts};
use crate::web::auth::AuthUser;
use crate::web::problem::Problem;
use crate::web::state::AppState;

/// Records that are scored together; each part has an entry in the prediction log.
const PART: usize = 5_000;
/// Longest line, in bytes.
const LONGEST_LINE: usize = 1 << 20;
/// Largest Arrow file, in bytes.
const LARGEST_FILE: usize = 256 << 20;
/// Records of an Arrow file, at most: its answer is made as a whole.
const MOST_ROWS: usize = 1_000_000;

const NDJSON: &str = "application/x-ndjson";
const CSV: &str = "text/csv";
const ARROW: &str = "application/vnd.apache.arrow.file";

/// How records are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    Lines,
    Csv,
    Arrow,
}

impl Form {
    fn of(media: &str) -> Option<Self> {
        let media = media.split(';').next().unwrap_or_default().trim();
        Some(match media.to_ascii_lowercase().as_str() {
            "application/json" => Self::Json,
            NDJSON | "application/jsonl" | "application/ndjson" => Self::Lines,
            CSV => Self::Csv,
            ARROW => Self::Arrow,
            _ => return None,
        })
    }

    /// What is sent.
    fn sent(headers: &HeaderMap) -> Result<Self> {
        let text = text(headers, &header::CONTENT_TYPE);
        Self::of(text).ok_or_else(|| {
            Error::Invalid(format!(
                "The content type “{text}” is not supported. Send application/json, {NDJSON}, {CSV} or {ARROW}."
            ))
        })
    }

    /// What is wanted: the first of `Accept` that is known; else as it was sent.
    fn wanted(headers: &HeaderMap, sent: Self) -> Self {
        text(headers, &header::ACCEPT)
            .split(',')
            .find_map(Self::of)
            .unwrap_or(sent)
    }

    fn media(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Lines => NDJSON,
            Self::Csv => "text/csv; charset=utf-8",
            Self::Arrow => ARROW,
        }
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> &'a str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// What stands in the address.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    use_case: String,
    /// Number or alias of a version other than the live one.
    model_version: Option<String>,
    /// Three when absent.
    reasons: Option<usize>,
    as_of: Option<Date>,
    /// Key of a purpose of access of the use case, for the prediction log.
    purpose: Option<String>,
}

/// Many scores, in the order of the records and in the form that `Accept` asks for: JSON, JSON lines, CSV or an Arrow file. What stands beside
/// the records in a JSON request stands in the address of the other forms. A token needs the scope `predict`.
#[utoipa::path(post, path = "/predict/batch", tag = "scoring", operation_id = "predict_batch", request_body = Many, responses((status = 200, body = Answer), Failures))]
pub async fn batch(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    request: Request,
) -> std::result::Result<Response, Problem> {
    actor.analyst_for(Scope::Predict)?;
    let sent = Form::sent(request.headers())?;
    let wanted = Form::wanted(request.headers(), sent);
    if sent == Form::Json {
        let request = match Body::<Many>::from_request(request, &state).await {
            Ok(Body(request)) => request,
            Err(answer) => return Ok(answer),
        };
        let answer = many(&state.tenure, &actor, request).await?;
        return Ok(match wanted {
            Form::Json => axum::Json(answer).into_response(),
            other @ (Form::Lines | Form::Csv | Form::Arrow) => whole(other, &answer.predictions)?,
        });
    }
    let (mut parts, body) = request.into_parts();
    let Query(asked) = Query::<Asked>::from_request_parts(&mut parts, &())
        .await
        .map_err(|rejection| Problem(Error::Invalid(rejection.body_text())))?;
    let named = asked.model_version.map(|text| {
        text.parse()
            .map_or_else(|_| Named::Alias(text), Named::Number)
    });
    let version = number(&state.tenure, &actor, &asked.use_case, named).await?;
    let mut job = Job {
        tenure: state.tenure,
        actor,
        use_case: asked.use_case,
        version,
        options: PredictOptions {
            reasons: asked.reasons.unwrap_or(REASONS),
            as_of: asked.as_of,
        },
        purpose: asked.purpose,
        first: None,
        parts: 0,
        records: 0,
    };
    if sent == Form::Arrow {
        let bytes = axum::body::to_bytes(body, LARGEST_FILE)
            .await
            .map_err(|error| {
                Problem(Error::Invalid(format!("The file cannot be read: {error}.")))
            })?;
        let records = arrow_records(bytes.to_vec()).await?;
        let mut all = Vec::with_capacity(records.len());
        for part in records.chunks(PART) {
            all.extend(job.score(part.to_vec()).await?);
        }
        return Ok(whole(wanted, &all)?);
    }
    if matches!(wanted, Form::Arrow | Form::Json) {
        let message = format!(
            "Records that are streamed are answered as a stream: accept {NDJSON} or {CSV}."
        );
        return Err(Problem(Error::Invalid(message)));
    }
    let mut lines = Lines::new(body.into_data_stream(), sent);
    // Before the head of the answer: what is wrong with the first part is told by the status.
    let records = lines.part().await?;
    if records.is_empty() {
        return Err(Problem(Error::Invalid("There are no records.".into())));
    }
    let first = rendered(wanted, &job.score(records).await?, true)?;
    let rest = stream::unfold(Some((lines, job)), move |state| async move {
        let (mut lines, mut job) = state?;
        let next = async {
            let records = lines.part().await?;
            if records.is_empty() {
                return Ok(None);
            }
            let scored = job.score(records).await?;
            rendered(wanted, &scored, false).map(Some)
        };
        match next.await {
            Ok(Some(bytes)) => Some((Ok(bytes), Some((lines, job)))),
            Ok(None) => None,
            // Scores that were sent stand in the log. JSON lines tell what is wrong; in CSV the
            // answer breaks off, so that nobody takes it for whole.
            Err(error) if wanted == Form::Lines => Some((Ok(told(error).await), None)),
            Err(error) => Some((Err(std::io::Error::other(error.to_string())), None)),
        }
    });
    let body = stream::once(async { Ok(first) }).chain(rest);
    let mut response = Response::new(Bytes::from_stream(body));
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(wanted.media()),
    );
    Ok(response)
}

/// A problem as the last line.
async fn told(error: Error) -> Vec<u8> {
    let response = Problem(error).into_response();
    let body = axum::body::to_bytes(response.into_body(), LONGEST_LINE).await;
    let mut line = b"{\"problem\":".to_vec();
    line.extend_from_slice(body.as_deref().unwrap_or(b"{}"));
    line.extend_from_slice(b"}\n");
    line
}

/// A batch that is scored in parts.
struct Job {
    tenure: Tenure,
    actor: Actor,
    use_case: String,
    version: Option<VersionNumber>,
    options: PredictOptions,
    purpose: Option<String>,
    /// The entry of the first part.
    first: Option<PredictionId>,
    parts: u32,
    /// Scored so far.
    records: usize,
}

impl Job {
    async fn score(&mut self, records: Vec<Record>) -> Result<Vec<Prediction>> {
        self.parts += 1;
        let part = self.first.clone().map(|first| (first, self.parts));
        let count = records.len();
        let request = PredictionRequest {
            use_case: self.use_case.clone(),
            version: self.version,
            records,
            options: self.options,
            batch: true,
            purpose: self.purpose.clone(),
            part,
        };
        let predicted = self
            .tenure
            .predict(&self.actor.analyst_for(Scope::Predict)?, request)
            .await;
        let predicted = predicted.map_err(|error| self.placed(error))?;
        // The whole batch is scored by the version that scored its first part.
        self.version = Some(predicted.version);
        self.first = self.first.take().or(predicted.log_id);
        self.records += count;
        Ok(predicted.predictions)
    }

    /// Rows of a problem count from the beginning of the batch.
    fn placed(&self, error: Error) -> Error {
        if let Error::Refused(mut refusal) = error {
            for problem in &mut refusal.problems {
                problem.row += self.records;
            }
            return Error::Refused(refusal);
        }
        error
    }
}

/// Records of a body, part by part.
struct Lines {
    body: BodyDataStream,
    form: Form,
    held: Vec<u8>,
    ended: bool,
    /// Of CSV.
    header: Option<Vec<String>>,
    /// Lines that were read.
    line: usize,
}

impl Lines {
    fn new(body: BodyDataStream, form: Form) -> Self {
        Self {
            body,
            form,
            held: Vec::new(),
            ended: false,
            header: None,
            line: 0,
        }
    }

    /// The next records; none at the end.
    async fn part(&mut self) -> Result<Vec<Record>> {
        let mut records = Vec::new();
        while records.len() < PART {
            let Some(line) = self.next_line().await? else {
                break;
            };
            self.line += 1;
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            match self.form {
                Form::Csv => records.extend(self.csv(&line)?),
                Form::Json | Form::Lines | Form::Arrow => {
                    let values: Values = serde_json::from_slice(&line)
                        .map_err(|error| Error::Invalid(format!("Line {}: {error}.", self.line)))?;
                    records.push(texts(values));
                }
            }
        }
        Ok(records)
    }

    /// The next line, without its end; within quotes of CSV a line end belongs to the value.
    async fn next_line(&mut self) -> Result<Option<Vec<u8>>> {
        let (mut from, mut quoted) = (0, false);
        loop {
            while from < self.held.len() {
                let byte = self.held[from];
                quoted ^= byte == b'"' && self.form == Form::Csv;
                if byte == b'\n' && !quoted {
                    let rest = self.held.split_off(from + 1);
                    let mut line = std::mem::replace(&mut self.held, rest);
                    line.pop();
                    return Ok(Some(line));
                }
                from += 1;
            }
            if self.ended {
                let line = std::mem::take(&mut self.held);
                return Ok((!line.is_empty()).then_some(line));
            }
            if self.held.len() > LONGEST_LINE {
                return Err(Error::Invalid(format!(
                    "Line {} is longer than {LONGEST_LINE} bytes.",
                    self.line + 1
                )));
            }
            match self.body.next().await {
                Some(Ok(bytes)) => self.held.extend_from_slice(&bytes),
                Some(Err(error)) => {
                    return Err(Error::Invalid(format!("The body broke off: {error}.")));
                }
                None => self.ended = true,
            }
        }
    }

    /// The record of a line; the first line is the header.
    fn csv(&mut self, line: &[u8]) -> Result<Option<Record>> {
        let wrong = |why: String| Error::Invalid(format!("Line {}: {why}.", self.line));
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(line);
        let mut row = csv::StringRecord::new();
        reader
            .read_record(&mut row)
            .map_err(|error| wrong(error.to_string()))?;
        let Some(header) = &self.header else {
            let names: Vec<String> = row
                .iter()
                .map(|name| name.trim_start_matches('\u{feff}').trim().to_owned())
                .collect();
            let mut sorted = names.clone();
            sorted.sort_unstable();
            if let Some(twice) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
                return Err(wrong(format!("the column {} is there twice", twice[0])));
            }
            self.header = Some(names);
            return Ok(None);
        };
        if row.len() != header.len() {
            return Err(wrong(format!(
                "{} values, but the header has {} columns",
                row.len(),
                header.len()
            )));
        }
        let pairs = header.iter().cloned().zip(row.iter().map(str::to_owned));
        Ok(Some(pairs.collect()))
    }
}

async fn arrow_records(bytes: Vec<u8>) -> Result<Vec<Record>> {
    let work = move || {
        let raw = data::read(&bytes, &data::ReadOptions::default())?;
        if raw.rows() > MOST_ROWS {
            return Err(Error::Invalid(format!(
                "An Arrow file may have up to {MOST_ROWS} rows. Send JSON lines or CSV for more."
            )));
        }
        let mut records = vec![Record::new(); raw.rows()];
        for (name, column) in raw.names.iter().zip(&raw.columns) {
            for (record, text) in records.iter_mut().zip(column.iter()) {
                record.insert(name.clone(), text.to_owned());
            }
        }
        Ok(records)
    };
    tokio::task::spawn_blocking(work)
        .await
        .map_err(Error::caused)?
}

/// An answer that is given as a whole.
fn whole(form: Form, predictions: &[Prediction]) -> Result<Response> {
    let bytes = match form {
        Form::Arrow => {
            data::write(&table(predictions), data::Format::Arrow).map_err(Error::caused)?
        }
        other @ (Form::Json | Form::Lines | Form::Csv) => rendered(other, predictions, true)?,
    };
    Ok(([(header::CONTENT_TYPE, form.media())], bytes).into_response())
}

fn rendered(form: Form, predictions: &[Prediction], with_header: bool) -> Result<Vec<u8>> {
    match form {
        Form::Csv => {
            let text =
                data::write(&table(predictions), data::Format::Csv).map_err(Error::caused)?;
            let head = text
                .iter()
                .position(|byte| *byte == b'\n')
                .map_or(0, |end| end + 1);
            Ok(if with_header {
                text
            } else {
                text[head..].to_vec()
            })
        }
        Form::Json => serde_json::to_vec(predictions).map_err(Error::caused),
        Form::Lines | Form::Arrow => {
            let mut bytes = Vec::new();
            for prediction in predictions {
                serde_json::to_writer(&mut bytes, prediction).map_err(Error::caused)?;
                bytes.push(b'\n');
            }
            Ok(bytes)
        }
    }
}

/// A column for each figure, and the reasons as JSON in one.
fn table(predictions: &[Prediction]) -> Table {
    let texts =
        |text: &dyn Fn(&Prediction) -> String| Column::Text(predictions.iter().map(text).collect());
    let numbers = |number: &dyn Fn(&Prediction) -> f64| {
        Column::Number(predictions.iter().map(number).collect())
    };
    let side = |place: usize| {
        move |own: &Prediction| own.interval.map_or(f64::NAN, |interval| interval[place])
    };
    let columns = [
        ("id", texts(&|own| own.id.clone())),
        ("probability", numbers(&|own| own.probability)),
        (
            "horizon_days",
            numbers(&|own| own.horizon_days.map_or(f64::NAN, f64::from)),
        ),
        ("band", texts(&|own| own.band.clone())),
        ("interval_low", numbers(&side(0))),
        ("interval_high", numbers(&side(1))),
        ("decision", texts(&|own| own.decision.to_string())),
        ("basis", texts(&|own| own.basis.as_str().to_owned())),
        (
            "model_version",
            numbers(&|own| f64::from(own.model_version)),
        ),
        (
            "reasons",
            texts(&|own| serde_json::to_string(&own.reasons).unwrap_or_default()),
        ),
    ];
    let mut table = Table::default();
    for (name, column) in columns {
        table.push(name, column);
    }
    table
}
