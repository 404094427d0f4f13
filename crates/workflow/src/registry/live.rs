//! The version that serves, with its model. The pointer is read anew whenever something was
//! committed.

use std::sync::Arc;

use domain::{RefusalCode, VersionNumber};
use exchange::onnx::{About, to_onnx};
use model::{Model, VersionFile};
use store::registry;

use super::live_version::Live;
use super::scorer::VersionScorer;

use crate::datasets::Under;
use crate::{Analyst, Error, Member, Result, Tenure, error::compute};

impl Tenure {
    /// The version that serves; `None` when nothing was promoted, or it was taken out of service.
    ///
    /// # Errors
    /// When the store fails or the model file is damaged.
    pub async fn live(&self, use_case: &str) -> Result<Option<Arc<Live>>> {
        self.use_case(use_case)?;
        self.current(&self.currents.live, use_case, || self.read_live(use_case))
            .await
    }

    async fn read_live(&self, use_case: &str) -> Result<Option<Arc<Live>>> {
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
        let scorer = self.scorer_of(&version).await?;
        Ok(Some(Arc::new(Live {
            version,
            change,
            scorer,
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
    pub(crate) async fn model_file(
        &self,
        version: &registry::Version,
    ) -> Result<(Vec<u8>, VersionFile)> {
        let bytes = self.store.artifact(&version.model_hash).await?;
        compute(move || {
            let file = VersionFile::from_bytes(&bytes)?;
            Ok((bytes, file))
        })
        .await
        .and_then(|(bytes, file)| {
            file.model.expect_use_case(&version.use_case)?;
            Ok((bytes, file))
        })
    }

    /// One version of the registry with its final model, and the bytes of its file.
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
        let (bytes, file) = self.model_file(&version).await?;
        Ok((version, file.model, bytes))
    }

    /// The final model of a version as an ONNX file, with its name.
    ///
    /// # Errors
    /// [`Error::NotFound`], or when the file is missing or damaged.
    pub async fn onnx(
        &self,
        _: &Member<'_>,
        use_case: &str,
        number: VersionNumber,
    ) -> Result<(String, Vec<u8>)> {
        let version = self.version(use_case, number).await?;
        let file = self.version_file(&version).await?;
        let about = About {
            producer_version: self.code.to_string(),
            properties: vec![
                ("version".to_owned(), number.to_string()),
                ("model_hash".to_owned(), version.model_hash),
            ],
        };
        let bytes = compute(move || Ok(to_onnx(&file.model, &about))).await?;
        Ok((format!("{use_case}-{number}.onnx"), bytes))
    }

    /// One model of the live version, as the browser scores with it: its name, and its bytes unless
    /// that name is `known`. `asked` is the name that a page was given; empty: the final model.
    ///
    /// # Errors
    /// [`Error::Conflict`] when nothing serves, [`Error::NotFound`] when the live version has no model
    /// of that name: another version went live, of which the same fold is other people.
    pub async fn live_file(
        &self,
        _: &Analyst<'_>,
        use_case: &str,
        asked: &str,
        known: impl Fn(&str) -> bool,
    ) -> Result<(String, Option<Vec<u8>>)> {
        let live = self.expect_live(use_case).await?;
        let none = || Error::NotFound("The live version has changed. Reload the page.".into());
        let fold = asked.rsplit_once('-').map(|(_, fold)| fold.parse::<u8>());
        let fold = fold.transpose().map_err(|_| none())?;
        let name = live.model_name(fold);
        if !asked.is_empty() && asked != name {
            return Err(none());
        }
        if known(&name) {
            return Ok((name, None));
        }
        let file = self.version_file(&live.version).await?;
        let bytes = compute(move || match fold {
            None => Ok(file.model.to_bytes()?),
            Some(fold) => Ok(file.fold(fold).ok_or_else(none)?.to_bytes()?),
        });
        Ok((name, Some(bytes.await?)))
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

impl Tenure {
    /// A version, ready to score.
    ///
    /// # Errors
    /// When its file, or the data that it was trained on, is missing or damaged: without the latter
    /// it is not known who was learned from.
    pub(crate) async fn scorer_of(
        &self,
        version: &registry::Version,
    ) -> Result<Arc<VersionScorer>> {
        let make = async {
            let file = self.version_file(version).await?;
            let people = self.people_of_version(version).await?;
            let declared = match file.model.lineage.trained_on() {
                None => None,
                Some(dataset) => {
                    let dataset = self.dataset(dataset).await?;
                    let under = Under::Model(&file.model.use_case);
                    Some(self.people_for(&dataset, under).await?)
                }
            };
            let make = move || VersionScorer::new(file, &people, declared.as_deref());
            compute(move || Ok(Arc::new(make()?))).await
        };
        let key = format!("{} {}", version.use_case, version.model_hash);
        self.caches.scorers.get_or_make(&key, make).await
    }

    /// The models of a version.
    ///
    /// # Errors
    /// When the file is missing, damaged or of another use case.
    pub(crate) async fn version_file(
        &self,
        version: &registry::Version,
    ) -> Result<Arc<VersionFile>> {
        let make = async {
            let (_, file) = self.model_file(version).await?;
            Ok(Arc::new(file))
        };
        let key = format!("{} {}", version.use_case, version.model_hash);
        self.caches.files.get_or_make(&key, make).await
    }
}
