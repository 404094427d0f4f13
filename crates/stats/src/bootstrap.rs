//! Stratified bootstrap of score tables: leavers and stayers are drawn separately, so that every
//! resample has both.

use rand::{
    Rng, SeedableRng,
    distr::{Distribution, Uniform},
};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::ScoreTable;

/// Resamples per unit of parallel work. Fixed, and each unit has a random stream of its own, so
/// that the result does not depend on the number of threads.
const CHUNK: usize = 50;

/// Resamples that `rows` rows get: 2000 where that is quick, fewer on large files, where the
/// figures hardly move anyway.
pub(crate) fn resamples_for(rows: usize) -> usize {
    (20_000_000 / rows.max(1)).clamp(200, 2000)
}

/// `statistic` of `resamples` draws, in a fixed order. `draw` gets the random numbers of its chunk.
pub(crate) fn chunked<T: Send, S>(
    resamples: usize,
    seed: u64,
    start: impl Fn() -> S + Sync,
    draw: impl Fn(&mut S, &mut ChaCha8Rng) -> T + Sync,
) -> Vec<T> {
    let chunks: Vec<Vec<T>> = (0..resamples.div_ceil(CHUNK))
        .into_par_iter()
        .map(|chunk| {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            random.set_stream(chunk as u64);
            let mut state = start();
            (chunk * CHUNK..resamples.min((chunk + 1) * CHUNK))
                .map(|_| draw(&mut state, &mut random))
                .collect()
        })
        .collect();
    chunks.into_iter().flatten().collect()
}

/// `statistic` of stratified resamples of the rows behind `tables`, which are several scores of the
/// same people (so a comparison is paired). `positions[t][row]` is the position of a row in table
/// `t`.
pub(crate) fn resample<const TABLES: usize, T: Send>(
    truth: &[bool],
    tables: [&ScoreTable; TABLES],
    positions: [&[u32]; TABLES],
    seed: u64,
    statistic: impl Fn(&[ScoreTable; TABLES]) -> T + Sync,
) -> Vec<T> {
    let rows_of = |class: bool| -> Vec<[u32; TABLES]> {
        truth
            .iter()
            .enumerate()
            .filter(|&(_, &positive)| positive == class)
            .map(|(row, _)| positions.map(|of| of[row]))
            .collect()
    };
    let (positive_rows, negative_rows) = (rows_of(true), rows_of(false));
    chunked(
        resamples_for(truth.len()),
        seed,
        || tables.map(Clone::clone),
        |resampled, random| {
            for table in resampled.iter_mut() {
                table.positives.fill(0);
                table.negatives.fill(0);
            }
            draw_rows(&positive_rows, random, |position, table| {
                resampled[table].positives[position] += 1
            });
            draw_rows(&negative_rows, random, |position, table| {
                resampled[table].negatives[position] += 1
            });
            statistic(resampled)
        },
    )
}

/// As many rows as there are, drawn with replacement.
fn draw_rows<const TABLES: usize>(
    rows: &[[u32; TABLES]],
    random: &mut impl Rng,
    mut count: impl FnMut(usize, usize),
) {
    let Ok(row) = Uniform::new(0, rows.len()) else {
        return;
    };
    for _ in rows {
        for (table, &position) in rows[row.sample(random)].iter().enumerate() {
            count(position as usize, table);
        }
    }
}
