//! Writes the server's results for 1000 random people, for every kind of candidate: `bits FOLDER`
//! creates `KIND.tenure`, `KIND.bits` (little-endian doubles, person by person), `people.txt`
//! (people separated by an empty line) and `kinds.txt` (one kind a line).

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use model::scorer::{Calibrator, Scorer as Trees};
use model::{Cell, Column, Field, Lineage, Model, Record, Table, Training, UseCase};
use scorer::Scorer;
use training::Dataset;
use training::candidate::{
    BlendMember, Candidate, L2Parameters, LinfaTreeParameters, Parameters, fit,
};
use training::grower::{BoostingParameters, ForestParameters, TreeParameters};
use training::prepared::{InputChoice, Prepared};
use training::split::Split;
use training::statistics::{field_statistics, interval_table};

const PEOPLE: usize = 1000;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("usage: bits FOLDER")?);
    fs::create_dir_all(&folder)?;
    let use_case: UseCase = toml::from_str(include_str!(
        "../../../crates/data/use_cases/attrition.toml"
    ))?;
    let mut random = Random(20_261_121);
    let people: Vec<Record> = (0..PEOPLE).map(|_| random.person(&use_case)).collect();
    let text = |record: &Record| {
        record
            .iter()
            .map(|(field, value)| format!("{field}={value}\n"))
            .collect::<String>()
    };
    let texts: Vec<String> = people.iter().map(text).collect();
    fs::write(folder.join("people.txt"), texts.join("\n"))?;
    let dataset = dataset(&use_case, &people, &mut random)?;
    let everybody = Split::explicit(&dataset, &[])?.train;
    let prepared = Prepared::new(&dataset, &use_case, &everybody, &InputChoice::default())?;
    let kinds: Vec<&str> = Candidate::ALL
        .iter()
        .map(|candidate| candidate.name())
        .collect();
    fs::write(folder.join("kinds.txt"), kinds.join("\n"))?;
    for &candidate in Candidate::ALL {
        let model = model(candidate, &use_case, &dataset, &prepared)?;
        let bytes = model.to_bytes()?;
        let scorer = Scorer::new(&bytes)?;
        let mut bits = Vec::new();
        for person in &texts {
            bits.extend(
                scorer
                    .explain(person)?
                    .into_iter()
                    .flat_map(f64::to_le_bytes),
            );
        }
        fs::write(folder.join(format!("{}.tenure", candidate.name())), bytes)?;
        fs::write(folder.join(format!("{}.bits", candidate.name())), bits)?;
    }
    Ok(())
}

/// Larger or deeper models than at the start of the search, and an ensemble; a kind without an
/// entry is compared at that start.
fn parameters(candidate: Candidate) -> Result<Parameters, Box<dyn Error>> {
    let boosting = BoostingParameters {
        trees: 120,
        ..BoostingParameters::default()
    };
    let tree = TreeParameters {
        max_depth: 8,
        min_leaf: 3.0,
        smoothing: 1.0,
        bins: 64,
        balanced: false,
    };
    let forest = ForestParameters {
        trees: 300,
        max_depth: 12,
        min_leaf: 3.0,
        column_share: 0.3,
        bins: 64,
        balanced: false,
    };
    let linear = Parameters::LogisticRegressionL2(L2Parameters {
        c: 0.3,
        balanced: true,
    });
    let boosted = Parameters::GradientBoosting(boosting);
    let member = |parameters: &Parameters, weight| BlendMember {
        weight,
        parameters: parameters.clone(),
    };
    let chosen = [
        Parameters::Blend {
            intercept: -0.1,
            members: vec![member(&linear, 0.6), member(&boosted, 0.5)],
        },
        Parameters::LinfaTree(LinfaTreeParameters {
            max_depth: 6,
            min_leaf: 5.0,
        }),
        Parameters::DecisionTree(tree),
        Parameters::AdditiveBoosting(BoostingParameters {
            main_effect_trees: 200,
            trees: 20,
            ..boosting
        }),
        Parameters::RandomForest(forest),
        linear,
        boosted,
    ];
    let start: Vec<f64> = candidate
        .space()
        .iter()
        .map(|dimension| dimension.start)
        .collect();
    let own = chosen
        .into_iter()
        .find(|parameters| parameters.candidate() == candidate);
    own.or_else(|| candidate.parameters(&start))
        .ok_or_else(|| format!("{} has no parameters", candidate.name()).into())
}

