//! The time, and ids that sort by it.

use domain::Timestamp;

/// A new id: UUIDv7, so that ids sort by age.
pub fn new_id<T: From<String>>() -> T {
    uuid::Uuid::now_v7().to_string().into()
}

/// Today in UTC.
pub fn today() -> domain::Date {
    now().date()
}

/// Now.
pub fn now() -> Timestamp {
    let elapsed = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_micros(i64::try_from(elapsed.as_micros()).unwrap_or(i64::MAX))
}
