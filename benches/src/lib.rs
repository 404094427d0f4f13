//! What the benchmarks share: a stopwatch, one way to print, and the data.

use std::error::Error;
use std::time::Instant;

use model::{Column, Matrix, Table, UseCase};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use training::Dataset;
use training::grower::{ForestParameters, TreeParameters};
use training::prepared::{InputChoice, Prepared};
use training::split::Split;

/// What a benchmark gives back.
pub type Outcome = Result<(), Box<dyn Error>>;

/// Wall-clock seconds of the fastest of `runs` runs: the one that others on the machine disturbed
/// least.
pub fn fastest<T>(runs: usize, mut work: impl FnMut() -> T) -> f64 {
    let time = |_| {
        let start = Instant::now();
        std::hint::black_box(work());
        start.elapsed().as_secs_f64()
    };
    (0..runs).map(time).fold(f64::INFINITY, f64::min)
}

/// Prints a measurement in seconds beside its aim.
pub fn say(name: &str, seconds: f64, aim: Option<f64>) {
    let aim = aim
        .map(|aim| format!("   aim {}, {:.2} of it", time_text(aim), seconds / aim))
        .unwrap_or_default();
    println!("{name:<44} {:>10}{aim}", time_text(seconds));
}

fn time_text(seconds: f64) -> String {
    match seconds {
        1.0.. => format!("{seconds:.2} s"),
        1e-3.. => format!("{:.2} ms", 1e3 * seconds),
        _ => format!("{:.2} µs", 1e6 * seconds),
    }
}

/// Largest resident size so far, in megabytes, where the system says it.
pub fn peak_megabytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim()
        .trim_end_matches(" kB")
        .parse::<f64>()
        .ok()
        .map(|kilobytes| kilobytes / 1024.0)
}

/// The 1470 people of the IBM file, or `None` (said loudly) where the shared folder is absent.
///
/// # Errors
/// When the file does not fit the use case.
pub fn ibm() -> Result<Option<(UseCase, Dataset)>, Box<dyn Error>> {
    let Some(file) = testing::shared("data/ibm_hr_attrition_1470.csv") else {
        return Ok(None);
    };
    let use_cases = data::built_in().map_err(|_| "a built-in use case is wrong")?;
    let use_case = use_cases
        .into_iter()
        .find(|use_case| use_case.id == "attrition")
        .ok_or("there is no use case attrition")?;
    let checked = data::check(
        &data::read(&std::fs::read(file)?, &data::ReadOptions::default())?,
        &use_case,
        data::CheckMode::Training,
        None,
    )?;
    let labels = checked
        .labels
        .and_then(|labels| labels.into_iter().collect())
        .ok_or("the file has no outcomes")?;
    Ok(Some((use_case, Dataset::new(checked.table, labels)?)))
}

/// All rows, encoded, ready to be fitted to.
///
/// # Errors
/// When they cannot be encoded.
pub fn prepared(dataset: &Dataset, use_case: &UseCase) -> Result<Prepared, Box<dyn Error>> {
    let everybody = Split::explicit(dataset, &[])?.train;
    Ok(Prepared::new(
        dataset,
        use_case,
        &everybody,
        &InputChoice::default(),
    )?)
}

/// A forest of the usual size.
pub fn forest() -> ForestParameters {
    ForestParameters {
        trees: 300,
        max_depth: 12,
        min_leaf: 5.0,
        column_share: 0.3,
        bins: 64,
        balanced: false,
    }
}

/// A single tree.
pub fn tree() -> TreeParameters {
    TreeParameters {
        max_depth: 6,
        min_leaf: 10.0,
        smoothing: 1.0,
        bins: 64,
        balanced: false,
    }
}

/// The rows of `matrix` over and over, `rows` of them.
pub fn tiled(matrix: &Matrix, rows: usize) -> Matrix {
    matrix.take(&(0..rows).map(|row| row % matrix.rows()).collect::<Vec<_>>())
}

/// Columns like those of a personnel file: a few continuous ones, years and rates, ordinals,
/// levels.
pub fn people(rows: usize, columns: usize, seed: u64) -> Table {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut table = Table::default();
    for index in 0..columns {
        let mut numbers = |draw: &dyn Fn(&mut ChaCha8Rng) -> f64| {
            Column::Number((0..rows).map(|_| draw(&mut random)).collect())
        };
        let column = match index % 6 {
            0 if index < 12 => numbers(&|random| random.random::<f64>().powi(2) * 100.0),
            0 => numbers(&|random| f64::from(random.random_range(1000..20_000_u32))),
            1 => numbers(&|random| f64::from(random.random_range(0..41_u32))),
            2 | 3 => numbers(&|random| f64::from(random.random_range(1..6_u32))),
            _ => Column::Level {
                codes: (0..rows).map(|_| random.random_range(0..8_u32)).collect(),
                levels: (0..8).map(|level| format!("level {level}")).collect(),
            },
        };
        table.push(format!("x{index}"), column);
    }
    table
}