/// A fitted model. Calibrators differ by kind, so that each of them is compared.
fn model(
    candidate: Candidate,
    use_case: &UseCase,
    dataset: &Dataset,
    prepared: &Prepared,
) -> Result<Model, Box<dyn Error>> {
    let parameters = parameters(candidate)?;
    let mut scorer = fit(&parameters, prepared, 7)?;
    scorer.calibrator = match Candidate::ALL
        .iter()
        .position(|other| *other == candidate)
        .unwrap_or(0)
        % 3
    {
        0 => Calibrator::None,
        1 => isotonic(&scorer, prepared),
        _ => Calibrator::Platt {
            slope: 0.83,
            offset: -0.07,
        },
    };
    let scores = scorer.probabilities(&prepared.matrix);
    let intervals = interval_table(&dataset.labels, &scores)?;
    let training = Training {
        rows: dataset.labels.len() as u32,
        positives: dataset.labels.iter().filter(|label| **label).count() as u32,
        fields: field_statistics(use_case, &dataset.table),
        interval_scores: intervals.scores,
        interval_lower: intervals.lower,
        interval_upper: intervals.upper,
        pairs: Vec::new(),
        calibration_information: [0.0; 3],
    };
    let lineage = Lineage {
        candidate: candidate.name().into(),
        parameters: parameters.describe(),
        seed: 7,
        ..Lineage::default()
    };
    Ok(Model {
        use_case: use_case.clone(),
        encoder: prepared.encoding.encoder.clone(),
        scorer,
        training,
        lineage,
    })
}

/// A monotone map through the tenths of the scores.
fn isotonic(scorer: &Trees, prepared: &Prepared) -> Calibrator {
    let mut x = scorer.probabilities(&prepared.matrix);
    x.sort_unstable_by(f64::total_cmp);
    let mut x: Vec<f64> = (0..=10)
        .map(|tenth| x[tenth * (x.len() - 1) / 10])
        .collect();
    x.dedup();
    let y = x.iter().map(|x| 0.02 + 0.9 * x * x).collect();
    Calibrator::Isotonic { x, y }
}

/// The people with an outcome that depends on them.
fn dataset(
    use_case: &UseCase,
    people: &[Record],
    random: &mut Random,
) -> Result<Dataset, Box<dyn Error>> {
    let mut table = Table::default();
    for field in use_case.inputs() {
        let cells = people.iter().map(|person| {
            field
                .parse(&person[&field.name])
                .map_err(|problem| problem.to_string())
        });
        let cells = cells.collect::<Result<Vec<Cell>, String>>()?;
        let number = |cell: &Cell| {
            if let Cell::Number(number) = cell {
                *number
            } else {
                f64::NAN
            }
        };
        let code = |cell: &Cell| {
            if let Cell::Level(code) = cell {
                *code
            } else {
                0
            }
        };
        let column = if field.is_level() {
            Column::Level {
                codes: cells.iter().map(code).collect(),
                levels: field.levels.clone(),
            }
        } else {
            Column::Number(cells.iter().map(number).collect())
        };
        table.push(&field.name, column);
    }
    let happens = |person: &Record| {
        let overtime = if person["OverTime"] == "Yes" {
            0.3
        } else {
            0.0
        };
        let far = person["DistanceFromHome"]
            .parse::<f64>()
            .map_or(0.0, |miles| 0.01 * miles);
        random.share() < 0.1 + overtime + far
    };
    let labels = people.iter().map(happens).collect();
    Ok(Dataset::new(table, labels)?)
}

/// SplitMix64 (Steele et al. 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn person(&mut self, use_case: &UseCase) -> Record {
        use_case
            .inputs()
            .map(|field| (field.name.clone(), self.value(field)))
            .collect()
    }

    /// A random valid value; sometimes a missing one.
    fn value(&mut self, field: &Field) -> String {
        if field.missing != model::MissingPolicy::Refuse && self.share() < 0.03 {
            return String::new();
        }
        if !field.levels.is_empty() {
            return field.levels[self.next() as usize % field.levels.len()].clone();
        }
        let [low, high] = field.range.unwrap_or([0.0, 100.0]);
        let number = low + self.share() * (high - low);
        if field.kind == model::Kind::Real {
            number.to_string()
        } else {
            number.floor().to_string()
        }
    }
}
