//! Guessing passwords is made slow: the more wrong ones, the longer the wait, by name and by
//! address. An address from which somebody has signed in before is counted apart for that name: who
//! guesses from elsewhere does not lock the owner out.

use domain::{AccountName, Timestamp};
use store::{Reader, accounts};

use crate::{Error, Result, Tenure};

const SECOND: i64 = 1_000_000;
/// Wrong passwords without any wait.
const FREE_BY_NAME: i64 = 5;
const FREE_BY_ADDRESS: i64 = 20;
const LONGEST_WAIT: i64 = 15 * 60 * SECOND;
/// Wrong passwords longer ago than so many seconds are forgotten.
const FORGET_AFTER: i64 = 24 * 3600;
/// An address from which nobody has signed in for so many seconds is forgotten.
const PLACE_LASTS: i64 = 60 * 24 * 3600;

/// How long to wait after so many wrong passwords, of which `free` cost nothing: 1 s, 2 s, 4 s … a
/// quarter of an hour.
fn wait(failures: i64, free: i64) -> i64 {
    match failures - free {
        over if over < 0 => 0,
        over => (SECOND << over.min(20)).min(LONGEST_WAIT),
    }
}

/// A password that is about to be looked at.
#[derive(Debug, Clone, Copy)]
pub(super) enum Attempt<'a> {
    SignIn {
        name: &'a str,
        address: Option<&'a str>,
    },
    /// Once more, within a session.
    Confirm { name: &'a str },
}

fn key(kind: &str, text: &str) -> String {
    store::artifacts::hash(format!("{kind} {text}").as_bytes())
}

impl Attempt<'_> {
    /// Where a name has signed in from.
    fn place(&self) -> Option<String> {
        let Self::SignIn {
            name,
            address: Some(address),
        } = self
        else {
            return None;
        };
        Some(key(
            "place",
            &format!("{} {address}", AccountName::from(*name).key()),
        ))
    }

    /// What it counts under, and how many wrong ones are free there. `known`: the name has signed
    /// in from this address before.
    fn keys(&self, known: bool) -> Vec<(String, i64)> {
        match self {
            Self::Confirm { name } => vec![(
                key("confirm", &AccountName::from(*name).key()),
                FREE_BY_NAME,
            )],
            Self::SignIn { name, address } => {
                let own = self
                    .place()
                    .filter(|_| known)
                    .unwrap_or_else(|| key("name", &AccountName::from(*name).key()));
                let address = address.map(|address| (key("address", address), FREE_BY_ADDRESS));
                std::iter::once((own, FREE_BY_NAME))
                    .chain(address)
                    .collect()
            }
        }
    }
}

impl Tenure {
    /// Counts an attempt as a wrong one before it is looked at, so that many at once do not slip
    /// through.
    ///
    /// # Errors
    /// [`Error::TooMany`] while there is a wait: then the password is not looked at, and nothing is counted.
    pub(super) async fn attempt(&self, attempt: &Attempt<'_>) -> Result<()> {
        let mut transaction = self.store.begin().await?;
        let now = store::now();
        let known = is_known(&mut transaction, attempt).await?;
        for (key, free) in attempt.keys(known) {
            let (failures, last_at) = recent_failures(&mut transaction, &key, now).await?;
            let left = wait(failures, free) - now.since(last_at);
            if left > 0 {
                let seconds = (left + SECOND - 1) / SECOND;
                tracing::warn!(
                    failures,
                    wait_seconds = seconds,
                    "too many wrong passwords for one name or from one address"
                );
                return Err(Error::TooMany {
                    message: format!("Too many wrong passwords. Wait {seconds} s and try again."),
                    seconds,
                });
            }
            accounts::set_failures(
                &mut transaction,
                &key,
                failures + 1,
                now.plus_seconds(-FORGET_AFTER),
            )
            .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// A right password: the name starts anew, and the address is given its attempt back.
    pub(super) async fn attempt_was_right(&self, attempt: &Attempt<'_>) -> Result<()> {
        let mut transaction = self.store.begin().await?;
        let now = store::now();
        let known = is_known(&mut transaction, attempt).await?;
        if let Some(place) = attempt.place() {
            accounts::insert_place(&mut transaction, &place, now.plus_seconds(-PLACE_LASTS))
                .await?;
        }
        for (position, (key, _)) in attempt.keys(known).into_iter().enumerate() {
            let left = if position == 0 {
                0
            } else {
                recent_failures(&mut transaction, &key, now).await?.0 - 1
            };
            accounts::set_failures(
                &mut transaction,
                &key,
                left,
                now.plus_seconds(-FORGET_AFTER),
            )
            .await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}

async fn is_known(reader: &mut Reader, attempt: &Attempt<'_>) -> Result<bool> {
    match attempt.place() {
        Some(place) => {
            Ok(
                accounts::is_place_known(reader, &place, store::now().plus_seconds(-PLACE_LASTS))
                    .await?,
            )
        }
        None => Ok(false),
    }
}

/// Wrong passwords that count, and when the last one was.
async fn recent_failures(
    reader: &mut Reader,
    key: &str,
    now: Timestamp,
) -> Result<(i64, Timestamp)> {
    let found = accounts::failures(reader, key)
        .await?
        .filter(|found| now <= found.last_at.plus_seconds(FORGET_AFTER));
    Ok(found.map_or((0, now), |found| (found.failures, found.last_at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_a_quarter_of_an_hour() {
        let seconds = |failures| wait(failures, FREE_BY_NAME) / SECOND;
        assert_eq!([0, 4, 5, 6, 7, 10].map(seconds), [0, 0, 1, 2, 4, 32]);
        assert_eq!([15, 100, i64::MAX].map(seconds), [900; 3]);
    }
}
