//! What every request asks for, held in memory for as long as the database says that nothing was
//! committed since it was read ([`store::Generation`]): a token that is revoked, a role that is
//! taken away or a version that is promoted counts from the next request on, whichever process did
//! it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::Timestamp;
use store::{Generation, registry};

use crate::Actor;
use crate::prediction_log::LogPolicy;
use crate::registry::Live;

/// Values of one kind that are held, at most; then all are let go.
const MOST: usize = 4096;

/// Values by key, each with the state of the database from before it was read.
pub(crate) struct Current<T>(Mutex<HashMap<String, (Generation, T)>>);

impl<T> Default for Current<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Current<T> {
    /// The value under `key`, if nothing was committed since it was read.
    pub(crate) fn get(&self, generation: Option<&Generation>, key: &str) -> Option<T> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (read, value) = held.get(key)?;
        (Some(read) == generation).then(|| value.clone())
    }

    /// Holds a value. `generation` is from before it was read.
    pub(crate) fn put(&self, generation: Option<Generation>, key: &str, value: T) {
        let Some(generation) = generation else {
            return;
        };
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= MOST && !held.contains_key(key) {
            held.clear();
        }
        held.insert(key.to_owned(), (generation, value));
    }
}

/// A token that was good when it was read.
#[derive(Debug, Clone)]
pub(crate) struct GoodToken {
    pub actor: Actor,
    pub expires_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
}

/// Everything of this kind.
#[derive(Default)]
pub(crate) struct Currents {
    /// By hash of the token.
    pub tokens: Current<GoodToken>,
    /// By use case.
    pub live: Current<Option<Arc<Live>>>,
    /// By use case.
    pub policies: Current<LogPolicy>,
    /// By use case: the version that scores in shadow.
    pub shadow: Current<Option<registry::Version>>,
    /// That the definitions in memory are the newest; one key.
    pub definitions: Current<()>,
}
