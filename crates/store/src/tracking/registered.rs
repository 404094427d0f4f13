//! Models that clients registered, with their versions. None of them can be deployed: those that
//! can are in [`crate::registry`].

use domain::{AccountName, Timestamp};

use crate::sql::{self, pairs, row, select, sql};
use crate::{Reader, Result, Writer, now};

row! {
    /// A registered model. See the table `registered_model` in `migrations/`.
    #[derive(Eq)]
    pub struct RegisteredModel in "registered_model" {
        pub name: String,
        pub description: String,
        /// The newest number that was given.
        pub newest: i64,
        pub author: AccountName,
        pub created_at: Timestamp,
        pub updated_at: Timestamp,
    }
}

row! {
    /// A version of a registered model.
    #[derive(Eq)]
    pub struct RegisteredVersion in "registered_version" {
        pub model: String,
        pub version: i64,
        pub source: String,
        pub run_id: String,
        pub model_id: String,
        pub run_link: String,
        pub description: String,
        /// `None`, `Staging` or `Archived`.
        pub stage: String,
        pub author: AccountName,
        pub created_at: Timestamp,
        pub updated_at: Timestamp,
    }
}

/// Every registered model, by name.
///
/// # Errors
/// When the database fails.
pub async fn registered_models(reader: &mut Reader) -> Result<Vec<RegisteredModel>> {
    select("order by name").all(reader).await
}

/// A registered model.
///
/// # Errors
/// When the database fails.
pub async fn registered_model(reader: &mut Reader, name: &str) -> Result<Option<RegisteredModel>> {
    select("where name = $1").bind(name).optional(reader).await
}

/// Adds a registered model.
///
/// # Errors
/// When the database fails, or the name is taken.
pub async fn insert_registered_model(writer: &mut Writer, model: &RegisteredModel) -> Result<()> {
    sql::insert(writer, model).await
}

/// Gives a registered model another name.
///
/// # Errors
/// When the database fails, or the name is taken.
pub async fn rename_registered_model(writer: &mut Writer, name: &str, other: &str) -> Result<()> {
    let statement = sql("update registered_model set name = $2, updated_at = $3 where name = $1");
    statement
        .bind(name)
        .bind(other)
        .bind(now())
        .execute(writer)
        .await?;
    Ok(())
}

/// Sets the description, where one is given, and the time of the last change.
///
/// # Errors
/// When the database fails.
pub async fn touch_registered_model(
    writer: &mut Writer,
    name: &str,
    description: Option<&str>,
) -> Result<()> {
    let statement = sql(
        "update registered_model set description = coalesce($2, description), updated_at = $3 where name = $1",
    );
    statement
        .bind(name)
        .bind(description)
        .bind(now())
        .execute(writer)
        .await?;
    Ok(())
}

/// Removes a registered model with its versions, tags and aliases. The files of its versions are of
/// runs and logged models, and stay.
///
/// # Errors
/// When the database fails.
pub async fn remove_registered_model(writer: &mut Writer, name: &str) -> Result<()> {
    for table in ["registered_alias", "registered_tag", "registered_version"] {
        sql(format!("delete from {table} where model = $1"))
            .bind(name)
            .execute(writer)
            .await?;
    }
    sql("delete from registered_model where name = $1")
        .bind(name)
        .execute(writer)
        .await?;
    Ok(())
}

/// Versions, newest first: of one registered model, or of all.
///
/// # Errors
/// When the database fails.
pub async fn registered_versions(
    reader: &mut Reader,
    model: Option<&str>,
) -> Result<Vec<RegisteredVersion>> {
    match model {
        Some(model) => {
            select("where model = $1 order by version desc")
                .bind(model)
                .all(reader)
                .await
        }
        None => select("order by model, version desc").all(reader).await,
    }
}

/// A version of a registered model.
///
/// # Errors
/// When the database fails.
pub async fn registered_version(
    reader: &mut Reader,
    model: &str,
    version: i64,
) -> Result<Option<RegisteredVersion>> {
    select("where model = $1 and version = $2")
        .bind(model)
        .bind(version)
        .optional(reader)
        .await
}

