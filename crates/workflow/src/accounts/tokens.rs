//! API tokens: what a program shows instead of a password. Shown once, kept as a hash, good for
//! less than its owner.

use crate::accounts::TokenRow;
use domain::{AccountName, AuditEvent, RefusalCode, Subject, Timestamp};
use store::{accounts, audit};

use super::account::{expect_person, find};
use super::secret;
use crate::{Actor, Error, Origin, Result, Scope, Tenure};

/// Seconds of a day.
const DAY: i64 = 24 * 3600;
/// Days that a token may be good.
const DAYS: std::ops::RangeInclusive<u32> = 1..=366;
const LONGEST_LABEL: usize = 64;

/// What a token is to be.
#[derive(Debug, Clone, Default)]
pub struct TokenRequest {
    /// Whose it is.
    pub owner: String,
    /// What it is for, in the owner's words.
    pub label: String,
    pub scopes: Vec<Scope>,
    /// Days that it is good, 1 to 366.
    pub days: u32,
    /// The owner's, once more: a token outlives the session that it is made in.
    pub password: Option<String>,
}

/// A token, with the one chance to read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    pub token_id: String,
    /// What the program sends as `Authorization: Bearer …`.
    pub secret: String,
    pub expires_at: Timestamp,
}

/// Tokens are made by their owner after signing in, or by who has the machine itself; never by
/// another token.
fn may_manage(actor: &Actor, owner: &str) -> Result<()> {
    match actor.origin() {
        Origin::CommandLine => actor.admin().map(|_| ()),
        Origin::SignedIn | Origin::Password if *actor.name() == AccountName::from(owner) => Ok(()),
        Origin::SignedIn | Origin::Password => Err(Error::forbidden(
            RefusalCode::NotTheOwner,
            "You can create tokens only for yourself.",
        )),
        Origin::Token(_) => expect_person(actor),
    }
}

fn scopes_there_are() -> String {
    let names: Vec<&str> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
    names.join(", ")
}

impl Tenure {
    /// Makes a token.
    ///
    /// # Errors
    /// When the actor may not, the password is wrong, the owner has none of the roles that a scope
    /// needs, or the request is none.
    pub async fn create_token(&self, actor: &Actor, request: &TokenRequest) -> Result<NewToken> {
        may_manage(actor, &request.owner)?;
        let label = request.label.trim();
        if label.chars().count() > LONGEST_LABEL || label.chars().any(char::is_control) {
            return Err(Error::Invalid(format!(
                "Describe the token in at most {LONGEST_LABEL} characters."
            )));
        }
        if !DAYS.contains(&request.days) {
            return Err(Error::Invalid(
                "A token must expire in 1 to 366 days.".into(),
            ));
        }
        let mut scopes = request.scopes.clone();
        scopes.sort_unstable();
        scopes.dedup();
        if scopes.is_empty() {
            return Err(Error::Invalid(format!(
                "Choose at least one scope: {}.",
                scopes_there_are()
            )));
        }
        if *actor.origin() == Origin::SignedIn {
            self.confirm_password(actor, request.password.as_deref().unwrap_or_default())
                .await?;
        }
        let mut transaction = self.store.begin().await?;
        let owner = find(&mut transaction, &request.owner).await?;
        let beyond = |scope: &&Scope| {
            scope
                .role()
                .is_some_and(|role| !owner.roles.contains(&role))
        };
        if let Some(scope) = scopes.iter().find(beyond) {
            return Err(Error::forbidden(
                RefusalCode::RoleRequired,
                format!(
                    "{} does not have the role that the scope {} requires.",
                    owner.name,
                    scope.as_str()
                ),
            ));
        }
        let secret = secret::secret("tenure_")?;
        let now = store::now();
        let expires_at = now.plus_seconds(i64::from(request.days) * DAY);
        let token = accounts::Token {
            token_id: store::new_id(),
            account_id: owner.account_id,
            label: label.to_owned(),
            scopes: scopes.clone(),
            expires_at: Some(expires_at),
            revoked_at: None,
            last_used_at: None,
            created_by: actor.name().to_owned(),
            created_at: now,
        };
        accounts::insert_token(&mut transaction, &token, &secret::kept(&secret)).await?;
        let event = AuditEvent::TokenCreate {
            token: token.token_id.clone(),
            scopes,
            days: request.days,
        };
        audit::append(
            &mut transaction,
            actor.name(),
            &Subject::Account(owner.name),
            &event,
        )
        .await?;
        transaction.commit().await?;
        Ok(NewToken {
            token_id: token.token_id,
            secret,
            expires_at,
        })
    }

    /// The tokens of an account, newest first: those of the actor, or of anybody for who keeps the
    /// accounts.
    ///
    /// # Errors
    /// When the actor may not see them, or there is no such account.
    pub async fn tokens(&self, actor: &Actor, owner: &str) -> Result<Vec<TokenRow>> {
        if *actor.name() != AccountName::from(owner) {
            actor.admin()?;
        }
        let mut connection = self.store.read().await?;
        let account = find(&mut connection, owner).await?;
        let now = store::now();
        let row = |token: accounts::Token| TokenRow {
            state: match (token.revoked_at, token.expires_at) {
                (Some(_), _) => "revoked",
                (None, Some(end)) if end <= now => "expired",
                (None, _) => "active",
            }
            .into(),
            scopes: token
                .scopes
                .iter()
                .map(|scope| scope.as_str().to_owned())
                .collect(),
            expires_at: token.expires_at,
            last_used_at: token.last_used_at,
            created_at: token.created_at,
            label: token.label,
            id: token.token_id,
        };
        Ok(accounts::tokens(&mut connection, Some(&account.account_id))
            .await?
            .into_iter()
            .map(row)
            .collect())
    }

    /// Revokes a token: at once and for good. The owner may, and who keeps the accounts.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such token, or it is not the actor's.
    pub async fn revoke_token(&self, actor: &Actor, token_id: &str) -> Result<()> {
        let missing = || Error::NotFound("This token does not exist.".into());
        expect_person(actor)?;
        let mut transaction = self.store.begin().await?;
        let token = accounts::tokens(&mut transaction, None)
            .await?
            .into_iter()
            .find(|token| token.token_id == token_id);
        let token = token.ok_or_else(missing)?;
        let owner = accounts::by_id(&mut transaction, &token.account_id)
            .await?
            .ok_or_else(missing)?;
        if owner.name != *actor.name() && actor.admin().is_err() {
            return Err(missing());
        }
        accounts::revoke_token(&mut transaction, token_id).await?;
        let event = AuditEvent::TokenRevoke {
            token: token_id.to_owned(),
        };
        audit::append(
            &mut transaction,
            actor.name(),
            &Subject::Account(owner.name),
            &event,
        )
        .await?;
        transaction.commit().await?;
        Ok(())
    }
}
