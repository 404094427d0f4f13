//! One account: what its name and roles may be, who may change it, and how it is found and added.

use domain::{AccountName, AuditEvent, RefusalCode, Subject};
use store::{Reader, Writer, accounts, audit};
use unicode_normalization::UnicodeNormalization;
use unicode_security::{GeneralSecurityProfile, MixedScript, skeleton};

use crate::{Actor, Error, Origin, Result, Role};

/// Names that the record uses for what is no person.
const RESERVED: [&str; 4] = ["command line", "demo", "schedule", "tenure"];
const LONGEST_NAME: usize = 64;

/// A name for an account: letters, digits and a few marks, so that it reads the same everywhere.
pub(super) fn check_name(name: &str) -> Result<String> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let name: String = name.nfkc().collect();
    let allowed = |letter: char| {
        let in_names =
            letter.is_alphanumeric() && GeneralSecurityProfile::identifier_allowed(letter);
        in_names || " .-_@'".contains(letter)
    };
    if name.is_empty() || name.chars().count() > LONGEST_NAME || !name.chars().all(allowed) {
        return Err(Error::Invalid(format!(
            "A name can have 1 to {LONGEST_NAME} letters, digits, spaces and the characters . - _ @ ' only."
        )));
    }
    if !name.as_str().is_single_script() {
        return Err(Error::Invalid(
            "Use letters of a single script: others look alike.".into(),
        ));
    }
    if RESERVED.iter().any(|reserved| looks_like(reserved, &name)) {
        return Err(Error::Invalid(format!(
            "The name {name} is reserved. Choose another one."
        )));
    }
    Ok(name)
}

/// Whether two names are the same to the eye, in whatever case (skeletons of Unicode Technical
/// Standard 39).
fn looks_like(one: &str, other: &str) -> bool {
    let key = |name: &str| skeleton(&AccountName::from(name).key()).collect::<String>();
    key(one) == key(other)
}

pub(super) fn check_roles(roles: &[Role]) -> Result<Vec<Role>> {
    let mut roles = roles.to_vec();
    roles.sort_unstable();
    roles.dedup();
    if roles.is_empty() {
        return Err(Error::Invalid(
            "Choose at least one role: analyst, reviewer or admin.".into(),
        ));
    }
    Ok(roles)
}

/// The account of this name.
pub(super) async fn find(reader: &mut Reader, name: &str) -> Result<accounts::Account> {
    accounts::by_name(reader, &name.into())
        .await?
        .ok_or_else(|| Error::NotFound("There is no user with this name.".into()))
}

/// Accounts are kept by who signed in or has the machine itself: a token that leaks must not make
/// an account that stays.
pub(super) fn expect_person(actor: &Actor) -> Result<()> {
    match actor.origin() {
        Origin::Token(_) => Err(Error::forbidden(
            RefusalCode::PersonRequired,
            "A token cannot do this. Sign in.",
        )),
        Origin::CommandLine | Origin::SignedIn | Origin::Password => Ok(()),
    }
}

/// Refuses a change of `before` that would leave nobody who can keep the accounts.
pub(super) async fn expect_admin_left(
    reader: &mut Reader,
    before: &accounts::Account,
) -> Result<()> {
    if before.disabled_at.is_some() || !before.roles.contains(&Role::Admin) {
        return Ok(());
    }
    let all = accounts::list(reader).await?;
    // Who never set a password may never do so.
    let keeps = |account: &accounts::Account| {
        account.disabled_at.is_none()
            && account.password_hash.is_some()
            && account.roles.contains(&Role::Admin)
    };
    if all.iter().any(keeps) {
        Ok(())
    } else {
        Err(Error::conflict(
            RefusalCode::LastAdmin,
            "At least one administrator must remain.",
        ))
    }
}

/// Whether somebody is an administrator, even if the password is yet to be set.
pub(super) async fn any_admin(reader: &mut Reader) -> Result<bool> {
    let all = accounts::list(reader).await?;
    Ok(all
        .iter()
        .any(|account| account.disabled_at.is_none() && account.roles.contains(&Role::Admin)))
}

/// Adds an account and its audit entry; gives its id.
pub(super) async fn insert(
    writer: &mut Writer,
    by: &AccountName,
    name: String,
    roles: Vec<Role>,
    password_hash: Option<String>,
) -> Result<String> {
    let name = AccountName::from(name);
    if let Some(other) = accounts::list(writer)
        .await?
        .into_iter()
        .find(|other| looks_like(&other.name, &name))
    {
        let why = if other.name == name {
            "A user with this name already exists."
        } else {
            "A user with a similar-looking name already exists."
        };
        return Err(Error::conflict(RefusalCode::NameTaken, why));
    }
    let account = accounts::Account {
        account_id: store::new_id(),
        name,
        password_hash,
        roles,
        disabled_at: None,
        created_by: by.clone(),
        created_at: store::now(),
        signed_in_at: None,
    };
    accounts::insert(writer, &account).await?;
    audit::append(
        writer,
        by,
        &Subject::Account(account.name),
        &AuditEvent::AccountAdd {
            roles: account.roles,
        },
    )
    .await?;
    Ok(account.account_id)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn names_are_names() {
        assert_eq!(check_name("  Ann   O'Hara-Łoś ").unwrap(), "Ann O'Hara-Łoś");
        let twins = [
            "comm\u{430}nd line",
            "command line\u{3164}",
            "ｃommand line",
            "de\u{43c}o",
            "x\u{115f}",
        ];
        for none in [
            "",
            " ",
            "a<b",
            "x\u{202e}y",
            "a;b",
            "Command  Line",
            "Ｄｅｍｏ",
            &"n".repeat(65),
        ]
        .into_iter()
        .chain(twins)
        {
            assert!(check_name(none).is_err(), "{none}");
        }
        assert_eq!(
            check_name("Ｒｉｔａ").unwrap(),
            "Rita",
            "wide letters are the same letters"
        );
        assert_eq!(
            check_name("Светлана").unwrap(),
            "Светлана",
            "every script may write names"
        );
        assert!(
            looks_like("саша", "caшa") && looks_like("paul", "pau1") && !looks_like("ann", "anna")
        );
        assert_eq!(
            check_roles(&[Role::Admin, Role::Analyst, Role::Admin]).unwrap(),
            [Role::Analyst, Role::Admin]
        );
        assert!(check_roles(&[]).is_err());
    }
}
