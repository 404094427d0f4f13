//! Outcomes as a byte a row: 0 stayed, 1 left, 2 not known yet.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const NOT_KNOWN: u8 = 2;

pub(super) fn serialize<S: Serializer>(
    labels: &Option<Vec<Option<bool>>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let byte = |label: &Option<bool>| label.map_or(NOT_KNOWN, u8::from);
    labels
        .as_ref()
        .map(|labels| labels.iter().map(byte).collect::<Vec<u8>>())
        .serialize(serializer)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<Option<bool>>>, D::Error> {
    let label = |byte: u8| match byte {
        0 => Ok(Some(false)),
        1 => Ok(Some(true)),
        NOT_KNOWN => Ok(None),
        _ => Err(D::Error::custom("an outcome is damaged")),
    };
    let bytes = Option::<Vec<u8>>::deserialize(deserializer)?;
    bytes
        .map(|bytes| bytes.into_iter().map(label).collect())
        .transpose()
}
