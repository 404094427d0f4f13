//! `tenure serve` and `tenure demo`.

use std::sync::Arc;

use clap::Args;
use workflow::{Actor, DEMO_MONTHS, DemoAccount, Error, Result, Tenure};

use super::outcome::Outcome;
use super::training::Bar;
use crate::settings::Config;
use crate::web;

#[derive(Debug, Args)]
pub struct Demo {
    /// Random seed; the same seed gives the same people
    #[arg(long, default_value_t = 42)]
    seed: u64,
    /// Months of cycles, the last one this month; with fewer than 24, the model still fits and no
    /// version waits for a review
    #[arg(long, default_value_t = DEMO_MONTHS)]
    months: usize,
    /// Fill the store without starting the server
    #[arg(long)]
    fill_only: bool,
}

pub async fn serve(config: &Config) -> Result<Outcome> {
    let tenure = config.open().await?;
    tenure.fail_interrupted().await?;
    listen(config, tenure).await?;
    Ok(Outcome::Done)
}

async fn listen(config: &Config, tenure: Tenure) -> Result<()> {
    let vacant = tenure.vacant_roles(&Actor::local().admin()?).await?;
    web::serve(config, tenure, &vacant).await
}

pub async fn demo(config: &Config, demo: &Demo) -> Result<Outcome> {
    let tenure = config.open().await?;
    let filled = tenure.has_data().await?;
    if filled {
        eprintln!("The store already has data. Nothing is simulated.");
    } else {
        eprintln!("Demo data: all people are simulated.");
        eprintln!(
            "Simulating two use cases, training their models and running {} monthly cycles of each …",
            demo.months
        );
    }
    let accounts = accounts(config, &tenure).await?;
    if !filled {
        let bar = Arc::new(Bar::new());
        let filled = tenure
            .fill_demo(
                &accounts,
                demo.seed,
                demo.months,
                Arc::clone(&bar) as _,
                &|_| (),
            )
            .await;
        bar.close();
        filled?;
    }
    if accounts.is_empty() {
        println!("This store has its own accounts. List them with `tenure user list`.");
    } else {
        println!("Demo accounts (name, password):");
        accounts
            .iter()
            .for_each(|account| println!("  {:<9} {}", account.name, account.password));
    }
    if !demo.fill_only {
        listen(config, tenure).await?;
    }
    Ok(Outcome::Done)
}

/// The demo accounts: created on the first start and stored in plain text beside the store, since
/// they belong to nobody.
pub async fn accounts(config: &Config, tenure: &Tenure) -> Result<Vec<DemoAccount>> {
    let path = config.data_dir().join("demo-accounts.json");
    let unusable =
        |error: &dyn std::fmt::Display| Error::internal(format!("{}: {error}", path.display()));
    let made = tenure.demo_accounts().await?;
    if made.is_empty() {
        let kept = std::fs::read(&path).unwrap_or_else(|_| b"[]".to_vec());
        return serde_json::from_slice(&kept).map_err(|error| unusable(&error));
    }
    let text = serde_json::to_vec(&made).map_err(|error| unusable(&error))?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path).map_err(|error| unusable(&error))?;
    std::io::Write::write_all(&mut file, &text).map_err(|error| unusable(&error))?;
    Ok(made)
}
