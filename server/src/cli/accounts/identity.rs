//! Who runs a command: the command line itself, or an account.

use std::io::{BufRead, IsTerminal};

use clap::Args;
use workflow::{Actor, Error, Result, Tenure};

use crate::cli::blocking::run_blocking;

/// `--as` and `--token`, for commands that act as an account.
#[derive(Debug, Clone, Default, Args)]
pub struct Identity {
    /// Account to act as; the password is read from TENURE_PASSWORD or prompted for
    #[arg(long = "as", value_name = "NAME")]
    name: Option<String>,
    /// API token to act with instead of --as
    #[arg(
        long,
        env = "TENURE_TOKEN",
        hide_env_values = true,
        conflicts_with = "name"
    )]
    token: Option<String>,
}

impl Identity {
    /// Signs in; without a name or token, the actor is the command line itself.
    ///
    /// # Errors
    /// When the name, password or token is not valid.
    pub async fn actor(&self, tenure: &Tenure) -> Result<Actor> {
        match (&self.name, &self.token) {
            (Some(name), _) => {
                let password = match std::env::var("TENURE_PASSWORD") {
                    Ok(password) => password,
                    Err(_) => run_blocking(|| ask("Password: ")).await?,
                };
                Ok(tenure.sign_in(name, &password, None).await?.actor)
            }
            (None, Some(token)) => tenure.actor_of_token(token).await,
            (None, None) => Ok(Actor::local()),
        }
    }
}

/// Prompts on the terminal without echoing the input.
fn ask(question: &str) -> Result<String> {
    if !std::io::stdin().is_terminal() {
        return Err(Error::SignIn(
            "A password is required. Set TENURE_PASSWORD, or run the command on a terminal.".into(),
        ));
    }
    rpassword::prompt_password(question)
        .map_err(|error| Error::Invalid(format!("The terminal could not be read: {error}.")))
}

/// The first line of standard input.
pub fn read_line() -> Result<String> {
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| Error::Invalid(format!("Standard input could not be read: {error}.")))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
