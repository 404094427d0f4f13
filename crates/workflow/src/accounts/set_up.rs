//! Setting a password: through a link that works once, or with the old one.

use domain::RefusalCode;
use serde_json::json;
use store::{Connection, accounts, audit};

use super::{check_name, expect_person, find, insert, secret};
use crate::{Actor, Admin, Error, Origin, Result, Role, Tenure};

/// How long a set-up link is good.
const LINK_LASTS: i64 = 3 * 24 * 3600 * 1_000_000;

/// Whom a set-up link is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetUp {
    /// The first administrator, who chooses a name.
    FirstAdmin,
    /// The account of this name.
    Account(String),
}

pub(super) async fn new_link(connection: &mut Connection, account_id: Option<&str>, by: &str) -> Result<String> {
    let link = secret::secret("")?;
    accounts::set_link(connection, &secret::kept(&link), account_id, store::now() + LINK_LASTS, by).await?;
    Ok(link)
}

impl Tenure {
    /// The secret of a link for the first administrator; `None` when there is an account already. An earlier link stops working.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn first_set_up(&self) -> Result<Option<String>> {
        let mut transaction = self.store.begin().await?;
        if accounts::any(&mut transaction).await? {
            return Ok(None);
        }
        let link = new_link(&mut transaction, None, "tenure").await?;
        transaction.commit().await.map_err(store::Error::from)?;
        Ok(Some(link))
    }

    /// A new set-up link for an account, for a forgotten password; the old password works until the link is used.
    ///
    /// # Errors
    /// When there is no such account, or it is disabled.
    pub async fn renew_set_up(&self, admin: &Admin<'_>, name: &str) -> Result<String> {
        expect_person(admin.actor())?;
        let mut transaction = self.store.begin().await?;
        let account = find(&mut transaction, name).await?;
        if account.disabled_at.is_some() {
            return Err(Error::conflict(RefusalCode::AccountDisabled, "this account is disabled"));
        }
        let link = new_link(&mut transaction, Some(&account.account_id), admin.name()).await?;
        let subject = format!("account {}", account.name);
        audit::append(&mut transaction, admin.name(), "account.set_up_link", &subject, &json!({})).await?;
        transaction.commit().await.map_err(store::Error::from)?;
        Ok(link)
    }

    /// Whom a set-up link is for.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it was used, has expired or never was.
    pub async fn set_up_for(&self, link: &str) -> Result<SetUp> {
        self.open_link(&mut *self.store.read().await?, link).await.map(|found| match found {
            Some(account) => SetUp::Account(account.name),
            None => SetUp::FirstAdmin,
        })
    }

    async fn open_link(&self, connection: &mut Connection, link: &str) -> Result<Option<accounts::Account>> {
        let gone = || Error::NotFound("this link was used, has expired, or never was: ask an administrator for a new one".into());
        match accounts::link(connection, &secret::kept(link)).await?.ok_or_else(gone)? {
            None if accounts::any(connection).await? => Err(gone()),
            None => Ok(None),
            Some(id) => {
                let account = accounts::by_id(connection, &id).await?.filter(|account| account.disabled_at.is_none());
                account.map(Some).ok_or_else(gone)
            }
        }
    }

    /// Uses a set-up link: sets the password of its account, or makes the first administrator under `name`. Every session of the account
    /// ends. The name that can sign in now is returned.
    ///
    /// # Errors
    /// When the link is no good, or name or password are not.
    pub async fn set_up(&self, link: &str, name: &str, password: &str) -> Result<String> {
        let name = match self.set_up_for(link).await? {
            SetUp::Account(name) => name,
            SetUp::FirstAdmin => check_name(name)?,
        };
        secret::check_new(&name, password)?;
        let hash = secret::hashed(password.to_owned()).await?;
        let mut transaction = self.store.begin().await?;
        match self.open_link(&mut transaction, link).await? {
            None => {
                insert(&mut transaction, &name, name.clone(), Role::Admin.as_str().into(), Some(hash)).await?;
                accounts::remove_links(&mut transaction, None).await?;
            }
            Some(account) => set_password(&mut transaction, account, hash, "set-up link").await?,
        }
        transaction.commit().await.map_err(store::Error::from)?;
        Ok(name)
    }

    /// Changes the own password. Every session ends, this one too, and every token.
    ///
    /// # Errors
    /// [`Error::SignIn`] when the old one is wrong; [`Error::Forbidden`] for who did not sign in with it.
    pub async fn change_password(&self, actor: &Actor, old: &str, new: &str) -> Result<()> {
        if *actor.origin() != Origin::SignedIn {
            return Err(Error::forbidden(RefusalCode::PersonRequired, "only who signed in with a password changes it"));
        }
        secret::check_new(actor.name(), new)?;
        self.confirm_password(actor, old).await?;
        let hash = secret::hashed(new.to_owned()).await?;
        let mut transaction = self.store.begin().await?;
        let account = find(&mut transaction, actor.name()).await?;
        set_password(&mut transaction, account, hash, "old password").await?;
        transaction.commit().await.map_err(store::Error::from)?;
        Ok(())
    }

    /// Ends every session of the signed-in person, this one too, and revokes the tokens.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sign_out_everywhere(&self, actor: &Actor) -> Result<()> {
        expect_person(actor)?;
        let mut transaction = self.store.begin().await?;
        let account = find(&mut transaction, actor.name()).await?;
        let ended = accounts::end_sessions(&mut transaction, &account.account_id).await?;
        let revoked = accounts::revoke_tokens(&mut transaction, &account.account_id).await?;
        let subject = format!("account {}", account.name);
        audit::append(
            &mut transaction,
            actor.name(),
            "account.sign_out_everywhere",
            &subject,
            &json!({ "sessions": ended, "tokens": revoked }),
        )
        .await?;
        transaction.commit().await.map_err(store::Error::from)?;
        Ok(())
    }

    /// In how many browsers the person is signed in.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn session_count(&self, actor: &Actor) -> Result<i64> {
        let mut connection = self.store.read().await?;
        let account = find(&mut connection, actor.name()).await?;
        Ok(accounts::session_count(&mut connection, &account.account_id).await?)
    }
}

async fn set_password(connection: &mut Connection, mut account: accounts::Account, hash: String, with: &str) -> Result<()> {
    account.password_hash = Some(hash);
    accounts::update(connection, &account).await?;
    accounts::remove_links(connection, Some(&account.account_id)).await?;
    accounts::end_sessions(connection, &account.account_id).await?;
    accounts::revoke_tokens(connection, &account.account_id).await?;
    let subject = format!("account {}", account.name);
    audit::append(connection, &account.name, "account.password", &subject, &json!({ "with": with })).await?;
    Ok(())
}
