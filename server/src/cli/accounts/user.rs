//! `tenure user`.

use clap::{Subcommand, ValueEnum};
use domain::{Route, Timestamp};
use serde_json::json;
use workflow::{Actor, Result, Role, Scope, Tenure, TokenRequest};

use super::identity;
use crate::cli::outcome::Outcome;
use crate::cli::output;
use crate::settings::Config;

#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Add an account and print a one-time link for setting its password
    #[command(after_help = "Example: tenure user add \"Ann Lee\" --role analyst --role reviewer")]
    Add {
        /// Name of the account
        name: String,
        /// Role; repeat the option for several
        #[arg(long = "role", required = true, value_delimiter = ',')]
        roles: Vec<RoleName>,
        /// Set the password from standard input instead of printing a link
        #[arg(long)]
        password_stdin: bool,
    },
    /// List accounts
    List,
    /// Replace the roles of an account
    #[command(after_help = "Example: tenure user roles \"Ann Lee\" --role reviewer")]
    Roles {
        /// Name of the account
        name: String,
        /// Role; repeat the option for several
        #[arg(long = "role", required = true, value_delimiter = ',')]
        roles: Vec<RoleName>,
    },
    /// Print a new set-up link, for a forgotten password
    Link {
        /// Name of the account
        name: String,
    },
    /// Disable an account: end its sessions and revoke its tokens; no data is deleted
    Disable {
        /// Name of the account
        name: String,
    },
    /// Enable a disabled account
    Enable {
        /// Name of the account
        name: String,
    },
    /// Create, list and revoke API tokens
    #[command(subcommand)]
    Token(TokenCommand),
}

