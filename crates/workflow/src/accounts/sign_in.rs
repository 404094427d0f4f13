//! From a name and password, a session or a token to an [`Actor`].

use domain::audit::SignInPlace;
use domain::{AuditEvent, ProblemCode, RefusalCode, Subject, Timestamp};
use store::{accounts, audit};

use super::secret;
use super::throttle::Attempt;
use crate::actor::Origin;
use crate::current::GoodToken;
use crate::{Actor, Error, Result, Reviewer, Signed, Tenure};

/// The same answer whatever was wrong: who guesses learns nothing.
const WRONG: &str = "Incorrect name or password.";

/// A token's last use is written down at most this often, in microseconds.
const TOUCH_AFTER: i64 = 60 * 1_000_000;

/// Somebody who gave the right password.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// What a session keeps: the account, never the roles, so that a change of them counts at once.
    pub account_id: String,
    pub actor: Actor,
}

impl Tenure {
    /// Checks name and password, with the sign-in on record. `address`: where the request comes
    /// from, for the throttle.
    ///
    /// # Errors
    /// [`Error::SignIn`] when they are wrong or the account is disabled, [`Error::TooMany`] after too many wrong ones.
    pub async fn sign_in(
        &self,
        name: &str,
        password: &str,
        address: Option<&str>,
    ) -> Result<SignedIn> {
        let attempt = Attempt::SignIn { name, address };
        self.attempt(&attempt).await?;
        let found = accounts::by_name(&mut self.store.read().await?, &name.into())
            .await?
            .filter(|account| account.disabled_at.is_none());
        let kept = found
            .as_ref()
            .and_then(|account| account.password_hash.clone());
        let right = secret::matches(password.to_owned(), kept).await?;
        let Some(account) = found.filter(|_| right) else {
            return Err(Error::SignIn(WRONG.into()));
        };
        self.attempt_was_right(&attempt).await?;
        let mut transaction = self.store.begin().await?;
        // Read again: it may have been disabled, or given another password, while this one was
        // checked.
        let same = |now: &accounts::Account| {
            now.disabled_at.is_none() && now.password_hash == account.password_hash
        };
        let now = accounts::by_id(&mut transaction, &account.account_id)
            .await?
            .filter(same);
        let Some(mut account) = now else {
            return Err(Error::SignIn(WRONG.into()));
        };
        account.signed_in_at = Some(store::now());
        accounts::update(&mut transaction, &account).await?;
        let from = if address.is_some() {
            SignInPlace::Pages
        } else {
            SignInPlace::CommandLine
        };
        let subject = Subject::Account(account.name.clone());
        audit::append(
            &mut transaction,
            &account.name,
            &subject,
            &AuditEvent::AccountSignIn { from },
        )
        .await?;
        transaction.commit().await?;
        let origin = if address.is_some() {
            Origin::SignedIn
        } else {
            Origin::Password
        };
        let actor = Actor::new(&account.name, &account.roles, origin);
        Ok(SignedIn {
            account_id: account.account_id,
            actor,
        })
    }

