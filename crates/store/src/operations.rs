//! Requests by day and route, added up by every process.

use domain::Date;

use crate::sql::{row, select, sql};
use crate::{Reader, Result, Writer};

row! {
    /// Requests of a day. See the table `operations_day` in `migrations/`.
    #[derive(Eq)]
    pub struct RequestDay in "operations_day" {
        pub day: Date,
        /// Method and route.
        pub route: String,
        pub requests: i64,
        /// Answers of 4xx.
        pub refused: i64,
        /// Answers of 5xx.
        pub failed: i64,
        /// JSON: requests by bin of latency.
        pub bins: String,
    }
}

/// The requests of a route on a day.
///
/// # Errors
/// When the database fails.
pub async fn find(reader: &mut Reader, day: Date, route: &str) -> Result<Option<RequestDay>> {
    select("where day = $1 and route = $2")
        .bind(day)
        .bind(route)
        .optional(reader)
        .await
}

/// Sets the requests of a route on a day.
///
/// # Errors
/// When the database fails.
pub async fn set(writer: &mut Writer, own: &RequestDay) -> Result<()> {
    let statement = sql(
        "insert into operations_day (day, route, requests, refused, failed, bins) values ($1, $2, $3, $4, $5, $6) \
         on conflict (day, route) do update set requests = excluded.requests, refused = excluded.refused, \
         failed = excluded.failed, bins = excluded.bins",
    );
    statement
        .bind(own.day)
        .bind(&own.route)
        .bind(own.requests)
        .bind(own.refused)
        .bind(own.failed)
        .bind(&own.bins)
        .execute(writer)
        .await?;
    Ok(())
}

/// Every route of the days from `since` on, newest first.
///
/// # Errors
/// When the database fails.
pub async fn since(reader: &mut Reader, since: Date) -> Result<Vec<RequestDay>> {
    select("where day >= $1 order by day desc, route")
        .bind(since)
        .all(reader)
        .await
}

/// Deletes days before `before`.
///
/// # Errors
/// When the database fails.
pub async fn forget(writer: &mut Writer, before: Date) -> Result<()> {
    sql("delete from operations_day where day < $1")
        .bind(before)
        .execute(writer)
        .await?;
    Ok(())
}
