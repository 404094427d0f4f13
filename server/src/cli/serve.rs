//! `tenure serve` and `tenure demo`.

use std::sync::Arc;

use clap::Args;
use workflow::Result;

use super::Answer;
use super::train::Bar;
use crate::settings::Place;
use crate::web;

#[derive(Debug, Args)]
pub struct Demo {
    /// The same seed gives the same people
    #[arg(long, default_value_t = 42)]
    seed: u64,
    /// Fill the store and stop, without serving
    #[arg(long)]
    fill_only: bool,
}

pub async fn serve(place: &Place) -> Result<Answer> {
    let tenure = place.open().await?;
    tenure.fail_interrupted().await?;
    web::serve(place, tenure).await?;
    Ok(Answer::Done)
}

pub async fn demo(place: &Place, demo: &Demo) -> Result<Answer> {
    let tenure = place.open().await?;
    if tenure.has_data().await? {
        eprintln!("The store has data already: nothing is simulated.");
    } else {
        eprintln!("This is a demo: the people are simulated, nobody here exists.");
        eprintln!("Simulating an employer, training a model, scoring twelve months …");
        tenure.fill_demo(demo.seed, Arc::new(Bar::new())).await?;
    }
    if !demo.fill_only {
        web::serve(place, tenure).await?;
    }
    Ok(Answer::Done)
}
