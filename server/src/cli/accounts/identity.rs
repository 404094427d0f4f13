//! Who a command is run as: the machine's own, or an account.

use std::io::{BufRead, IsTerminal, Write};
use std::process::{Command, Stdio};

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
    eprint!("{question}");
    let hidden = echo(false);
    let line = read_line();
    if hidden {
        echo(true);
        eprintln!();
    }
    line
}

/// Switches the terminal's echo; false where that cannot be done.
fn echo(on: bool) -> bool {
    let mode = if on { "echo" } else { "-echo" };
    _ = std::io::stderr().flush();
    Command::new("stty").arg(mode).stdin(Stdio::inherit()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// The first line of standard input.
pub fn read_line() -> Result<String> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(|error| Error::Invalid(format!("standard input: {error}")))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
