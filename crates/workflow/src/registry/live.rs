//! The version that serves, with its model. The pointer itself is read anew each time.

use std::sync::Arc;

use domain::{RefusalCode, VersionNumber};
use model::Model;
use model::explain::ModelExplainer;
use store::registry;

use crate::{Analyst, Error, Member, Result, Tenure, error::compute};

/// The version that serves, ready to score.
pub struct Live {
    pub version: registry::Version,
    pub change: registry::LiveChange,
    pub explainer: Arc<ModelExplainer>,
}

impl Live {
    /// The model.
    pub fn model(&self) -> &Arc<Model> {
        self.explainer.model()
    }
}

impl Tenure {
    /// The version that serves; `None` when nothing was promoted, or it was taken out of service.
    ///
    /// # Errors
    /// When the store fails or the model file is damaged.
    pub async fn live(&self, use_case: &str) -> Result<Option<Arc<Live>>> {
        self.use_case(use_case)?;
        let mut connection = self.store.read().await?;
        let Some(change) = registry::live(&mut connection, &use_case.into()).await? else {
            return Ok(None);
        };
        let Some(number) = change.version else {
            return Ok(None);
        };
        let version = registry::find(&mut connection, &use_case.into(), number).await?;
        let version = version.ok_or_else(|| {
            Error::internal(format!(
                "the live version {number} of {use_case} is not in the registry"
            ))
        })?;
        drop(connection);
        let explainer = self.explainer(&version).await?;
        Ok(Some(Arc::new(Live {
            version,
            change,
            explainer,
        })))
    }

    /// The version that serves, or a sentence that none does.
    ///
    /// # Errors
    /// [`Error::Conflict`] when nothing serves.
    pub(crate) async fn expect_live(&self, use_case: &str) -> Result<Arc<Live>> {
        match self.live(use_case).await? {
            Some(live) => Ok(live),
            None => Err(Error::conflict(
                RefusalCode::NothingLive,
                self.why_nothing_serves(use_case).await?,
            )),
        }
    }

    /// A version's model file, checked.
    ///
    /// # Errors
    /// When it is missing, damaged or of another use case.
    pub(crate) async fn model_file(&self, version: &registry::Version) -> Result<(Vec<u8>, Model)> {
        let bytes = self.store.artifact(&version.model_hash).await?;
        let model = Model::from_bytes(&bytes)?;
        model.expect_use_case(&version.use_case)?;
        Ok((bytes, model))
    }

    pub(crate) async fn explainer(
        &self,
        version: &registry::Version,
    ) -> Result<Arc<ModelExplainer>> {
        let make = async {
            let (_, model) = self.model_file(version).await?;
            compute(move || Ok(Arc::new(ModelExplainer::new(Arc::new(model))?))).await
        };
        self.caches
            .explainers
            .get_or_make(
                &format!("{} {}", version.use_case, version.model_hash),
                make,
            )
            .await
    }

    /// One version of the registry with its model: what the file holds, and its bytes.
    ///
    /// # Errors
    /// [`Error::NotFound`], or when the file is missing or damaged.
    pub async fn registered(
        &self,
        _: &Member<'_>,
        use_case: &str,
        number: VersionNumber,
    ) -> Result<(registry::Version, Model, Vec<u8>)> {
        let version = self.version(use_case, number).await?;
        let (bytes, model) = self.model_file(&version).await?;
        Ok((version, model, bytes))
    }

    /// The hash of the live model's file, and its bytes unless the hash is `known`.
    ///
    /// # Errors
    /// [`Error::Conflict`] when nothing serves.
    pub async fn live_file(
        &self,
        _: &Analyst<'_>,
        use_case: &str,
        known: impl Fn(&str) -> bool,
    ) -> Result<(String, Option<Vec<u8>>)> {
        let live = self.expect_live(use_case).await?;
        let hash = live.version.model_hash.clone();
        let bytes = if known(&hash) {
            None
        } else {
            Some(self.model_file(&live.version).await?.0)
        };
        Ok((hash, bytes))
    }

    pub(crate) async fn version(
        &self,
        use_case: &str,
        number: VersionNumber,
    ) -> Result<registry::Version> {
        let found = registry::find(&mut self.store.read().await?, &use_case.into(), number).await?;
        found.ok_or_else(|| Error::no_version(use_case, number))
    }
}
