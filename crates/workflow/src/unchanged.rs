//! Reading what is held in memory, or anew when something was committed since.

use std::future::Future;

use crate::current::Current;
use crate::{Result, Tenure};

impl Tenure {
    /// The value of `held` under `key`; what `read` gives when something was committed since.
    pub(crate) async fn current<T: Clone, F: Future<Output = Result<T>> + Send>(
        &self,
        held: &Current<T>,
        key: &str,
        read: impl FnOnce() -> F,
    ) -> Result<T> {
        let generation = self.store.generation().await?;
        if let Some(value) = held.get(generation.as_ref(), key) {
            return Ok(value);
        }
        // Rare, and large: on the heap.
        let value = Box::pin(read()).await?;
        held.put(generation, key, value.clone());
        Ok(value)
    }
}
