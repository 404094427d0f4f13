//! Search over runs: a hundred thousand of them, in SQLite and, when `TENURE_TEST_POSTGRES` names
//! the maintenance database of a server, in PostgreSQL.

use benches::{Outcome, say};
use domain::{RunId, UseCaseId};
use store::runs::{self, Condition};
use store::{Settings, Store};

const RUNS: u32 = 100_000;
const METRICS: u32 = 12;
const PARAMETERS: u32 = 6;
/// Seconds that a search may take.
const AIM: f64 = 0.050;

#[tokio::main]
async fn main() -> Outcome {
    let folder = std::env::temp_dir().join(format!("tenure-bench-{}", std::process::id()));
    let settings = Settings {
        database: None,
        data_dir: folder.clone(),
        artifacts: None,
    };
    let outcome = on("sqlite", &Store::open(&settings).await?).await;
    std::fs::remove_dir_all(&folder)?;
    outcome?;
    let Some(server) = testing::postgres() else {
        return Ok(());
    };
    let database = format!("bench_{}", std::process::id());
    let admin = sqlx::AnyPool::connect(&server).await?;
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("create database {database}")))
        .execute(&admin)
        .await?;
    let url = format!("{}/{database}", server.trim_end_matches("/postgres"));
    let store = Store::open(&Settings {
        database: Some(url),
        data_dir: folder.clone(),
        artifacts: None,
    })
    .await?;
    let outcome = on("postgresql", &store).await;
    drop(store);
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
        "drop database {database} with (force)"
    )))
    .execute(&admin)
    .await?;
    std::fs::remove_dir_all(&folder)?;
    outcome
}

async fn on(database: &str, store: &Store) -> Outcome {
    fill(store).await?;
    let metric = |name: &str, operator, value| Condition::Metric {
        name: name.into(),
        operator,
        value,
    };
    let text = |value: &str| value.to_owned();
    let candidate = |value: &str| Condition::Parameter {
        name: text("candidate"),
        operator: "=",
        value: text(value),
    };
    let searches = [
        ("all", vec![]),
        ("half", vec![metric("metric_1", ">", 0.5)]),
        ("tenth", vec![metric("metric_1", ">", 0.9)]),
        ("hundredth", vec![metric("metric_1", ">", 0.99)]),
        ("none", vec![metric("metric_1", ">", 2.0)]),
        ("candidate", vec![candidate("candidate_3")]),
        (
            "half_and_half",
            vec![metric("metric_1", ">", 0.5), metric("metric_2", "<", 0.5)],
        ),
        (
            "tenth_and_candidate",
            vec![metric("metric_1", ">", 0.9), candidate("candidate_3")],
        ),
        (
            "third_and_tenth_and_candidate",
            vec![
                metric("metric_1", ">", 0.66),
                metric("metric_2", "<", 0.1),
                candidate("candidate_3"),
            ],
        ),
        (
            "status",
            vec![Condition::Attribute {
                column: "status",
                operator: "=",
                value: text("failed"),
            }],
        ),
        (
            "name_like",
            vec![Condition::Attribute {
                column: "name",
                operator: "like",
                value: text("%99999%"),
            }],
        ),
        (
            "tag",
            vec![Condition::Tag {
                name: text("data"),
                operator: "=",
                value: text("data_7"),
            }],
        ),
    ];
    let use_case = UseCaseId::from("attrition");
    let mut connection = store.read().await?;
    for (name, conditions) in &searches {
        let mut best = f64::INFINITY;
        let mut total = 0;
        for _ in 0..5 {
            let started = std::time::Instant::now();
            let found = runs::search(&mut connection, &use_case, conditions, 0, 50).await?;
            let ids: Vec<RunId> = found.runs.into_iter().map(|run| run.run_id).collect();
            runs::child_counts(&mut connection, &ids).await?;
            runs::figures_of(&mut connection, &ids).await?;
            best = best.min(started.elapsed().as_secs_f64());
            total = found.total;
        }
        say(
            &format!("search_100k_{database}_{name}_{total}"),
            best,
            Some(AIM),
        );
    }
    Ok(())
}

/// Top-level runs with their parameters, metrics and a tag, made by the database itself.
async fn fill(store: &Store) -> Outcome {
    let number = |from: &str, to: u32| {
        format!(
            "with recursive {from}(i) as (select 1 union all select i + 1 from {from} where i < {to})"
        )
    };
    let id = "'01a1-' || substr(cast(100000000 + n.i as text), 2)";
    let runs = number("n", RUNS);
    // Multiples of primes, modulo a thousand: spread evenly, and not alike between metrics.
    let value = "cast((n.i * (7919 + 104 * k.i)) % 1000 as double precision) / 1000.0";
    let statements = [
        format!(
            "insert into run (run_id, parent_id, use_case, name, status, author, dataset_id, seed, code_version, message, started_at, ended_at) \
             {runs} select {id}, null, 'attrition', 'training ' || n.i, case when n.i % 50 = 0 then 'failed' else 'finished' end, 'ann', \
             null, 42, 'bench', '', cast(n.i as bigint) * 1000000, cast(n.i as bigint) * 1000000 + 5000000 from n"
        ),
        format!(
            "insert into run_metric (run_id, name, step, value, interval_low, interval_high, n, why) {runs}, \
             k(i) as (select 1 union all select i + 1 from k where i < {METRICS}) \
             select {id}, 'metric_' || k.i, 0, {value}, null, null, 294, null from n cross join k"
        ),
        format!(
            "insert into run_parameter (run_id, name, value) {runs}, \
             k(i) as (select 1 union all select i + 1 from k where i < {PARAMETERS}) \
             select {id}, 'parameter_' || k.i, cast((n.i * (31 + k.i)) % 97 as text) from n cross join k"
        ),
        format!(
            "insert into run_parameter (run_id, name, value) {runs} select {id}, 'candidate', 'candidate_' || (n.i % 7) from n"
        ),
        format!(
            "insert into run_tag (run_id, name, value) {runs} select {id}, 'data', 'data_' || (n.i % 20) from n"
        ),
        "analyze".to_owned(),
    ];
    let mut transaction = store.begin().await?;
    for statement in statements {
        transaction.run(statement).await?;
    }
    Ok(transaction.commit().await?)
}
