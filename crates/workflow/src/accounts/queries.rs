//! Accounts as the screens and commands show them.

use store::accounts;

use super::AccountRow;
use crate::{Admin, Result, Role, Tenure};

impl Tenure {
    /// The roles that nobody has who is not disabled.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn vacant_roles(&self, _: &Admin<'_>) -> Result<Vec<Role>> {
        let all = accounts::list(&mut self.store.read().await?).await?;
        let held = |role: &Role| {
            all.iter()
                .any(|account| account.disabled_at.is_none() && account.roles.contains(role))
        };
        let vacant = Role::ALL.iter().filter(|role| !held(role)).copied();
        Ok(vacant.collect())
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
            roles: account
                .roles
                .iter()
                .map(|role| role.as_str().to_owned())
                .collect(),
            created_at: account.created_at,
            signed_in_at: account.signed_in_at,
            created_by: account.created_by.into_string(),
            name: account.name.into_string(),
        };
        Ok(list.into_iter().map(row).collect())
    }
}
