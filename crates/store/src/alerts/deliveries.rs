//! Messages about alerts: written with their cause, sent later.

use domain::{AlertEvent, AlertId, DeliveryState, Timestamp};

use crate::sql::{self, row, select, sql};
use crate::{Reader, Result, Writer, now};

row! {
    /// A message to one receiver. See the table `alert_delivery` in `migrations/`.
    #[derive(Eq)]
    pub struct Delivery in "alert_delivery" {
        pub delivery_id: String,
        /// What is told to whom: the same is told once.
        pub delivery_key: String,
        /// `None`: a digest or a test.
        pub alert_id: Option<AlertId>,
        pub channel_id: String,
        pub recipient: String,
        pub event: AlertEvent,
        /// JSON
        pub message: String,
        pub state: DeliveryState,
        pub attempts: i64,
        pub next_attempt: Timestamp,
        pub last_error: String,
        pub reference: Option<String>,
        pub created_at: Timestamp,
        pub ended_at: Option<Timestamp>,
    }
}

/// Adds messages; those whose key is there are left out.
///
/// # Errors
/// When the database fails.
pub async fn insert(writer: &mut Writer, deliveries: &[Delivery]) -> Result<()> {
    sql::insert_with(writer, &[], deliveries, "on conflict do nothing").await
}

/// Messages whose time has come, oldest first. One whose predecessor about the same alert to the same
/// receiver has not ended is not among them.
///
/// # Errors
/// When the database fails.
pub async fn due(reader: &mut Reader, until: Timestamp, limit: i64) -> Result<Vec<Delivery>> {
    let rest = "where state = 'waiting' and next_attempt <= $1 and not exists (\
                select 1 from alert_delivery before where before.state = 'waiting' and before.alert_id = alert_delivery.alert_id \
                and before.channel_id = alert_delivery.channel_id and before.recipient = alert_delivery.recipient \
                and before.delivery_id < alert_delivery.delivery_id) order by next_attempt, delivery_id limit $2";
    select(rest).bind(until).bind(limit).all(reader).await
}

/// Takes a message for an attempt: no other process tries it before `again`. False: another one has
/// taken it, or it has ended.
///
/// # Errors
/// When the database fails.
pub async fn claim(writer: &mut Writer, delivery: &Delivery, again: Timestamp) -> Result<bool> {
    let text = "update alert_delivery set attempts = attempts + 1, next_attempt = $3 \
                where delivery_id = $1 and attempts = $2 and state = 'waiting'";
    let changed = sql(text)
        .bind(&delivery.delivery_id)
        .bind(delivery.attempts)
        .bind(again)
        .execute(writer)
        .await?;
    Ok(changed > 0)
}

/// Notes that an attempt failed, and when the next one is.
///
/// # Errors
/// When the database fails.
pub async fn postpone(
    writer: &mut Writer,
    delivery_id: &str,
    again: Timestamp,
    error: &str,
) -> Result<()> {
    let text = "update alert_delivery set next_attempt = $2, last_error = $3 where delivery_id = $1 and state = 'waiting'";
    sql(text)
        .bind(delivery_id)
        .bind(again)
        .bind(error)
        .execute(writer)
        .await?;
    Ok(())
}

/// Ends a message that waits.
///
/// # Errors
/// When the database fails.
pub async fn end(
    writer: &mut Writer,
    delivery_id: &str,
    state: DeliveryState,
    error: &str,
    reference: Option<&str>,
) -> Result<()> {
    let text = "update alert_delivery set state = $2, last_error = $3, reference = $4, ended_at = $5 where delivery_id = $1 and state = 'waiting'";
    sql(text)
        .bind(delivery_id)
        .bind(state)
        .bind(error)
        .bind(reference.map(str::to_owned))
        .bind(now())
        .execute(writer)
        .await?;
    Ok(())
}

/// Drops what waits for a channel.
///
/// # Errors
/// When the database fails.
pub async fn drop_of_channel(writer: &mut Writer, channel_id: &str, because: &str) -> Result<()> {
    let text = "update alert_delivery set state = 'dropped', last_error = $2, ended_at = $3 where channel_id = $1 and state = 'waiting'";
    sql(text)
        .bind(channel_id)
        .bind(because)
        .bind(now())
        .execute(writer)
        .await?;
    Ok(())
}

/// The messages about an alert, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn of_alert(reader: &mut Reader, alert_id: &AlertId) -> Result<Vec<Delivery>> {
    select("where alert_id = $1 order by created_at, delivery_id")
        .bind(alert_id)
        .all(reader)
        .await
}

/// What the receiver of a channel calls an alert, where it was told of it.
///
/// # Errors
/// When the database fails.
pub async fn reference(
    reader: &mut Reader,
    alert_id: &AlertId,
    channel_id: &str,
) -> Result<Option<String>> {
    let text = "select reference from alert_delivery where alert_id = $1 and channel_id = $2 and reference is not null order by created_at limit 1";
    sql(text)
        .bind(alert_id)
        .bind(channel_id)
        .optional_scalar(reader)
        .await
}

/// The newest message of a channel.
///
/// # Errors
/// When the database fails.
pub async fn newest(reader: &mut Reader, channel_id: &str) -> Result<Option<Delivery>> {
    select("where channel_id = $1 order by created_at desc, delivery_id desc limit 1")
        .bind(channel_id)
        .optional(reader)
        .await
}
