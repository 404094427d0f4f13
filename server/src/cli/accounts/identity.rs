//! Who a command is run as: the machine's own, or an account.

use std::io::{BufRead, IsTerminal};

use clap::Args;
use workflow::{Actor, Error, Result, Tenure};

/// `--as` and `--token`, for commands that an account decides on.
#[derive(Debug, Clone, Default, Args)]
pub struct Identity {
    /// Account to sign in as; its password comes from TENURE_PASSWORD, or is asked for
    #[arg(long = "as", value_name = "NAME")]
    name: Option<String>,
    /// API token to act with, instead of a name
    #[arg(long, env = "TENURE_TOKEN", hide_env_values = true, conflicts_with = "name")]
    token: Option<String>,
}

impl Identity {
    /// Signs in; without a name or token it is the command line itself.
    ///
    /// # Errors
    /// When name, password or token are not good.
    pub async fn actor(&self, tenure: &Tenure) -> Result<Actor> {
        match (&self.name, &self.token) {
            (Some(name), _) => {
                let password = match std::env::var("TENURE_PASSWORD") {
                    Ok(password) => password,
                    Err(_) => crate::cli::blocking(|| ask("Password: ")).await?,
                };
                Ok(tenure.sign_in(name, &password, None).await?.actor)
            }
            (None, Some(token)) => tenure.actor_of_token(token).await,
            (None, None) => Ok(Actor::local()),
        }
    }
}

/// Asks on the terminal, without showing what is typed.
fn ask(question: &str) -> Result<String> {
    if !std::io::stdin().is_terminal() {
        return Err(Error::SignIn("a password is needed: set TENURE_PASSWORD, or run this on a terminal".into()));
    }
    rpassword::prompt_password(question).map_err(|error| Error::Invalid(format!("the terminal: {error}")))
}

/// The first line of standard input.
pub fn read_line() -> Result<String> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(|error| Error::Invalid(format!("standard input: {error}")))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
