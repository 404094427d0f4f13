//! Requests of MLflow's client: JSON in the body, or the same fields in the query string.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use workflow::{Actor, Error, Member, Tracker};

use super::error::MlflowError;
use crate::web::auth::AuthUser;
use crate::web::state::AppState;

/// Fields that are lists, also when the query string has one value.
const LISTS: [&str; 4] = ["experiment_ids", "order_by", "stages", "run_ids"];

/// Who asks, and what for.
pub struct Asked<T> {
    actor: Actor,
    pub input: T,
}

impl<T> Asked<T> {
    /// Leave to read.
    pub fn member(&self) -> Result<Member<'_>, MlflowError> {
        Ok(self.actor.member()?)
    }

    /// Leave to log.
    pub fn tracker(&self) -> Result<Tracker<'_>, MlflowError> {
        Ok(self.actor.tracker()?)
    }
}

impl<T: DeserializeOwned> FromRequest<AppState> for Asked<T> {
    type Rejection = MlflowError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, MlflowError> {
        let wrong = |text: String| MlflowError(Error::Invalid(text));
        let (mut parts, body) = request.into_parts();
        let AuthUser(actor) = AuthUser::from_request_parts(&mut parts, state).await?;
        let Query(pairs) = Query::<Vec<(String, String)>>::from_request_parts(&mut parts, state)
            .await
            .map_err(|rejection| wrong(rejection.body_text()))?;
        let mut fields = Map::new();
        for (key, value) in pairs {
            if LISTS.contains(&key.as_str()) {
                if let Value::Array(values) = fields
                    .entry(key)
                    .or_insert_with(|| Value::Array(Vec::new()))
                {
                    values.push(Value::String(value));
                }
            } else {
                fields.insert(key, Value::String(value));
            }
        }
        let bytes = Bytes::from_request(Request::from_parts(parts, body), state)
            .await
            .map_err(|rejection| wrong(rejection.body_text()))?;
        // The usual case: everything is in the body, and is read once.
        if fields.is_empty() && !bytes.is_empty() {
            let input = serde_json::from_slice(&bytes)
                .map_err(|error| wrong(format!("Invalid request: {error}.")))?;
            return Ok(Self { actor, input });
        }
        if !bytes.is_empty() {
            let body: Map<String, Value> = serde_json::from_slice(&bytes)
                .map_err(|error| wrong(format!("Invalid request: {error}.")))?;
            fields.extend(body);
        }
        let input = serde_json::from_value(Value::Object(fields))
            .map_err(|error| wrong(format!("Invalid request: {error}.")))?;
        Ok(Self { actor, input })
    }
}

/// A value that a request must have.
pub fn required<T>(name: &str, value: Option<T>) -> Result<T, MlflowError> {
    value.ok_or_else(|| {
        MlflowError(Error::Invalid(format!(
            "Missing value for required parameter '{name}'. See the API docs for more information about request parameters."
        )))
    })
}

/// A text that a request must have, and that is not empty.
pub fn text(name: &str, value: Option<String>) -> Result<String, MlflowError> {
    required(name, value.filter(|value| !value.is_empty()))
}

/// A whole number, also as text: protobuf writes long ones so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Whole(pub i64);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrong = || D::Error::custom("expected a whole number");
        match Value::deserialize(deserializer)? {
            Value::Number(number) => {
                let whole = number.as_i64();
                // Clients of other languages send 3.0.
                let rounded = number
                    .as_f64()
                    .filter(|number| number.fract() == 0.0 && number.abs() < 9e15)
                    .map(|number| number as i64);
                whole.or(rounded).map(Self).ok_or_else(wrong)
            }
            Value::String(text) => text.parse().map(Self).map_err(|_| wrong()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => Err(wrong()),
        }
    }
}

/// A number, also as text: `"NaN"`, `"Infinity"`, `"-Infinity"`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Real(pub f64);

impl<'de> Deserialize<'de> for Real {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrong = || D::Error::custom("expected a number");
        match Value::deserialize(deserializer)? {
            Value::Number(number) => number.as_f64().map(Self).ok_or_else(wrong),
            Value::String(text) => text.parse().map(Self).map_err(|_| wrong()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => Err(wrong()),
        }
    }
}

/// A tag or parameter.
#[derive(Debug, Clone, Deserialize)]
pub struct Pair {
    pub key: Option<String>,
    #[serde(default)]
    pub value: Option<String>,
}

/// Pairs as the workflow takes them.
pub fn pairs(what: &str, pairs: Option<Vec<Pair>>) -> Result<Vec<(String, String)>, MlflowError> {
    pairs
        .unwrap_or_default()
        .into_iter()
        .map(|pair| {
            Ok((
                required(&format!("{what}.key"), pair.key)?,
                pair.value.unwrap_or_default(),
            ))
        })
        .collect()
}

/// What a client wants to see: `ACTIVE_ONLY`, `DELETED_ONLY`, `ALL`.
pub fn shown(word: Option<&str>) -> Result<workflow::tracking::Shown, MlflowError> {
    use workflow::tracking::Shown;
    match word {
        None | Some("" | "ACTIVE_ONLY") => Ok(Shown::Active),
        Some("DELETED_ONLY") => Ok(Shown::Archived),
        Some("ALL") => Ok(Shown::All),
        Some(other) => Err(MlflowError(Error::Invalid(format!(
            "Invalid value {other} for parameter 'view_type'."
        )))),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn numbers_come_as_numbers_and_as_texts() {
        let read = |text: &str| serde_json::from_str::<Real>(text).map(|Real(number)| number);
        assert_eq!(read("0.5").unwrap(), 0.5);
        assert!(read("\"NaN\"").unwrap().is_nan());
        assert_eq!(read("\"-Infinity\"").unwrap(), f64::NEG_INFINITY);
        assert!(read("\"x\"").is_err() && read("null").is_err() && read("[1]").is_err());
        let whole = |text: &str| serde_json::from_str::<Whole>(text).map(|Whole(number)| number);
        assert_eq!(whole("\"17\"").unwrap(), 17);
        assert_eq!(whole("3.0").unwrap(), 3);
        assert!(whole("3.5").is_err() && whole("\"\"").is_err() && whole("true").is_err());
    }
}
