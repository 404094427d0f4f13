//! Imports that were refused, held for those who sent them.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use crate::datasets::RefusedImport;

/// Imports that were refused and not read yet, by number, with who sent them; the oldest go first.
#[derive(Default)]
pub(crate) struct Refusals(Mutex<VecDeque<(String, String, RefusedImport)>>);

impl Refusals {
    /// Most that are held.
    const MOST: usize = 32;

    /// Holds a refusal and gives its number.
    pub(super) fn insert(&self, by: &str, refused: RefusedImport) -> String {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= Self::MOST {
            held.pop_front();
        }
        let number: String = store::new_id();
        held.push_back((number.clone(), by.to_owned(), refused));
        number
    }

    /// The refusal of this number, for who sent it.
    pub(super) fn of(&self, by: &str, number: &str) -> Option<RefusedImport> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.iter()
            .find(|(own, person, _)| own == number && person == by)
            .map(|(_, _, refused)| refused.clone())
    }
}
