//! Accounts: who may sign in, and as what. No account comes with the program: the first one is made through a link that is shown once.

mod rows;
mod secret;
mod set_up;
mod sign_in;
mod throttle;
mod tokens;

use domain::{AccountName, AuditEvent, RefusalCode, Subject};
pub use rows::{AccountRow, TokenRow};
use store::{Reader, Writer, accounts, audit};
use unicode_normalization::UnicodeNormalization;
use unicode_security::{GeneralSecurityProfile, MixedScript, skeleton};

pub use set_up::SetUp;
pub use sign_in::SignedIn;
pub use tokens::{NewToken, TokenRequest};

use crate::{Admin, Error, Result, Role, Tenure};

/// Names that the record uses for what is no person.
const RESERVED: [&str; 4] = ["command line", "demo", "schedule", "tenure"];
const LONGEST_NAME: usize = 64;

/// A password for an account of the demo.
pub(crate) fn demo_password() -> Result<String> {
    Ok(format!("demo-{}", &secret::secret("")?[..16]))
}

/// A name for an account: letters, digits and a few marks, so that it reads the same everywhere.
fn check_name(name: &str) -> Result<String> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let name: String = name.nfkc().collect();
    let allowed = |letter: char| {
        let in_names = letter.is_alphanumeric() && GeneralSecurityProfile::identifier_allowed(letter);
        in_names || " .-_@'".contains(letter)
    };
    if name.is_empty() || name.chars().count() > LONGEST_NAME || !name.chars().all(allowed) {
        return Err(Error::Invalid(format!(
            "A name can have 1 to {LONGEST_NAME} letters, digits, spaces and the characters . - _ @ ' only."
        )));
    }
    if !name.as_str().is_single_script() {
        return Err(Error::Invalid("Use letters of a single script: others look alike.".into()));
    }
    if RESERVED.iter().any(|reserved| looks_like(reserved, &name)) {
        return Err(Error::Invalid(format!("The name {name} is reserved. Choose another one.")));
    }
    Ok(name)
}

/// Whether two names are the same to the eye, in whatever case (skeletons of Unicode Technical Standard 39).
fn looks_like(one: &str, other: &str) -> bool {
    let key = |name: &str| skeleton(&AccountName::from(name).key()).collect::<String>();
    key(one) == key(other)
}

fn check_roles(roles: &[Role]) -> Result<Vec<Role>> {
    let mut roles = roles.to_vec();
    roles.sort_unstable();
    roles.dedup();
    if roles.is_empty() {
        return Err(Error::Invalid("Choose at least one role: analyst, reviewer or admin.".into()));
    }
    Ok(roles)
}

async fn find(reader: &mut Reader, name: &str) -> Result<accounts::Account> {
    accounts::by_name(reader, &name.into()).await?.ok_or_else(|| Error::NotFound("There is no user with this name.".into()))
}

/// Accounts are kept by who signed in or has the machine itself: a token that leaks must not make an account that stays.
pub(crate) fn expect_person(actor: &crate::Actor) -> Result<()> {
    match actor.origin() {
        crate::Origin::Token(_) => Err(Error::forbidden(RefusalCode::PersonRequired, "A token cannot do this. Sign in.")),
        _ => Ok(()),
    }
}

/// Refuses a change of `before` that would leave nobody who can keep the accounts.
async fn expect_admin_left(reader: &mut Reader, before: &accounts::Account) -> Result<()> {
    if before.disabled_at.is_some() || !before.roles.contains(&Role::Admin) {
        return Ok(());
    }
    let all = accounts::list(reader).await?;
    // Who never set a password may never do so.
    let keeps = |account: &accounts::Account| {
        account.disabled_at.is_none() && account.password_hash.is_some() && account.roles.contains(&Role::Admin)
    };
    if all.iter().any(keeps) { Ok(()) } else { Err(Error::conflict(RefusalCode::LastAdmin, "At least one administrator must remain.")) }
}

impl Tenure {
    /// Adds an account without a password. It is set through the link whose secret is returned, once, within three days.
    ///
    /// # Errors
    /// When the name or roles are none, or there is an account of this name.
    pub async fn add_account(&self, admin: &Admin<'_>, name: &str, roles: &[Role]) -> Result<String> {
        expect_person(admin.actor())?;
        let (name, roles) = (check_name(name)?, check_roles(roles)?);
        let mut transaction = self.store.begin().await?;
        let account = insert(&mut transaction, admin.name(), name, roles, None).await?;
        let link = set_up::new_link(&mut transaction, Some(&account), admin.name()).await?;
        transaction.commit().await?;
        Ok(link)
    }

