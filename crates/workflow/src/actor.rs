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
        }
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

    /// True when this actor may do what `role` may.
    pub fn is(&self, role: Role) -> bool {
        let in_scope = |scopes: &[Scope]| scopes.contains(&Scope::of(role));
        self.roles.contains(&role)
            && if let Origin::Token(scopes) = &self.origin {
                in_scope(scopes)
            } else {
                true
            }
    }

    fn expect(&self, role: Role) -> Result<&Self> {
        if self.is(role) {
            return Ok(self);
        }
        // Only a token has fewer permissions than the roles of its owner.
        Err(if self.roles.contains(&role) {
            Error::forbidden(
                RefusalCode::ScopeRequired,
                format!("This requires a token with the scope {}.", Scope::of(role)),
            )
        } else {
            Error::forbidden(
                RefusalCode::RoleRequired,
                format!("This requires the {role} role."),
            )
        })
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
    /// limitations, checks. A token needs a scope that is for more than reading.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for an account without any role, or outside the token's scope.
    pub fn contributor(&self) -> Result<Contributor<'_>> {
        self.member()?;
        match &self.origin {
            Origin::Token(_) if !self.is(Role::Reviewer) && !self.is(Role::Admin) => {
                Err(Error::forbidden(
                    RefusalCode::ScopeRequired,
                    "This requires a token with the scope review or manage.",
                ))
            }
            Origin::CommandLine | Origin::SignedIn | Origin::Password | Origin::Token(_) => {
                Ok(Contributor(self))
            }
        }
    }

    /// Leave to see people and their scores.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without the role, or outside the token's scope.
    pub fn analyst(&self) -> Result<Analyst<'_>> {
        self.expect(Role::Analyst).map(Analyst)
    }

    /// Leave to decide on versions.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without the role, or outside the token's scope.
    pub fn reviewer(&self) -> Result<Reviewer<'_>> {
        self.expect(Role::Reviewer).map(Reviewer)
    }

    /// Leave to import, train, score, set up and keep accounts.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without the role, or outside the token's scope.
    pub fn admin(&self) -> Result<Admin<'_>> {
        self.expect(Role::Admin).map(Admin)
    }

    /// Leave to log to experiments and to write registered models. The one place that decides it: who may train may log, with any token.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without the role.
    pub fn tracker(&self) -> Result<Tracker<'_>> {
        if self.roles.contains(&Role::Admin) {
            return Ok(Tracker(self));
        }
        Err(Error::forbidden(
            RefusalCode::RoleRequired,
            "Logging requires the admin role. This account can read.",
        ))
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
            granted(&token(&[Scope::Predict, Scope::Review])),
            [true, false, true, false, false]
        );
        assert_eq!(
            granted(&token(&[Scope::Manage])),
            [true, true, false, false, true]
        );
    }
}
