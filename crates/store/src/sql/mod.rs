//! Statements: a text with `$1, $2, …`, the values for them, and rows that are read by the names of
//! their columns.

mod column;
mod row;

use std::borrow::Cow;
use std::marker::PhantomData;

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AssertSqlSafe, Column as _, Row as _};

use crate::{Reader, Result, Writer};

pub(crate) use column::{Cell, Column, Value};
pub(crate) use row::{Field, Record, row};

/// A statement with its values.
#[derive(Debug)]
pub(crate) struct Sql {
    text: Cow<'static, str>,
    values: Vec<Cell>,
}

/// A statement as it stands. One that is composed (`String`) holds no text from outside: values are
/// bound.
pub(crate) fn sql(text: impl Into<Cow<'static, str>>) -> Sql {
    Sql {
        text: text.into(),
        values: Vec::new(),
    }
}

/// A statement that gives whole rows of a table.
#[derive(Debug)]
pub(crate) struct Select<T>(Sql, PhantomData<T>);

/// `select` of every column of a table's rows, with `rest` behind it: `where`, `order by`, `limit`.
pub(crate) fn select<T: Record>(rest: &str) -> Select<T> {
    Select(
        sql(format!(
            "select {} from {} {rest}",
            T::columns().join(", "),
            T::TABLE
        )),
        PhantomData,
    )
}

impl<T: Record> Select<T> {
    /// The value for the next `$n`.
    pub fn bind(self, value: impl Value) -> Self {
        Self(self.0.bind(value), PhantomData)
    }

    /// The values for the next places, one of each.
    pub fn bind_all(self, values: impl IntoIterator<Item = impl Value>) -> Self {
        Self(self.0.bind_all(values), PhantomData)
    }

    /// Every row.
    pub async fn all(self, reader: &mut Reader) -> Result<Vec<T>> {
        self.0.all(reader).await
    }

    /// The first row, if there is one.
    pub async fn optional(self, reader: &mut Reader) -> Result<Option<T>> {
        self.0.optional(reader).await
    }
}

impl Sql {
    /// The value for the next `$n`.
    pub fn bind(mut self, value: impl Value) -> Self {
        self.values.push(value.cell());
        self
    }

    /// The values for the next places, one of each.
    pub fn bind_all(mut self, values: impl IntoIterator<Item = impl Value>) -> Self {
        self.values
            .extend(values.into_iter().map(|value| value.cell()));
        self
    }

    /// Changes rows; gives how many.
    pub async fn execute(self, writer: &mut Writer) -> Result<u64> {
        Ok(self
            .query()
            .execute(writer.connection())
            .await?
            .rows_affected())
    }

    /// Every row.
    pub async fn all<T: Record>(self, reader: &mut Reader) -> Result<Vec<T>> {
        let rows = self.rows(reader).await?;
        Ok(rows.iter().map(T::from_row).collect::<sqlx::Result<_>>()?)
    }

    /// The first row, if there is one.
    pub async fn optional<T: Record>(self, reader: &mut Reader) -> Result<Option<T>> {
        let row = self.query().fetch_optional(reader.connection()).await?;
        Ok(row.as_ref().map(T::from_row).transpose()?)
    }

    /// The one column of every row.
    pub async fn scalars<T: Column>(self, reader: &mut Reader) -> Result<Vec<T>> {
        let rows = self.rows(reader).await?;
        Ok(rows.iter().map(only).collect::<sqlx::Result<_>>()?)
    }

    /// The one column of the one row.
    pub async fn scalar<T: Column>(self, reader: &mut Reader) -> Result<T> {
        Ok(only(&self.query().fetch_one(reader.connection()).await?)?)
    }

    /// The one column of the first row, if there is one.
    pub async fn optional_scalar<T: Column>(self, reader: &mut Reader) -> Result<Option<T>> {
        let row = self.query().fetch_optional(reader.connection()).await?;
        Ok(row.as_ref().map(only).transpose()?)
    }

    /// As it comes from the database.
    pub async fn rows(self, reader: &mut Reader) -> Result<Vec<AnyRow>> {
        Ok(self.query().fetch_all(reader.connection()).await?)
    }

    fn query(self) -> Query<'static, Any, AnyArguments> {
        self.values
            .into_iter()
            .fold(
                sqlx::query(AssertSqlSafe(self.text)),
                |query, value| match value {
                    Cell::Text(text) => query.bind(text),
                    Cell::Number(number) => query.bind(number),
                    Cell::Real(Some(number)) => query.bind(number),
                    // sqlx 0.9 has the two real types of a null the wrong way round: as f64 it would
                    // prepare the statement for four bytes, and PostgreSQL then refuses the first
                    // number that is bound to it.
                    Cell::Real(None) => query.bind(Option::<f32>::None),
                },
            )
    }
}

/// The value of a row that has one column, whatever its name.
fn only<T: Column>(row: &AnyRow) -> sqlx::Result<T> {
    T::get(row, row.try_column(0)?.name())
}

row! {
    /// A pair of texts: a parameter, a tag.
    struct Pair {
        name: String,
        value: String,
    }
}

/// Pairs of `name` and `value`, in the order of the statement.
pub(crate) async fn pairs(statement: Sql, reader: &mut Reader) -> Result<Vec<(String, String)>> {
    let pairs: Vec<Pair> = statement.all(reader).await?;
    Ok(pairs
        .into_iter()
        .map(|Pair { name, value }| (name, value))
        .collect())
}

/// Values per statement of an insert of many rows. SQLite looks each `$n` up by its name, in a list:
/// there, a statement costs the square of its length. PostgreSQL counts round trips.
fn values_per_insert(writer: &mut Writer) -> usize {
    match writer.connection().backend_name() {
        "SQLite" => 80,
        _ => 8000,
    }
}

/// Adds a row.
pub(crate) async fn insert<T: Record>(writer: &mut Writer, row: &T) -> Result<()> {
    insert_with(writer, &[], std::slice::from_ref(row), "").await
}

/// Adds rows, each with the same values of further columns. `rest` is what follows, for example `on
/// conflict …`.
pub(crate) async fn insert_with<T: Record>(
    writer: &mut Writer,
    more: &[(&str, Cell)],
    rows: &[T],
    rest: &str,
) -> Result<()> {
    let columns: Vec<&str> = more
        .iter()
        .map(|(name, _)| *name)
        .chain(T::columns())
        .collect();
    let rows_per_insert = (values_per_insert(writer) / columns.len().max(1)).max(1);
    let text = |rows: usize| {
        let places =
            (0..rows).map(|row| format!("({})", places(row * columns.len(), columns.len())));
        format!(
            "insert into {} ({}) values {} {rest}",
            T::TABLE,
            columns.join(", "),
            places.collect::<Vec<_>>().join(", ")
        )
    };
    // All statements but the last are the same.
    let full = text(rows_per_insert.min(rows.len()));
    for chunk in rows.chunks(rows_per_insert) {
        let mut statement = sql(if chunk.len() < rows_per_insert {
            text(chunk.len())
        } else {
            full.clone()
        });
        for row in chunk {
            statement
                .values
                .extend(more.iter().map(|(_, value)| value.clone()));
            row.write(&mut statement.values);
        }
        statement.execute(writer).await?;
    }
    Ok(())
}

/// `$1, $2, …` for so many values, after so many others.
pub(crate) fn places(before: usize, count: usize) -> String {
    (before + 1..=before + count)
        .map(|place| format!("${place}"))
        .collect::<Vec<_>>()
        .join(", ")
}
