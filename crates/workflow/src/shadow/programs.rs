//! Records of programs, scored in shadow after their answer was sent, and counted.

use std::sync::atomic::Ordering;
use std::time::Duration;

use store::{registry, shadow};

use super::answered::Answered;
use super::bands;
use super::tally::{Beside, Tally};
use crate::{Result, Tenure, causes, error::compute};

/// How long counts are held before they are stored: a process that is killed loses these.
const HELD: Duration = Duration::from_secs(5);

impl Tenure {
    /// Scores the records of an answer in shadow, in the background: the answer does not wait, and
    /// while others are scored, records are only counted as skipped.
    pub(crate) fn count_in_shadow(&self, answered: Answered) {
        let tenure = self.clone();
        tokio::spawn(async move {
            if let Err(error) = tenure.counted_in_shadow(answered).await {
                tracing::warn!(error = causes(&error), "records were not counted in shadow");
            }
        });
    }

    async fn counted_in_shadow(&self, answered: Answered) -> Result<()> {
        let Some(version) = self.shadow_version(&answered.use_case).await? else {
            return Ok(());
        };
        let beside: Beside = (answered.use_case.clone(), answered.live, version.version);
        let records = answered.records.len() as u64;
        let tally = match self.tallies.slot.try_acquire() {
            Ok(_slot) => match self.tally_of(&version, answered).await {
                Ok(tally) => tally,
                Err(error) => {
                    tracing::warn!(
                        error = causes(&error),
                        "records could not be scored in shadow"
                    );
                    Tally {
                        failed: records,
                        ..Tally::default()
                    }
                }
            },
            Err(_) => Tally {
                skipped: records,
                ..Tally::default()
            },
        };
        self.hold_tally(beside, tally);
        if !self.tallies.scheduled.swap(true, Ordering::SeqCst) {
            tokio::time::sleep(HELD).await;
            self.tallies.scheduled.store(false, Ordering::SeqCst);
            self.store_tallies().await?;
        }
        Ok(())
    }

    async fn tally_of(&self, version: &registry::Version, answered: Answered) -> Result<Tally> {
        let scorer = self.scorer_of(version).await?;
        compute(move || {
            let Answered {
                records,
                probabilities,
                day,
                scorer: live,
                ..
            } = answered;
            let scored = crate::scoring::probabilities(&scorer, &records, day)?;
            let pairs: Vec<[f64; 2]> = probabilities
                .into_iter()
                .zip(scored)
                .map(|(live, shadow)| [live, shadow])
                .collect();
            let (names, place) = bands(&live.model().use_case);
            Ok(Tally::of(&pairs, names, place))
        })
        .await
    }

    fn hold_tally(&self, beside: Beside, tally: Tally) {
        let mut open = self
            .tallies
            .open
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        open.entry(beside).or_default().add(tally);
    }

    /// Stores what was counted since the last time.
    ///
    /// # Errors
    /// When the store fails; the counts are then kept for the next time.
    pub(crate) async fn store_tallies(&self) -> Result<()> {
        let open = std::mem::take(
            &mut *self
                .tallies
                .open
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner),
        );
        if open.is_empty() {
            return Ok(());
        }
        let stored = self.add_tallies(open.iter().map(|(beside, tally)| (beside, tally.clone())));
        let stored = stored.await;
        if stored.is_err() {
            for (beside, tally) in open {
                self.hold_tally(beside, tally);
            }
        }
        stored
    }

    async fn add_tallies(&self, open: impl Iterator<Item = (&Beside, Tally)> + Send) -> Result<()> {
        let mut transaction = self.store.begin().await?;
        for ((use_case, live, version), tally) in open {
            let stored = shadow::tallies(&mut transaction, use_case, *version).await?;
            let stored = stored.into_iter().find(|own| own.live_version == *live);
            let mut whole: Tally = match stored {
                Some(own) => serde_json::from_str(&own.tally).map_err(store::Error::from)?,
                None => Tally::default(),
            };
            whole.add(tally);
            let text = serde_json::to_string(&whole).map_err(store::Error::from)?;
            shadow::set_tally(&mut transaction, use_case, *live, *version, &text).await?;
        }
        Ok(transaction.commit().await?)
    }
}
