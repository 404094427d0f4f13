//! Accounts are added, given other roles, and disabled.

use domain::{AuditEvent, Subject};
use store::{accounts, audit};

use super::account::{check_name, check_roles, expect_admin_left, expect_person, find, insert};
use super::{secret, set_up};
use crate::{Admin, Result, Role, Tenure};

impl Tenure {
    /// Adds an account without a password. It is set through the link whose secret is returned,
    /// once, within three days.
    ///
    /// # Errors
    /// When the name or roles are none, or there is an account of this name.
    pub async fn add_account(
        &self,
        admin: &Admin<'_>,
        name: &str,
        roles: &[Role],
    ) -> Result<String> {
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
    pub async fn add_account_with(
        &self,
        admin: &Admin<'_>,
        name: &str,
        roles: &[Role],
        password: &str,
    ) -> Result<()> {
        expect_person(admin.actor())?;
        let (name, roles) = (check_name(name)?, check_roles(roles)?);
        secret::check_new(&name, password)?;
        let hash = secret::hashed(password.to_owned()).await?;
        let mut transaction = self.store.begin().await?;
        insert(&mut transaction, admin.name(), name, roles, Some(hash)).await?;
        transaction.commit().await?;
        Ok(())
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
        let event = AuditEvent::AccountRoles {
            from: before.roles.clone(),
            to: roles.clone(),
        };
        let account = accounts::Account {
            roles,
            ..before.clone()
        };
        accounts::update(&mut transaction, &account).await?;
        expect_admin_left(&mut transaction, &before).await?;
        audit::append(
            &mut transaction,
            admin.name(),
            &Subject::Account(account.name),
            &event,
        )
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Disables an account, ending its sessions and revoking its tokens, or enables it again.
    /// Nothing is removed.
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
        let account = accounts::Account {
            disabled_at: disabled.then(store::now),
            ..before.clone()
        };
        accounts::update(&mut transaction, &account).await?;
        let mut event = AuditEvent::AccountEnable {};
        if disabled {
            event = AuditEvent::AccountDisable {};
            expect_admin_left(&mut transaction, &before).await?;
            accounts::end_sessions(&mut transaction, &account.account_id).await?;
            accounts::remove_links(&mut transaction, Some(&account.account_id)).await?;
            accounts::revoke_tokens(&mut transaction, &account.account_id).await?;
        }
        audit::append(
            &mut transaction,
            admin.name(),
            &Subject::Account(account.name),
            &event,
        )
        .await?;
        transaction.commit().await?;
        Ok(())
    }
}
