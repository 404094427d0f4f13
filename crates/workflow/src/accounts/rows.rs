//! Accounts and tokens as the screens and commands show them.

use domain::Timestamp;
use serde::{Deserialize, Serialize};

/// One account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AccountRow {
    pub name: String,
    /// `analyst`, `reviewer`, `admin`
    pub roles: Vec<String>,
    /// `active`, `waiting` (for its set-up link to be used), `disabled`
    pub state: String,
    pub created_at: Timestamp,
    pub created_by: String,
    pub signed_in_at: Option<Timestamp>,
}

/// One API token, without what it carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TokenRow {
    pub id: String,
    /// What it is for, in the owner's words.
    pub label: String,
    /// Words of [`domain::Scope`].
    pub scopes: Vec<String>,
    /// `active`, `expired`, `revoked`
    pub state: String,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
}
