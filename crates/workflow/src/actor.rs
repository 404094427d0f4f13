//! Who asks, and what they may: permissions as types.
//!
//! A use case takes the permit that it needs, and a permit can only be had from an [`Actor`] that
//! holds it: forgetting the check does not compile.

use crate::{Error, Result};
pub use domain::{Role, Scope};

use domain::{AccountName, RefusalCode};

/// Where a request comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Somebody with access to the machine itself.
    CommandLine,
    /// Somebody who signed in with name and password, and has a session since then.
    SignedIn,
    /// Somebody who gave name and password with this very request.
    Password,
    /// A program with an API token of these scopes.
    Token(Vec<Scope>),
}

/// Somebody on whose behalf something is done. Only this crate creates one; entry points request
/// it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    name: AccountName,
    roles: Vec<Role>,
    origin: Origin,
    /// The token that the request came with.
    token: Option<String>,
}

impl Actor {
    /// Somebody with access to the machine itself: analyst and administrator, never reviewer. Who
    /// decides signs in.
    pub fn local() -> Self {
        Self::new(
            "command line",
            &[Role::Analyst, Role::Admin],
            Origin::CommandLine,
        )
    }

    pub(crate) fn new(name: &str, roles: &[Role], origin: Origin) -> Self {
        Self {
            name: name.into(),
            roles: roles.to_vec(),
            origin,
            token: None,
        }
    }

    /// The same, with the id of the token.
    pub(crate) fn with_token(mut self, token_id: String) -> Self {
        self.token = Some(token_id);
        self
    }

    /// Id of the token that the request came with.
    pub fn token_id(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Name of the account.
    pub fn name(&self) -> &AccountName {
        &self.name
    }

    /// The roles of the account; a token may be good for fewer.
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// Where the request comes from.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// True when this actor may do what `role` may; a token: with the scope for all of it.
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
            && Scope::of(role).map_or(!self.is_token(), |scope| self.has(scope))
    }

    fn is_token(&self) -> bool {
        matches!(self.origin, Origin::Token(_))
    }

    /// Whether the scopes of the token cover this one; a person has all of them.
    fn has(&self, wanted: Scope) -> bool {
        match &self.origin {
            Origin::Token(scopes) => scopes.iter().any(|scope| scope.covers(wanted)),
            Origin::CommandLine | Origin::SignedIn | Origin::Password => true,
        }
    }

    /// The role, and for a token this scope.
    fn expect(&self, role: Role, scope: Option<Scope>) -> Result<&Self> {
        if !self.roles.contains(&role) {
            return Err(Error::forbidden(
                RefusalCode::RoleRequired,
                format!("This requires the {role} role."),
            ));
        }
        match scope {
            Some(scope) => self.expect_scope(scope),
            None if self.is_token() => Err(Error::forbidden(
                RefusalCode::PersonRequired,
                format!(
                    "A token cannot do this: the {role} signs in. With a token, request a review."
                ),
            )),
            None => Ok(self),
        }
    }

    fn expect_scope(&self, scope: Scope) -> Result<&Self> {
        if self.has(scope) {
            return Ok(self);
        }
        Err(Error::forbidden(
            RefusalCode::ScopeRequired,
            format!("This requires a token with the scope {scope}."),
        ))
    }

    /// Permission for what every member may see: evidence, runs, versions, checks; no people.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for an account without any role.
    pub fn member(&self) -> Result<Member<'_>> {
        if self.roles.is_empty() {
            Err(Error::forbidden(
                RefusalCode::RoleRequired,
                "This user has no role. Ask an administrator for one.",
            ))
        } else {
            Ok(Member(self))
        }
    }

    /// Leave to write what every member may write: requests for review, comments, notes,
    /// limitations, checks. A token needs the scope for one of them.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for an account without any role, or outside the token's scope.
    pub fn contributor(&self) -> Result<Contributor<'_>> {
        self.member()?;
        if self.has(Scope::RequestReview) || self.has(Scope::Monitor) {
            return Ok(Contributor(self));
        }
        Err(Error::forbidden(
            RefusalCode::ScopeRequired,
            "This requires a token with the scope request_review or monitor.",
        ))
    }

    /// As [`Self::contributor`]; a token needs this scope.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for an account without any role, or outside the token's scope.
    pub fn contributor_for(&self, scope: Scope) -> Result<Contributor<'_>> {
        self.member()?;
        self.expect_scope(scope).map(Contributor)
    }

    /// Leave to see people and their scores; a token needs the scope `people`.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without the role, or outside the token's scope.
    pub fn analyst(&self) -> Result<Analyst<'_>> {
        self.analyst_for(Scope::People)
    }

    /// As [`Self::analyst`]; a token needs this scope.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without the role, or outside the token's scope.
    pub fn analyst_for(&self, scope: Scope) -> Result<Analyst<'_>> {
        self.expect(Role::Analyst, Some(scope)).map(Analyst)
    }

    /// Leave to decide on versions; never a token's.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without the role, or for a token.
    pub fn reviewer(&self) -> Result<Reviewer<'_>> {
        self.expect(Role::Reviewer, None).map(Reviewer)
    }

    /// Leave to import, train, score, set up and keep accounts; a token needs the scope `admin`.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without the role, or outside the token's scope.
    pub fn admin(&self) -> Result<Admin<'_>> {
        self.admin_for(Scope::Admin)
    }

    /// As [`Self::admin`]; a token needs this scope, or `admin`.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without the role, or outside the token's scope.
    pub fn admin_for(&self, scope: Scope) -> Result<Admin<'_>> {
        self.expect(Role::Admin, Some(scope)).map(Admin)
    }

    /// Leave to log to experiments and to write registered models: who may train may log; a token needs the scope `tracking`.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without the role, or outside the token's scope.
    pub fn tracker(&self) -> Result<Tracker<'_>> {
        self.expect(Role::Admin, Some(Scope::Tracking)).map(Tracker)
    }

    /// The name of somebody who is reviewer or administrator.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for everybody else, or outside the token's scope.
    pub(crate) fn reviewer_or_admin(&self) -> Result<&AccountName> {
        if self.is(Role::Reviewer) || self.is(Role::Admin) {
            return Ok(&self.name);
        }
        Err(Error::forbidden(
            RefusalCode::RoleRequired,
            "This requires the reviewer or admin role.",
        ))
    }
}