    /// Who holds a session of this account, with the roles of now; `None` when the account is
    /// disabled.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn actor_of_account(&self, account_id: &str) -> Result<Option<Actor>> {
        let account = accounts::by_id(&mut self.store.read().await?, account_id).await?;
        let account = account.filter(|account| account.disabled_at.is_none());
        Ok(account.map(|account| Actor::new(&account.name, &account.roles, Origin::SignedIn)))
    }

    /// Who holds an API token. Its use is written down.
    ///
    /// # Errors
    /// [`Error::SignIn`] for a token that is unknown, revoked or expired, or whose owner is disabled.
    pub async fn actor_of_token(&self, token: &str) -> Result<Actor> {
        let refused = || Error::SignIn("This token is unknown, expired or revoked.".into());
        let now = store::now();
        let is_due =
            |last: Option<Timestamp>| last.is_none_or(|last| now.since(last) > TOUCH_AFTER);
        let hash = secret::kept(token);
        // Before anything is read.
        let generation = self.store.generation().await?;
        if let Some(held) = self.currents.tokens.get(generation.as_ref(), &hash)
            && !is_due(held.last_used_at)
        {
            return if held.expires_at.is_some_and(|end| end <= now) {
                Err(refused())
            } else {
                Ok(held.actor)
            };
        }
        let mut connection = self.store.read().await?;
        let token = accounts::token_by_hash(&mut connection, &hash)
            .await?
            .ok_or_else(refused)?;
        if token.revoked_at.is_some() || token.expires_at.is_some_and(|end| end <= now) {
            return Err(refused());
        }
        let account = accounts::by_id(&mut connection, &token.account_id).await?;
        let account = account
            .filter(|account| account.disabled_at.is_none())
            .ok_or_else(refused)?;
        drop(connection);
        if is_due(token.last_used_at) {
            // Nobody is kept from reading by a database that cannot be written for a while.
            if let Err(error) = self.touch(&token.token_id).await {
                tracing::warn!(
                    error = crate::causes(&error),
                    "the last use of a token could not be recorded"
                );
            }
        }
        let actor = Actor::new(&account.name, &account.roles, Origin::Token(token.scopes))
            .with_token(token.token_id);
        let good = GoodToken {
            actor: actor.clone(),
            expires_at: token.expires_at,
            last_used_at: token.last_used_at,
        };
        self.currents.tokens.put(generation, &hash, good);
        Ok(actor)
    }

    async fn touch(&self, token_id: &str) -> store::Result<()> {
        let mut transaction = self.store.begin().await?;
        accounts::touch_token(&mut transaction, token_id).await?;
        transaction.commit().await
    }

    /// The reviewer's signature under a decision. Who has a session gives the password once more; a
    /// password or token that came with this very request is one already.
    ///
    /// # Errors
    /// As [`Tenure::confirm_password`]; [`Error::Fields`] without a password where one is required.
    pub async fn sign<'a>(
        &self,
        reviewer: Reviewer<'a>,
        password: Option<&str>,
    ) -> Result<Signed<'a>> {
        self.sign_again(reviewer.actor(), password).await?;
        Ok(Signed::by(reviewer))
    }

    /// Asks for the password once more of somebody who has a session. A password or token that came
    /// with this very request is one already.
    ///
    /// # Errors
    /// [`Error::Fields`] without a password, and as [`Tenure::confirm_password`].
    pub(crate) async fn sign_again(&self, actor: &Actor, password: Option<&str>) -> Result<()> {
        if *actor.origin() != Origin::SignedIn {
            return Ok(());
        }
        match password.filter(|password| !password.is_empty()) {
            Some(password) => self.confirm_password(actor, password).await,
            None => Err(Error::field(
                "password",
                ProblemCode::Required,
                "Enter your password.",
            )),
        }
    }

    /// Asks for the password of the signed-in person once more, before something that cannot be
    /// taken back.
    ///
    /// # Errors
    /// [`Error::SignIn`] when it is wrong, [`Error::TooMany`] after too many wrong ones, [`Error::Forbidden`] for who did not sign in.
    pub async fn confirm_password(&self, actor: &Actor, password: &str) -> Result<()> {
        if *actor.origin() != Origin::SignedIn {
            return Err(Error::forbidden(
                RefusalCode::PersonRequired,
                "Only a person signed in with a password can confirm it.",
            ));
        }
        // Counted apart from signing in: who guesses from outside must not keep a reviewer from
        // signing.
        let attempt = Attempt::Confirm { name: actor.name() };
        self.attempt(&attempt).await?;
        let account = accounts::by_name(&mut self.store.read().await?, actor.name()).await?;
        let kept = account
            .filter(|account| account.disabled_at.is_none())
            .and_then(|account| account.password_hash);
        if !secret::matches(password.to_owned(), kept).await? {
            return Err(Error::SignIn("The password is incorrect.".into()));
        }
        self.attempt_was_right(&attempt).await
    }
}
