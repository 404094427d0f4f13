//! The versions of a use case, as clients read them: a registered model with the id of the use
//! case.

use domain::{Timestamp, UseCaseId};
use store::{Reader, registry};

use super::artifacts::run_uri;
use super::ids::client_id;
use super::registry::{ModelView, VersionView};
use crate::{Result, Tenure};

impl Tenure {
    pub(super) async fn use_case_model(
        &self,
        reader: &mut Reader,
        name: &str,
    ) -> Result<ModelView> {
        let id = UseCaseId::from(name);
        let aliases: Vec<(String, i64)> = registry::aliases(reader, &id)
            .await?
            .into_iter()
            .map(|alias| (alias.alias, alias.version.into()))
            .collect();
        let mut versions = Vec::new();
        for version in registry::list(reader, &id).await? {
            let number = i64::from(version.version);
            versions.push(VersionView {
                tags: registry::tags(reader, &id, version.version).await?,
                aliases: aliases
                    .iter()
                    .filter(|(_, own)| *own == number)
                    .map(|(alias, _)| alias.clone())
                    .collect(),
                name: name.to_owned(),
                version: number,
                stage: version.stage.as_str().to_owned(),
                description: version.description,
                source: run_uri(name, &version.run_id),
                run: client_id(&version.run_id),
                model: String::new(),
                run_link: String::new(),
                author: version.author.to_string(),
                created_at: version.created_at,
                updated_at: version.created_at,
            });
        }
        let first = versions
            .last()
            .map_or(Timestamp::from_micros(0), |version| version.created_at);
        let last = versions.first().map_or(first, |version| version.created_at);
        Ok(ModelView {
            name: name.to_owned(),
            description: format!("Versions of the use case {name}."),
            of_use_case: true,
            author: String::new(),
            created_at: first,
            updated_at: last,
            tags: Vec::new(),
            aliases,
            versions,
        })
    }
}
