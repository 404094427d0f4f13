//! Channels that messages about alerts go to.

use domain::{AccountName, AlertKind, ChannelKind, Role, Timestamp, UseCaseId};

use crate::sql::{self, row, select, sql};
use crate::{Reader, Result, Writer};

row! {
    /// A channel. See the table `alert_channel` in `migrations/`.
    #[derive(Eq)]
    pub struct Channel in "alert_channel" {
        pub channel_id: String,
        pub name: String,
        /// `None`: all of them.
        pub use_case: Option<UseCaseId>,
        pub kind: ChannelKind,
        pub target: String,
        /// Where the secret is.
        pub secret: String,
        /// Empty: all.
        pub kinds: Vec<AlertKind>,
        pub role: Option<Role>,
        pub digest: bool,
        pub enabled: bool,
        pub created_by: AccountName,
        pub created_at: Timestamp,
    }
}

/// Adds a channel.
///
/// # Errors
/// When the database fails, or there is one of this name.
pub async fn insert(writer: &mut Writer, channel: &Channel) -> Result<()> {
    sql::insert(writer, channel).await
}

/// Every channel, by name.
///
/// # Errors
/// When the database fails.
pub async fn list(reader: &mut Reader) -> Result<Vec<Channel>> {
    select("order by name").all(reader).await
}

/// The channel of this name.
///
/// # Errors
/// When the database fails.
pub async fn by_name(reader: &mut Reader, name: &str) -> Result<Option<Channel>> {
    select("where name = $1").bind(name).optional(reader).await
}

/// The channel with this id.
///
/// # Errors
/// When the database fails.
pub async fn find(reader: &mut Reader, channel_id: &str) -> Result<Option<Channel>> {
    select("where channel_id = $1")
        .bind(channel_id)
        .optional(reader)
        .await
}

/// Turns a channel on or off. False: it was so.
///
/// # Errors
/// When the database fails.
pub async fn set_enabled(writer: &mut Writer, channel_id: &str, enabled: bool) -> Result<bool> {
    let text = "update alert_channel set enabled = $2 where channel_id = $1 and enabled <> $2";
    let changed = sql(text)
        .bind(channel_id)
        .bind(enabled)
        .execute(writer)
        .await?;
    Ok(changed > 0)
}

/// Removes a channel.
///
/// # Errors
/// When the database fails.
pub async fn remove(writer: &mut Writer, channel_id: &str) -> Result<()> {
    sql("delete from alert_channel where channel_id = $1")
        .bind(channel_id)
        .execute(writer)
        .await?;
    Ok(())
}