macro_rules! permit {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name<'a>(&'a Actor);

        impl<'a> $name<'a> {
            /// Name of the account, as in the audit log.
            pub fn name(&self) -> &'a AccountName {
                &self.0.name
            }

            /// Who holds this permit.
            pub fn actor(&self) -> &'a Actor {
                self.0
            }
        }
    };
}

permit! {
    /// Any member: may see evidence, runs, versions and checks, and no people.
    Member
}
permit! {
    /// Any member who may write: requests for review, comments, notes, limitations, checks.
    Contributor
}
permit! {
    /// May see people and their scores.
    Analyst
}
permit! {
    /// May log to experiments and write registered models.
    Tracker
}
permit! {
    /// May decide which version goes live.
    Reviewer
}
permit! {
    /// May import data, train, score, set up and keep the accounts.
    Admin
}

/// Whoever holds a role is a member.
macro_rules! is_member {
    ($($name:ident),*) => {$(
        impl<'a> $name<'a> {
            /// The same person as a member.
            pub fn member(&self) -> Member<'a> {
                Member(self.0)
            }
        }
    )*};
}
is_member!(Contributor, Analyst, Reviewer, Admin, Tracker);

/// A reviewer who has signed: with the password once more, or with the password or token that came
/// with this very request. Made by
/// [`crate::Tenure::sign`] alone.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a>(Reviewer<'a>);

impl<'a> Signed<'a> {
    pub(crate) fn by(reviewer: Reviewer<'a>) -> Self {
        Self(reviewer)
    }

    /// Name of the account, as in the audit log.
    pub fn name(&self) -> &'a AccountName {
        self.0.name()
    }

    /// Who has signed.
    pub fn reviewer(&self) -> Reviewer<'a> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permit_needs_the_role_and_the_scope() {
        let granted = |actor: &Actor| {
            let own = [actor.member().is_ok(), actor.contributor().is_ok()];
            [
                own[0],
                own[1],
                actor.analyst().is_ok(),
                actor.reviewer().is_ok(),
                actor.admin().is_ok(),
            ]
        };
        assert_eq!(granted(&Actor::local()), [true, true, true, false, true]);
        assert_eq!(
            granted(&Actor::new("nobody", &[], Origin::SignedIn)),
            [false; 5]
        );
        assert_eq!(
            granted(&Actor::new("ann", &[Role::Reviewer], Origin::SignedIn)),
            [true, true, false, true, false]
        );
        let token = |scopes: &[Scope]| {
            Actor::new(
                "bo",
                &[Role::Analyst, Role::Admin],
                Origin::Token(scopes.to_vec()),
            )
        };
        assert_eq!(
            granted(&token(&[Scope::Read])),
            [true, false, false, false, false]
        );
        assert_eq!(
            granted(&token(&[Scope::People, Scope::RequestReview])),
            [true, true, true, false, false]
        );
        assert_eq!(
            granted(&token(&[Scope::Admin])),
            [true, true, false, false, true]
        );
        let reviewer = Actor::new(
            "rita",
            &[Role::Reviewer],
            Origin::Token(Scope::ALL.to_vec()),
        );
        assert_eq!(
            granted(&reviewer),
            [true, true, false, false, false],
            "a token never decides"
        );
    }

    #[test]
    fn a_narrow_scope_is_enough_for_its_own_and_no_more() {
        let token = |scope: Scope| Actor::new("bo", Role::ALL, Origin::Token(vec![scope]));
        assert!(token(Scope::Predict).analyst_for(Scope::Predict).is_ok());
        assert!(token(Scope::Predict).analyst().is_err());
        assert!(token(Scope::Data).admin_for(Scope::Data).is_ok());
        assert!(token(Scope::Data).admin_for(Scope::Train).is_err());
        assert!(token(Scope::Data).admin().is_err());
        assert!(token(Scope::Admin).admin_for(Scope::Train).is_ok());
        assert!(token(Scope::Admin).analyst_for(Scope::Predict).is_err());
    }
}
