//! What was taken from another tracking server.

use crate::sql::sql;
use crate::{Reader, Result, Writer, now};

/// The id under which an item was taken before.
///
/// # Errors
/// When the database fails.
pub async fn taken(
    reader: &mut Reader,
    source: &str,
    kind: &str,
    item: &str,
) -> Result<Option<String>> {
    let statement =
        sql("select taken_as from imported_item where source = $1 and kind = $2 and item = $3");
    statement
        .bind(source)
        .bind(kind)
        .bind(item)
        .optional_scalar(reader)
        .await
}

/// Writes down that an item was taken.
///
/// # Errors
/// When the database fails.
pub async fn take(
    writer: &mut Writer,
    source: &str,
    kind: &str,
    item: &str,
    taken_as: &str,
) -> Result<()> {
    let statement = sql(
        "insert into imported_item (source, kind, item, taken_as, taken_at) values ($1, $2, $3, $4, $5) \
         on conflict (source, kind, item) do update set taken_as = excluded.taken_as",
    );
    statement
        .bind(source)
        .bind(kind)
        .bind(item)
        .bind(taken_as)
        .bind(now())
        .execute(writer)
        .await?;
    Ok(())
}
