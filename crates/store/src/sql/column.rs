//! What a column can hold: how each type of the vocabulary is bound, and how it is read by its
//! column's name.

use domain::{
    AccountName, AccountState, AlertEvent, AlertId, AlertKind, AlertSeverity, AlertState, BatchId,
    ChannelKind, CheckId, CycleCause, CycleId, CycleScope, CycleStage, CycleState, DatasetId, Date,
    Decision, DefinitionOrigin, DeliveryState, DriftVerdict, InputPolicy, JobId, JobKind,
    JobStatus, LiveChangeKind, LogFailure, MissedBecause, ParentKind, PersonId, PredictionId,
    PredictionKind, Purpose, Recommendation, RequestId, Rescoring, RetentionClass, ReviewState,
    Role, RunId, RunStatus, Scope, ScoreBasis, SkipReason, Stage, StageState, Timestamp, UseCaseId,
    VersionNumber,
};
use sqlx::any::AnyRow;
use sqlx::{Row as _, ValueRef as _};

/// A value as it is bound; `None` is null.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Text(Option<String>),
    Number(Option<i64>),
    Real(Option<f64>),
}

/// What can be bound.
pub(crate) trait Value {
    /// The null of its type.
    const NULL: Cell;

    fn cell(&self) -> Cell;
}

/// What can be read.
pub(crate) trait Column: Value + Sized {
    /// The value of the column called `name`. A value of another type is an error that names the
    /// column and its content.
    fn get(row: &AnyRow, name: &str) -> sqlx::Result<Self>;
}

impl Value for Cell {
    const NULL: Cell = Cell::Text(None);

    fn cell(&self) -> Cell {
        self.clone()
    }
}

impl<T: Value + ?Sized> Value for &T {
    const NULL: Cell = T::NULL;

    fn cell(&self) -> Cell {
        (**self).cell()
    }
}

impl<T: Value> Value for Option<T> {
    const NULL: Cell = T::NULL;

    fn cell(&self) -> Cell {
        self.as_ref().map_or(T::NULL, Value::cell)
    }
}

impl<T: Column> Column for Option<T> {
    fn get(row: &AnyRow, name: &str) -> sqlx::Result<Self> {
        if row.try_get_raw(name)?.is_null() {
            Ok(None)
        } else {
            T::get(row, name).map(Some)
        }
    }
}

fn wrong(name: &str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> sqlx::Error {
    sqlx::Error::ColumnDecode {
        index: name.to_owned(),
        source: source.into(),
    }
}

/// Types that the database knows.
macro_rules! plain {
    ($($type:ty => $cell:ident),+ $(,)?) => {$(
        impl Value for $type {
            const NULL: Cell = Cell::$cell(None);

            fn cell(&self) -> Cell {
                Cell::$cell(Some(self.clone()))
            }
        }

        impl Column for $type {
            fn get(row: &AnyRow, name: &str) -> sqlx::Result<Self> {
                row.try_get(name)
            }
        }
    )+};
}

plain! { String => Text, i64 => Number, f64 => Real }

/// Types that stand in the database as another: how they are written, and how they are read from
/// what is not null.
macro_rules! stored {
    ($($type:ty as $stored:ty => $cell:ident: $write:expr, $read:expr;)+) => {$(
        impl Value for $type {
            const NULL: Cell = Cell::$cell(None);

            fn cell(&self) -> Cell {
                let write: fn(&$type) -> $stored = $write;
                Cell::$cell(Some(write(self)))
            }
        }

        impl Column for $type {
            fn get(row: &AnyRow, name: &str) -> sqlx::Result<Self> {
                let stored: $stored = row.try_get(name)?;
                let read: fn(&str, $stored) -> sqlx::Result<$type> = $read;
                read(name, stored)
            }
        }
    )+};
}

stored! {
    // The `Any` driver has no boolean that both databases share.
    bool as i64 => Number: |flag| i64::from(*flag), |name, number| match number {
        0 => Ok(false),
        1 => Ok(true),
        other => Err(wrong(name, format!("{other} is neither 0 nor 1"))),
    };
    u32 as i64 => Number: |number| i64::from(*number), |name, number| u32::try_from(number).map_err(|error| wrong(name, error));
    VersionNumber as i64 => Number: |number| i64::from(*number), |name, number| number.try_into().map_err(|error| wrong(name, error));
    Timestamp as i64 => Number: |moment| moment.micros(), |_, micros| Ok(Timestamp::from_micros(micros));
    Date as String => Text: Date::to_string, |name, text| text.parse().map_err(|error| wrong(name, error));
}

impl Value for str {
    const NULL: Cell = Cell::Text(None);

    fn cell(&self) -> Cell {
        Cell::Text(Some(self.to_owned()))
    }
}

/// Texts that name something.
macro_rules! names {
    ($($type:ty),+ $(,)?) => {
        stored! { $($type as String => Text: |name| name.as_str().to_owned(), |_, text| Ok(text.into());)+ }
    };
}

names! { AccountName, AlertId, BatchId, CheckId, CycleId, DatasetId, JobId, PersonId, PredictionId, RequestId, RunId, UseCaseId }

/// Enums whose values each have a text.
macro_rules! words {
    ($($type:ty),+ $(,)?) => {$(
        impl Value for $type {
            const NULL: Cell = Cell::Text(None);

            fn cell(&self) -> Cell {
                Cell::Text(Some(self.as_str().to_owned()))
            }
        }

        impl Column for $type {
            fn get(row: &AnyRow, name: &str) -> sqlx::Result<Self> {
                let text: String = row.try_get(name)?;
                text.parse().map_err(|error: domain::UnknownWord| wrong(name, error))
            }
        }
    )+};
}

words! {
    AccountState, AlertEvent, AlertKind, AlertSeverity, AlertState, ChannelKind, CycleCause, CycleScope, CycleStage, CycleState, Decision, DefinitionOrigin, DeliveryState, DriftVerdict, InputPolicy, JobKind, JobStatus, LiveChangeKind,
    LogFailure, MissedBecause, ParentKind, PredictionKind, Purpose, Recommendation, Rescoring, RetentionClass, ReviewState, Role, RunStatus, ScoreBasis, SkipReason, Stage, StageState
}

/// Several words in one column, separated by spaces.
macro_rules! lists {
    ($($type:ty),+ $(,)?) => {
        stored! {
            $(Vec<$type> as String => Text:
                |words| words.iter().map(|word| word.as_str()).collect::<Vec<_>>().join(" "),
                |name, text| text.split_whitespace().map(str::parse).collect::<Result<_, _>>().map_err(|error| wrong(name, error));)+
        }
    };
}

lists! { AlertKind, Role, Scope }
