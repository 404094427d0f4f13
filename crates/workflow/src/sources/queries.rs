//! Sources as they are kept.

use store::sources::{self, Source};

use crate::{Admin, Error, Result, Tenure};

impl Tenure {
    /// The sources of a use case, or of all, by name.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn data_sources(&self, _: &Admin<'_>, use_case: Option<&str>) -> Result<Vec<Source>> {
        Ok(sources::list(
            &mut self.store.read().await?,
            use_case.map(domain::UseCaseId::from).as_ref(),
        )
        .await?)
    }

    pub(crate) async fn source(&self, use_case: &str, name: &str) -> Result<Source> {
        let found = sources::by_name(&mut self.store.read().await?, &use_case.into(), name).await?;
        found.ok_or_else(|| {
            Error::NotFound(format!(
                "{use_case} has no source named {name}. List them with `tenure source list`."
            ))
        })
    }
}
