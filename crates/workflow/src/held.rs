//! What people are working on and have not stored: in memory only, one thing for each person, found
//! by whose it is and never by an address. It is gone after two hours and after a restart.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::AccountName;

/// How long it is kept after the person last worked on it.
const KEPT: Duration = Duration::from_secs(2 * 60 * 60);
/// Bytes of all together; what was used longest ago goes first.
const MOST_BYTES: usize = 256 << 20;

struct Held<T> {
    owner: AccountName,
    used: Instant,
    bytes: usize,
    value: T,
}

/// One value for each person.
pub(crate) struct PerPerson<T>(Mutex<Vec<Held<T>>>);

impl<T> Default for PerPerson<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> PerPerson<T> {
    fn with<R>(&self, work: impl FnOnce(&mut Vec<Held<T>>) -> R) -> R {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|own| own.used.elapsed() < KEPT);
        work(&mut held)
    }

    /// Holds a value of so many bytes in the place of what the person had.
    pub(crate) fn insert(&self, owner: &AccountName, bytes: usize, value: T) {
        self.with(|held| {
            held.retain(|other| other.owner != *owner);
            held.push(Held {
                owner: owner.clone(),
                used: Instant::now(),
                bytes,
                value,
            });
            while held.len() > 1 && held.iter().map(|own| own.bytes).sum::<usize>() > MOST_BYTES {
                held.remove(0);
            }
        });
    }

    /// What the person has.
    pub(crate) fn of(&self, owner: &AccountName) -> Option<T> {
        self.with(|held| {
            let position = held.iter().position(|own| own.owner == *owner)?;
            let mut own = held.remove(position);
            own.used = Instant::now();
            let value = own.value.clone();
            held.push(own);
            Some(value)
        })
    }

    /// Lets go of what the person has.
    pub(crate) fn remove(&self, owner: &AccountName) {
        self.with(|held| held.retain(|own| own.owner != *owner));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_person_has_one_thing_and_the_oldest_goes_first() {
        let held = PerPerson::default();
        let [ann, bo, cy] = ["ann", "bo", "cy"].map(AccountName::from);
        held.insert(&ann, 1, 1);
        held.insert(&ann, 1, 2);
        held.insert(&bo, 1, 3);
        assert_eq!((held.of(&ann), held.of(&bo)), (Some(2), Some(3)));
        held.of(&ann);
        held.insert(&cy, MOST_BYTES - 1, 4);
        assert_eq!(
            (held.of(&bo), held.of(&ann), held.of(&cy)),
            (None, Some(2), Some(4))
        );
        held.remove(&cy);
        assert_eq!(held.of(&cy), None);
    }
}
