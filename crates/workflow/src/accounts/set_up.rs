//! Setting a password: through a link that works once, or with the old one.

use domain::audit::PasswordProof;
use domain::{AccountName, AuditEvent, RefusalCode, Subject};
use store::{Reader, Writer, accounts, audit};

use super::account::{any_admin, check_name, expect_person, find, insert};
use super::secret;
use crate::{Actor, Admin, Error, Origin, Result, Role, Tenure};

/// Seconds that a set-up link is good.
const LINK_LASTS: i64 = 3 * 24 * 3600;

/// Whom a set-up link is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetUp {
    /// The first administrator, who chooses a name.
    FirstAdmin,
    /// The account of this name.
    Account(String),
}

pub(super) async fn new_link(
    writer: &mut Writer,
    account_id: Option<&str>,
    by: &AccountName,
) -> Result<String> {
    let link = secret::secret("")?;
    accounts::set_link(
        writer,
        &secret::kept(&link),
        account_id,
        store::now().plus_seconds(LINK_LASTS),
        by,
    )
    .await?;
    Ok(link)
}

impl Tenure {
    /// The secret of a link for the first administrator; `None` when there is one already. An
    /// earlier link stops working.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn first_set_up(&self) -> Result<Option<String>> {
        let mut transaction = self.store.begin().await?;
        if any_admin(&mut transaction).await? {
            return Ok(None);
        }
        let link = new_link(&mut transaction, None, &"tenure".into()).await?;
        transaction.commit().await?;
        Ok(Some(link))
    }

    /// A new set-up link for an account, for a forgotten password; the old password works until the
    /// link is used.
    ///
    /// # Errors
    /// When there is no such account, or it is disabled.
    pub async fn renew_set_up(&self, admin: &Admin<'_>, name: &str) -> Result<String> {
        expect_person(admin.actor())?;
        let mut transaction = self.store.begin().await?;
        let account = find(&mut transaction, name).await?;
        if account.disabled_at.is_some() {
            return Err(Error::conflict(
                RefusalCode::AccountDisabled,
                "This user is disabled. Enable it first.",
            ));
        }
        let link = new_link(&mut transaction, Some(&account.account_id), admin.name()).await?;
        audit::append(
            &mut transaction,
            admin.name(),
            &Subject::Account(account.name),
            &AuditEvent::AccountSetUpLink {},
        )
        .await?;
        transaction.commit().await?;
        Ok(link)
    }

    /// Whom a set-up link is for.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it was used, has expired or never was.
    pub async fn set_up_for(&self, link: &str) -> Result<SetUp> {
        self.open_link(&mut self.store.read().await?, link)
            .await
            .map(|found| match found {
                Some(account) => SetUp::Account(account.name.into_string()),
                None => SetUp::FirstAdmin,
            })
    }

    async fn open_link(
        &self,
        reader: &mut Reader,
        link: &str,
    ) -> Result<Option<accounts::Account>> {
        let gone = || {
            Error::NotFound("This link is invalid, expired or already used. Ask an administrator for a new one.".into())
        };
        match accounts::link(reader, &secret::kept(link))
            .await?
            .ok_or_else(gone)?
            .account_id
        {
            None if any_admin(reader).await? => Err(gone()),
            None => Ok(None),
            Some(id) => {
                let account = accounts::by_id(reader, &id)
                    .await?
                    .filter(|account| account.disabled_at.is_none());
                account.map(Some).ok_or_else(gone)
            }
        }
    }

    /// Uses a set-up link: sets the password of its account, or makes the first administrator under
    /// `name`. Every session of the account ends. The name that can sign in now is returned.
    ///
    /// # Errors
    /// When link, name or password are invalid.
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
                insert(
                    &mut transaction,
                    &name.as_str().into(),
                    name.clone(),
                    vec![Role::Admin],
                    Some(hash),
                )
                .await?;
                accounts::remove_links(&mut transaction, None).await?;
            }
            Some(account) => {
                set_password(&mut transaction, account, hash, PasswordProof::SetUpLink).await?
            }
        }
        transaction.commit().await?;
        Ok(name)
    }

    /// Changes the own password. Every session ends, this one too, and every token.
    ///
    /// # Errors
    /// [`Error::SignIn`] when the old one is wrong; [`Error::Forbidden`] for who did not sign in with it.
    pub async fn change_password(&self, actor: &Actor, old: &str, new: &str) -> Result<()> {
        if *actor.origin() != Origin::SignedIn {
            return Err(Error::forbidden(
                RefusalCode::PersonRequired,
                "Only a person signed in with a password can change it.",
            ));
        }
        secret::check_new(actor.name(), new)?;
        self.confirm_password(actor, old).await?;
        let hash = secret::hashed(new.to_owned()).await?;
        let mut transaction = self.store.begin().await?;
        let account = find(&mut transaction, actor.name()).await?;
        set_password(&mut transaction, account, hash, PasswordProof::OldPassword).await?;
        transaction.commit().await?;
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
        let event = AuditEvent::AccountSignOutEverywhere {
            sessions: ended,
            tokens: revoked,
        };
        audit::append(
            &mut transaction,
            actor.name(),
            &Subject::Account(account.name),
            &event,
        )
        .await?;
        transaction.commit().await?;
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

async fn set_password(
    writer: &mut Writer,
    mut account: accounts::Account,
    hash: String,
    with: PasswordProof,
) -> Result<()> {
    account.password_hash = Some(hash);
    accounts::update(writer, &account).await?;
    accounts::remove_links(writer, Some(&account.account_id)).await?;
    accounts::end_sessions(writer, &account.account_id).await?;
    accounts::revoke_tokens(writer, &account.account_id).await?;
    let subject = Subject::Account(account.name.clone());
    audit::append(
        writer,
        &account.name,
        &subject,
        &AuditEvent::AccountPassword { with },
    )
    .await?;
    Ok(())
}
