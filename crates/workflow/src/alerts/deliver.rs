//! Messages are sent: by a server all the time, and by the command line at the end of a cycle. An
//! attempt that fails is made again, later and later, and in the end given up.

use std::time::Duration;

use delivery::Note;
use domain::{AlertEvent, ChannelKind, DeliveryState, Timestamp};
use serde::Serialize;
use store::alerts::channels::{self, Channel};
use store::alerts::deliveries::{self, Delivery};
use tokio::task::JoinSet;

use super::secrets::target;
use crate::{Error, Result, Tenure, causes};

/// How often a server looks for messages.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How many looks there are to one of [`Tenure::evaluate_alerts`].
const LOOKS: u32 = 12;
/// Seconds between the attempts; after the last of them a message is given up.
const PAUSES: [i64; 7] = [30, 120, 600, 1_800, 7_200, 21_600, 43_200];
/// Longer than any attempt takes: until then a message belongs to whoever has claimed it.
const CLAIMED_SECONDS: i64 = 180;
/// Messages that are sent in one go.
const AT_ONCE: i64 = 100;
/// Messages that are on their way at the same time.
const SIDE_BY_SIDE: usize = 8;

/// What became of the messages that were due.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Delivered {
    pub sent: u32,
    /// Tried again later.
    pub postponed: u32,
    /// Given up.
    pub failed: u32,
}

enum Outcome {
    Sent,
    Postponed,
    Failed,
    /// Another process has it, or its channel is gone.
    NotOurs,
}

impl Tenure {
    /// Sends messages, and looks for what only the clock tells, until the process ends.
    pub async fn keep_alerts(self) {
        let mut look = tokio::time::interval(LOOK_EVERY);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        for count in 0_u32.. {
            look.tick().await;
            if count.is_multiple_of(LOOKS)
                && let Err(error) = self.evaluate_alerts(store::now()).await
            {
                tracing::warn!(error = causes(&error), "alerts could not be evaluated");
            }
            if let Err(error) = self.deliver_due(store::now()).await {
                tracing::warn!(error = causes(&error), "messages could not be sent");
            }
        }
    }

    /// Sends every message whose time has come, once each.
    ///
    /// # Errors
    /// When the store fails; what receivers answer is written with the messages.
    pub async fn deliver_due(&self, now: Timestamp) -> Result<Delivered> {
        let mut all = Delivered::default();
        loop {
            let due = deliveries::due(&mut self.store.read().await?, now, AT_ONCE).await?;
            let mut waiting = due.into_iter();
            let mut under_way = JoinSet::new();
            let mut begin = |under_way: &mut JoinSet<Result<Outcome>>| {
                if let Some(delivery) = waiting.next() {
                    let tenure = self.clone();
                    under_way.spawn(async move { tenure.try_delivery(&delivery, now).await });
                }
            };
            for _ in 0..SIDE_BY_SIDE {
                begin(&mut under_way);
            }
            let mut count = 0;
            while let Some(done) = under_way.join_next().await {
                begin(&mut under_way);
                match done.map_err(Error::caused)?? {
                    Outcome::Sent => all.sent += 1,
                    Outcome::Postponed => all.postponed += 1,
                    Outcome::Failed => all.failed += 1,
                    Outcome::NotOurs => continue,
                }
                count += 1;
            }
            // What was tried is not due any more; what follows a message that was just sent is.
            if count == 0 {
                return Ok(all);
            }
        }
    }

    async fn try_delivery(&self, delivery: &Delivery, now: Timestamp) -> Result<Outcome> {
        let id = &delivery.delivery_id;
        let mut transaction = self.store.begin().await?;
        let again = now.plus_seconds(CLAIMED_SECONDS);
        if !deliveries::claim(&mut transaction, delivery, again).await? {
            return Ok(Outcome::NotOurs);
        }
        let channel = channels::find(&mut transaction, &delivery.channel_id).await?;
        let Some(channel) = channel.filter(|channel| channel.enabled) else {
            let because = "The channel was removed or disabled.";
            deliveries::end(&mut transaction, id, DeliveryState::Dropped, because, None).await?;
            transaction.commit().await?;
            return Ok(Outcome::NotOurs);
        };
        transaction.commit().await?;

        let sent = self.send(&channel, delivery, now).await;
        let mut transaction = self.store.begin_patiently().await?;
        let outcome = match sent {
            Ok(reference) => {
                let reference = reference.as_deref();
                deliveries::end(&mut transaction, id, DeliveryState::Sent, "", reference).await?;
                Outcome::Sent
            }
            Err(error) => {
                let pause = match &error {
                    delivery::Error::Refused(_) => None,
                    delivery::Error::Temporary { after, .. } => {
                        let asked = after.map_or(0, |after| after.as_secs().cast_signed());
                        let place = usize::try_from(delivery.attempts).unwrap_or(usize::MAX);
                        PAUSES.get(place).map(|pause| asked.max(*pause))
                    }
                };
                let text = error.to_string();
                tracing::warn!(
                    channel = channel.name,
                    message = %id,
                    attempt = delivery.attempts + 1,
                    error = text,
                    "a message was not delivered"
                );
                match pause {
                    Some(pause) => {
                        let again = now.plus_seconds(pause);
                        deliveries::postpone(&mut transaction, id, again, &text).await?;
                        Outcome::Postponed
                    }
                    None => {
                        let failed = DeliveryState::Failed;
                        deliveries::end(&mut transaction, id, failed, &text, None).await?;
                        Outcome::Failed
                    }
                }
            }
        };
        transaction.commit().await?;
        Ok(outcome)
    }

    /// Sends a message to its receiver, once.
    pub(super) async fn send(
        &self,
        channel: &Channel,
        delivery: &Delivery,
        now: Timestamp,
    ) -> delivery::Result<Option<String>> {
        let away = |_| delivery::Error::temporary("The database is temporarily unavailable.");
        let mut note: Note = serde_json::from_str(&delivery.message)
            .map_err(|_| delivery::Error::refused("The message is damaged."))?;
        let settings = &self.alerts;
        note.link = match (&settings.base_url, note.link) {
            (Some(base), Some(path)) => Some(format!("{base}{path}")),
            (None, _) | (_, None) => None,
        };
        let reference = match (&delivery.alert_id, channel.kind) {
            (Some(alert), ChannelKind::GitHub) if delivery.event != AlertEvent::Opened => {
                let mut reader = self.store.read().await.map_err(away)?;
                let found = deliveries::reference(&mut reader, alert, &channel.channel_id).await;
                found.map_err(away)?
            }
            _ => None,
        };
        let target = target(channel, &delivery.recipient, settings)?;
        let allowed = &settings.allowed_hosts;
        delivery::send(&target, &note, reference.as_deref(), allowed, now).await
    }
}
