//! One measured figure, as it is stored, sent and shown.

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

/// A measured figure with its interval and the number of rows behind it, or the reason why it could
/// not be computed.
///
/// In JSON: `{"value": x, "interval": [lo, hi], "n": n}`, or `{"value": null, "why": "…"}`. A
/// figure is never NaN.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Estimate {
    /// The point estimate; `None` when it could not be computed.
    pub value: Option<f64>,
    /// Lower and upper end of the 95% interval, where one exists.
    #[serde(default)]
    pub interval: Option<[f64; 2]>,
    /// Rows (or positives, for figures over positives) that the figure rests on.
    #[serde(default)]
    pub n: Option<u32>,
    /// Why there is no value.
    #[serde(default)]
    pub why: Option<String>,
}

impl Serialize for Estimate {
    /// JSON leaves out what is not there; a binary format has no names, so that each field keeps
    /// its place.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let all = !serializer.is_human_readable();
        let mut estimate = serializer.serialize_struct("Estimate", 4)?;
        estimate.serialize_field("value", &self.value)?;
        if all || self.interval.is_some() {
            estimate.serialize_field("interval", &self.interval)?;
        }
        if all || self.n.is_some() {
            estimate.serialize_field("n", &self.n)?;
        }
        if all || self.why.is_some() {
            estimate.serialize_field("why", &self.why)?;
        }
        estimate.end()
    }
}

impl Estimate {
    /// A figure without an interval. A value that is not finite becomes "could not be computed".
    pub fn point(value: f64, n: usize) -> Self {
        if value.is_finite() {
            Self {
                value: Some(value),
                interval: None,
                n: Some(n as u32),
                why: None,
            }
        } else {
            Self::unknown("the value is not finite for this data")
        }
    }

    /// A figure with a 95% interval. An interval that is not finite is left out.
    pub fn with_interval(value: f64, interval: [f64; 2], n: usize) -> Self {
        let mut estimate = Self::point(value, n);
        if estimate.value.is_some() && interval.iter().all(|end| end.is_finite()) {
            estimate.interval = Some(interval);
        }
        estimate
    }

    /// The figure could not be computed; `why` is a sentence for a person.
    pub fn unknown(why: impl Into<String>) -> Self {
        Self {
            value: None,
            interval: None,
            n: None,
            why: Some(why.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::Estimate;

    #[test]
    fn json_leaves_out_what_is_not_there() {
        assert_eq!(
            serde_json::to_string(&Estimate::point(0.5, 3)).unwrap(),
            r#"{"value":0.5,"n":3}"#
        );
        assert_eq!(
            serde_json::to_string(&Estimate::unknown("no rows")).unwrap(),
            r#"{"value":null,"why":"no rows"}"#
        );
        assert_eq!(
            serde_json::from_str::<Estimate>(r#"{"value":0.5}"#)
                .unwrap()
                .interval,
            None
        );
    }
}
