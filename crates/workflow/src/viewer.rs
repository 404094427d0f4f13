//! On whose behalf something is read: what decides which figures a query may give.

use domain::AccountName;

use crate::actor::{Actor, Admin, Analyst, Contributor, Member, Reviewer, Role};

/// The people whom a viewer may see, as far as the role allows any.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum OrganizationScope {
    /// The whole organization.
    #[default]
    All,
}

/// Who looks: roles (of an account, narrowed by the scopes of its token), the purpose that was
/// named, and the part of the organization.
///
/// Made from a permit, so that there is none for somebody without a role:
///
/// ```ignore
/// let profile = tenure.data_profile(&actor.member()?, Some("attrition"), "2024").await?;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    name: AccountName,
    roles: Vec<Role>,
    purpose: Option<String>,
    scope: OrganizationScope,
}

impl Viewer {
    fn of(actor: &Actor) -> Self {
        let roles = Role::ALL
            .iter()
            .copied()
            .filter(|role| actor.is(*role))
            .collect();
        Self {
            name: actor.name().clone(),
            roles,
            purpose: None,
            scope: OrganizationScope::All,
        }
    }

    /// The same viewer with the reason for looking at people that was chosen.
    #[must_use]
    pub fn with_purpose(mut self, purpose: &str) -> Self {
        self.purpose = Some(purpose.to_owned());
        self
    }

    /// Name of the account.
    pub fn name(&self) -> &AccountName {
        &self.name
    }

    /// The roles that count: those of the account that a token, where there is one, is good for.
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// Why people are looked at, where it was said.
    pub fn purpose(&self) -> Option<&str> {
        self.purpose.as_deref()
    }

    /// Which people.
    pub fn scope(&self) -> &OrganizationScope {
        &self.scope
    }

    /// Whether this viewer may see people one by one. Everybody else sees what
    /// [`crate::disclosure`] releases.
    pub fn sees_people(&self) -> bool {
        self.roles.contains(&Role::Analyst)
    }

    /// Whether this viewer imports files, and so has them.
    pub(crate) fn imports(&self) -> bool {
        self.roles.contains(&Role::Admin)
    }
}

macro_rules! from_permit {
    ($($permit:ident),*) => {$(
        impl From<&$permit<'_>> for Viewer {
            fn from(permit: &$permit<'_>) -> Self {
                Self::of(permit.actor())
            }
        }
    )*};
}
from_permit!(Member, Contributor, Analyst, Reviewer, Admin);

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::actor::{Origin, Scope};

    fn viewer(roles: &[Role], origin: Origin) -> Viewer {
        Viewer::from(&Actor::new("bo", roles, origin).member().unwrap())
    }

    #[test]
    fn only_an_analyst_sees_people_and_a_token_narrows_that() {
        assert!(viewer(&[Role::Analyst], Origin::SignedIn).sees_people());
        assert!(viewer(Role::ALL, Origin::Token(vec![Scope::People])).sees_people());
        assert!(!viewer(&[Role::Reviewer, Role::Admin], Origin::Password).sees_people());
        let reader = viewer(Role::ALL, Origin::Token(vec![Scope::Read]));
        assert!(!reader.sees_people() && reader.roles().is_empty());
        assert!(Viewer::from(&Actor::local().member().unwrap()).sees_people());
    }

    #[test]
    fn a_purpose_is_carried() {
        let viewer = viewer(&[Role::Analyst], Origin::SignedIn).with_purpose("talk");
        assert_eq!(
            (viewer.name(), viewer.purpose(), viewer.scope()),
            (
                &AccountName::from("bo"),
                Some("talk"),
                &OrganizationScope::All
            )
        );
    }
}
