//! What people call a version and say about it.

use domain::{UseCaseId, VersionNumber};

use crate::sql::{pairs, row, select, sql};
use crate::{Reader, Result, Writer};

row! {
    /// A name that follows a version.
    #[derive(Eq)]
    pub struct Alias in "model_alias" {
        pub alias: String,
        pub version: VersionNumber,
    }
}

/// Sets what people say about a version.
///
/// # Errors
/// When the database fails.
pub async fn describe(
    writer: &mut Writer,
    use_case: &UseCaseId,
    number: VersionNumber,
    description: &str,
) -> Result<()> {
    let statement =
        sql("update model_version set description = $3 where use_case = $1 and version = $2");
    statement
        .bind(use_case)
        .bind(number)
        .bind(description)
        .execute(writer)
        .await?;
    Ok(())
}

/// Sets a tag of a version; an empty value removes it.
///
/// # Errors
/// When the database fails.
pub async fn set_tag(
    writer: &mut Writer,
    use_case: &UseCaseId,
    number: VersionNumber,
    name: &str,
    value: &str,
) -> Result<()> {
    let text = if value.is_empty() {
        "delete from model_tag where use_case = $1 and version = $2 and name = $3 and value <> $4"
    } else {
        "insert into model_tag (use_case, version, name, value) values ($1, $2, $3, $4) \
         on conflict (use_case, version, name) do update set value = excluded.value"
    };
    sql(text)
        .bind(use_case)
        .bind(number)
        .bind(name)
        .bind(value)
        .execute(writer)
        .await?;
    Ok(())
}

/// Tags of a version, by name.
///
/// # Errors
/// When the database fails.
pub async fn tags(
    reader: &mut Reader,
    use_case: &UseCaseId,
    number: VersionNumber,
) -> Result<Vec<(String, String)>> {
    let statement =
        sql("select name, value from model_tag where use_case = $1 and version = $2 order by name");
    pairs(statement.bind(use_case).bind(number), reader).await
}

/// Removes an alias; true when there was one.
///
/// # Errors
/// When the database fails.
pub async fn remove_alias(writer: &mut Writer, use_case: &UseCaseId, alias: &str) -> Result<bool> {
    let statement = sql("delete from model_alias where use_case = $1 and alias = $2");
    Ok(statement.bind(use_case).bind(alias).execute(writer).await? > 0)
}

/// Gives a version an alias, taking it from the version that had it.
///
/// # Errors
/// When the database fails.
pub async fn set_alias(
    writer: &mut Writer,
    use_case: &UseCaseId,
    alias: &str,
    number: VersionNumber,
) -> Result<()> {
    let statement = sql(
        "insert into model_alias (use_case, alias, version) values ($1, $2, $3) \
         on conflict (use_case, alias) do update set version = excluded.version",
    );
    statement
        .bind(use_case)
        .bind(alias)
        .bind(number)
        .execute(writer)
        .await?;
    Ok(())
}

/// Aliases of a use case, by name.
///
/// # Errors
/// When the database fails.
pub async fn aliases(reader: &mut Reader, use_case: &UseCaseId) -> Result<Vec<Alias>> {
    select("where use_case = $1 order by alias")
        .bind(use_case)
        .all(reader)
        .await
}