/// Adds a version under the next number, which is returned; `version.version` does not count.
///
/// # Errors
/// When the database fails.
pub async fn insert_registered_version(
    writer: &mut Writer,
    version: &RegisteredVersion,
) -> Result<i64> {
    let statement =
        sql("update registered_model set newest = newest + 1, updated_at = $2 where name = $1");
    statement
        .bind(&version.model)
        .bind(now())
        .execute(writer)
        .await?;
    let number: i64 = sql("select newest from registered_model where name = $1")
        .bind(&version.model)
        .scalar(writer)
        .await?;
    let version = RegisteredVersion {
        version: number,
        ..version.clone()
    };
    sql::insert(writer, &version).await?;
    Ok(number)
}

/// Sets the description, where one is given, and the time of the last change.
///
/// # Errors
/// When the database fails.
pub async fn touch_registered_version(
    writer: &mut Writer,
    model: &str,
    version: i64,
    description: Option<&str>,
) -> Result<()> {
    let statement = sql(
        "update registered_version set description = coalesce($3, description), updated_at = $4 where model = $1 and version = $2",
    );
    statement
        .bind(model)
        .bind(version)
        .bind(description)
        .bind(now())
        .execute(writer)
        .await?;
    Ok(())
}

/// Sets the stage of a version.
///
/// # Errors
/// When the database fails, or refuses the stage: Production is for versions of use cases.
pub async fn set_registered_version_stage(
    writer: &mut Writer,
    model: &str,
    version: i64,
    stage: &str,
) -> Result<()> {
    let statement = sql(
        "update registered_version set stage = $3, updated_at = $4 where model = $1 and version = $2",
    );
    statement
        .bind(model)
        .bind(version)
        .bind(stage)
        .bind(now())
        .execute(writer)
        .await?;
    Ok(())
}

/// Removes a version with its tags and aliases.
///
/// # Errors
/// When the database fails.
pub async fn remove_registered_version(
    writer: &mut Writer,
    model: &str,
    version: i64,
) -> Result<()> {
    for table in ["registered_alias", "registered_tag", "registered_version"] {
        sql(format!(
            "delete from {table} where model = $1 and version = $2"
        ))
        .bind(model)
        .bind(version)
        .execute(writer)
        .await?;
    }
    Ok(())
}

/// Tags of a registered model (version 0) or of one of its versions, by name.
///
/// # Errors
/// When the database fails.
pub async fn registered_tags(
    reader: &mut Reader,
    model: &str,
    version: i64,
) -> Result<Vec<(String, String)>> {
    let statement = sql(
        "select name, value from registered_tag where model = $1 and version = $2 order by name",
    );
    pairs(statement.bind(model).bind(version), reader).await
}

row! {
    struct AliasOf in "registered_alias" {
        alias: String,
        version: i64,
    }
}

/// Aliases of a registered model with their versions, by alias.
///
/// # Errors
/// When the database fails.
pub async fn aliases_of(reader: &mut Reader, model: &str) -> Result<Vec<(String, i64)>> {
    let found: Vec<AliasOf> = select("where model = $1 order by alias")
        .bind(model)
        .all(reader)
        .await?;
    Ok(found
        .into_iter()
        .map(|found| (found.alias, found.version))
        .collect())
}

/// Gives a version an alias, taking it from the version that had it.
///
/// # Errors
/// When the database fails.
pub async fn set_registered_alias(
    writer: &mut Writer,
    model: &str,
    alias: &str,
    version: i64,
) -> Result<()> {
    let statement = sql(
        "insert into registered_alias (model, alias, version) values ($1, $2, $3) \
         on conflict (model, alias) do update set version = excluded.version",
    );
    statement
        .bind(model)
        .bind(alias)
        .bind(version)
        .execute(writer)
        .await?;
    Ok(())
}

/// Removes an alias; true when there was one.
///
/// # Errors
/// When the database fails.
pub async fn remove_registered_alias(
    writer: &mut Writer,
    model: &str,
    alias: &str,
) -> Result<bool> {
    let statement = sql("delete from registered_alias where model = $1 and alias = $2");
    Ok(statement.bind(model).bind(alias).execute(writer).await? > 0)
}