    /// Adds an account with a password.
    ///
    /// # Errors
    /// As [`Tenure::add_account`], and for a password that is too weak.
    pub async fn add_account_with(&self, admin: &Admin<'_>, name: &str, roles: &[Role], password: &str) -> Result<()> {
        expect_person(admin.actor())?;
        let (name, roles) = (check_name(name)?, check_roles(roles)?);
        secret::check_new(&name, password)?;
        let hash = secret::hashed(password.to_owned()).await?;
        let mut transaction = self.store.begin().await?;
        insert(&mut transaction, admin.name(), name, roles, Some(hash)).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Every account, by name.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn accounts(&self, _: &Admin<'_>) -> Result<Vec<AccountRow>> {
        let list = accounts::list(&mut self.store.read().await?).await?;
        let row = |account: accounts::Account| AccountRow {
            state: match (account.disabled_at, &account.password_hash) {
                (Some(_), _) => "disabled",
                (None, None) => "waiting",
                (None, Some(_)) => "active",
            }
            .into(),
            roles: account.roles.iter().map(|role| role.as_str().to_owned()).collect(),
            created_at: account.created_at,
            signed_in_at: account.signed_in_at,
            created_by: account.created_by.into_string(),
            name: account.name.into_string(),
        };
        Ok(list.into_iter().map(row).collect())
    }

    /// Gives an account other roles, from the next request on.
    ///
    /// # Errors
    /// When there is no such account, or no administrator would be left.
    pub async fn set_roles(&self, admin: &Admin<'_>, name: &str, roles: &[Role]) -> Result<()> {
        expect_person(admin.actor())?;
        let roles = check_roles(roles)?;
        let mut transaction = self.store.begin().await?;
        let before = find(&mut transaction, name).await?;
        let event = AuditEvent::AccountRoles { from: before.roles.clone(), to: roles.clone() };
        let account = accounts::Account { roles, ..before.clone() };
        accounts::update(&mut transaction, &account).await?;
        expect_admin_left(&mut transaction, &before).await?;
        audit::append(&mut transaction, admin.name(), &Subject::Account(account.name), &event).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Disables an account, ending its sessions and revoking its tokens, or enables it again. Nothing is removed.
    ///
    /// # Errors
    /// When there is no such account, or no administrator would be left.
    pub async fn set_disabled(&self, admin: &Admin<'_>, name: &str, disabled: bool) -> Result<()> {
        expect_person(admin.actor())?;
        let mut transaction = self.store.begin().await?;
        let before = find(&mut transaction, name).await?;
        if before.disabled_at.is_some() == disabled {
            return Ok(());
        }
        let account = accounts::Account { disabled_at: disabled.then(store::now), ..before.clone() };
        accounts::update(&mut transaction, &account).await?;
        let mut event = AuditEvent::AccountEnable {};
        if disabled {
            event = AuditEvent::AccountDisable {};
            expect_admin_left(&mut transaction, &before).await?;
            accounts::end_sessions(&mut transaction, &account.account_id).await?;
            accounts::remove_links(&mut transaction, Some(&account.account_id)).await?;
            accounts::revoke_tokens(&mut transaction, &account.account_id).await?;
        }
        audit::append(&mut transaction, admin.name(), &Subject::Account(account.name), &event).await?;
        transaction.commit().await?;
        Ok(())
    }
}

async fn insert(writer: &mut Writer, by: &AccountName, name: String, roles: Vec<Role>, password_hash: Option<String>) -> Result<String> {
    let name = AccountName::from(name);
    if let Some(other) = accounts::list(writer).await?.into_iter().find(|other| looks_like(&other.name, &name)) {
        let why =
            if other.name == name { "A user with this name already exists." } else { "A user with a similar-looking name already exists." };
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
    audit::append(writer, by, &Subject::Account(account.name), &AuditEvent::AccountAdd { roles: account.roles }).await?;
    Ok(account.account_id)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn names_are_names() {
        assert_eq!(check_name("  Ann   O'Hara-Łoś ").unwrap(), "Ann O'Hara-Łoś");
        let twins = ["comm\u{430}nd line", "command line\u{3164}", "ｃommand line", "de\u{43c}o", "x\u{115f}"];
        for none in ["", " ", "a<b", "x\u{202e}y", "a;b", "Command  Line", "Ｄｅｍｏ", &"n".repeat(65)].into_iter().chain(twins) {
            assert!(check_name(none).is_err(), "{none}");
        }
        assert_eq!(check_name("Ｒｉｔａ").unwrap(), "Rita", "wide letters are the same letters");
        assert_eq!(check_name("Светлана").unwrap(), "Светлана", "every script may write names");
        assert!(looks_like("саша", "caшa") && looks_like("paul", "pau1") && !looks_like("ann", "anna"));
        assert_eq!(check_roles(&[Role::Admin, Role::Analyst, Role::Admin]).unwrap(), [Role::Analyst, Role::Admin]);
        assert!(check_roles(&[]).is_err());
    }
}