#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Create a token and print it once
    #[command(
        after_help = "Example: tenure user token create \"Ann Lee\" --scope predict --expires 30 --label \"nightly report\""
    )]
    Create {
        /// Account that owns the token
        name: String,
        /// Scope of the token, within the permissions of its owner; repeat the option for several
        #[arg(long = "scope", required = true, value_delimiter = ',')]
        scopes: Vec<ScopeName>,
        /// Days until it expires, at most 366
        #[arg(long, default_value_t = 90)]
        expires: u32,
        /// What the token is for, shown in the list of tokens
        #[arg(long, default_value = "", hide_default_value = true)]
        label: String,
    },
    /// List the tokens of an account
    List {
        /// Account that owns the tokens
        name: String,
    },
    /// Revoke a token permanently
    Revoke {
        /// Id of the token, as shown by tenure user token list
        id: String,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum RoleName {
    Analyst,
    Reviewer,
    Admin,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Analyst => Self::Analyst,
            RoleName::Reviewer => Self::Reviewer,
            RoleName::Admin => Self::Admin,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum ScopeName {
    /// Runs, model versions, drift checks; no people
    Read,
    /// Scores of records that the program sends; needs the role analyst
    Predict,
    /// People who were scored, with reasons; needs the role analyst
    People,
    /// Imports of datasets and outcomes; needs the role admin
    Data,
    /// Trainings and their jobs; needs the role admin
    Train,
    /// Requests for a review; a token never decides
    RequestReview,
    /// Drift checks, alerts, the monitoring policy
    Monitor,
    /// Data, trainings, monitoring, cycles, settings; needs the role admin
    Admin,
    /// Runs and artifacts of MLflow's client
    Tracking,
}

impl From<ScopeName> for Scope {
    fn from(name: ScopeName) -> Self {
        match name {
            ScopeName::Read => Self::Read,
            ScopeName::Predict => Self::Predict,
            ScopeName::People => Self::People,
            ScopeName::Data => Self::Data,
            ScopeName::Train => Self::Train,
            ScopeName::RequestReview => Self::RequestReview,
            ScopeName::Monitor => Self::Monitor,
            ScopeName::Admin => Self::Admin,
            ScopeName::Tracking => Self::Tracking,
        }
    }
}

pub async fn run(config: &Config, command: UserCommand, as_json: bool) -> Result<Outcome> {
    let tenure = config.open().await?;
    let actor = Actor::local();
    let admin = actor.admin()?;
    let roles = |names: Vec<RoleName>| names.into_iter().map(Role::from).collect::<Vec<_>>();
    match command {
        UserCommand::Add {
            name,
            roles: names,
            password_stdin: true,
        } => {
            tenure
                .add_account_with(&admin, &name, &roles(names), &identity::read_line()?)
                .await?;
            done(
                &json!({ "name": name }),
                &format!("{name} can sign in."),
                as_json,
            )?;
        }
        UserCommand::Add {
            name,
            roles: names,
            password_stdin: false,
        } => {
            let secret = tenure.add_account(&admin, &name, &roles(names)).await?;
            tell_link(config, &name, &secret, as_json)?;
        }
        UserCommand::Link { name } => {
            let secret = tenure.renew_set_up(&admin, &name).await?;
            tell_link(config, &name, &secret, as_json)?;
        }
        UserCommand::List => {
            let accounts = tenure.accounts(&admin).await?;
            if as_json {
                output::json(&accounts)?;
            } else {
                let row = |account: &workflow::accounts::AccountRow| {
                    let last = account
                        .signed_in_at
                        .map(Timestamp::long)
                        .unwrap_or_default();
                    vec![
                        account.name.clone(),
                        account.roles.join(", "),
                        account.state.clone(),
                        account.created_at.long(),
                        last,
                    ]
                };
                output::table(
                    &["NAME", "ROLES", "STATUS", "ADDED", "LAST SIGN-IN"],
                    &accounts.iter().map(row).collect::<Vec<_>>(),
                );
            }
        }
        UserCommand::Roles { name, roles: names } => {
            tenure.set_roles(&admin, &name, &roles(names)).await?;
            done(
                &json!({ "name": name }),
                &format!("Roles of {name} updated."),
                as_json,
            )?;
        }
        UserCommand::Disable { name } => {
            tenure.set_disabled(&admin, &name, true).await?;
            done(
                &json!({ "name": name }),
                &format!("{name} is disabled. Sessions ended, tokens revoked."),
                as_json,
            )?;
        }
        UserCommand::Enable { name } => {
            tenure.set_disabled(&admin, &name, false).await?;
            done(
                &json!({ "name": name }),
                &format!("{name} can sign in again."),
                as_json,
            )?;
        }
        UserCommand::Token(command) => token(&tenure, &actor, command, as_json).await?,
    }
    Ok(Outcome::Done)
}

async fn token(tenure: &Tenure, actor: &Actor, command: TokenCommand, as_json: bool) -> Result<()> {
    match command {
        TokenCommand::Create {
            name,
            scopes,
            expires,
            label,
        } => {
            let scopes = scopes.into_iter().map(Scope::from).collect();
            let made = tenure
                .create_token(
                    actor,
                    &TokenRequest {
                        owner: name,
                        label,
                        scopes,
                        days: expires,
                        password: None,
                    },
                )
                .await?;
            let value =
                json!({ "id": made.token_id, "token": made.secret, "expires_at": made.expires_at });
            done(
                &value,
                &format!(
                    "{}\nThis token is shown once. It expires on {}.",
                    made.secret,
                    made.expires_at.long()
                ),
                as_json,
            )
        }
        TokenCommand::List { name } => {
            let tokens = tenure.tokens(actor, &name).await?;
            if as_json {
                return output::json(&tokens);
            }
            let row = |token: &workflow::accounts::TokenRow| {
                let last = token.last_used_at.map(Timestamp::long).unwrap_or_default();
                vec![
                    token.id.clone(),
                    token.scopes.join(", "),
                    token.state.clone(),
                    token.expires_at.map(Timestamp::long).unwrap_or_default(),
                    last,
                    token.label.clone(),
                ]
            };
            output::table(
                &["TOKEN", "SCOPES", "STATUS", "EXPIRES", "LAST USED", "LABEL"],
                &tokens.iter().map(row).collect::<Vec<_>>(),
            );
            Ok(())
        }
        TokenCommand::Revoke { id } => {
            tenure.revoke_token(actor, &id).await?;
            done(&json!({ "id": id }), "Token revoked.", as_json)
        }
    }
}

/// Prints the link with which a password is set, or what follows the address of the server where
/// that is known only when it runs.
fn tell_link(config: &Config, name: &str, secret: &str, as_json: bool) -> Result<()> {
    let link = config.set_up_link(secret);
    let sentence = match &link {
        Some(link) => format!("{name} can set a password within three days at\n{link}"),
        None => {
            let page = Route::SetUp {
                link: secret.to_owned(),
            };
            format!(
                "{name} can set a password within three days at the address that `tenure serve` prints, followed by\n{page}"
            )
        }
    };
    done(&json!({ "name": name, "set_up": link }), &sentence, as_json)
}

fn done(value: &serde_json::Value, sentence: &str, as_json: bool) -> Result<()> {
    if as_json {
        output::json(value)
    } else {
        output::line(sentence);
        Ok(())
    }
}
