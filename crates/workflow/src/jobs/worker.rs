//! Which process works on a job, and whether it still does.

use std::path::Path;
use std::sync::LazyLock;

use domain::Timestamp;
use store::jobs::Job;

/// A process that works writes its heartbeat this often.
pub(crate) const HEARTBEAT_SECONDS: i64 = 5;
/// Without a heartbeat for so long a process counts as gone.
const GONE_SECONDS: i64 = 60;

/// This process: host, process id, and a random id, since a new process may get an old number.
pub(crate) static WORKER: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{} {} {}",
        host(),
        std::process::id(),
        store::new_id::<String>()
    )
});

fn host() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .map_or_else(|_| "here".to_owned(), |name| name.trim().replace(' ', "-"))
}

/// True when the process that should work on an open job does not: on this host the process is
/// looked for, elsewhere its heartbeat tells.
pub(crate) fn is_gone(job: &Job, now: Timestamp) -> bool {
    // Nobody works on it yet: it waits in the queue.
    if job.worker == *WORKER || job.worker.is_empty() {
        return false;
    }
    let mut parts = job.worker.split(' ');
    let same_host = parts.next() == WORKER.split(' ').next();
    let process = parts.next().unwrap_or_default();
    let stopped =
        same_host && Path::new("/proc/self").exists() && !Path::new("/proc").join(process).exists();
    let replaced = same_host && process == std::process::id().to_string();
    stopped || replaced || now.since(job.heartbeat_at) > GONE_SECONDS * 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(worker: String, heartbeat_at: i64) -> Job {
        Job {
            job_id: store::new_id(),
            use_case: "attrition".into(),
            kind: domain::JobKind::Training,
            title: String::new(),
            status: domain::JobStatus::Running,
            progress: store::jobs::Progress::default(),
            message: String::new(),
            run_id: None,
            cancel_requested: false,
            started_by: "ann".into(),
            worker,
            heartbeat_at: Timestamp::from_micros(heartbeat_at),
            started_at: Timestamp::from_micros(0),
            ended_at: None,
        }
    }

    #[test]
    fn a_process_that_is_not_there_is_gone() {
        let (now, at) = (1_000_000_000, Timestamp::from_micros(1_000_000_000));
        assert!(
            !is_gone(&job(WORKER.clone(), 0), at),
            "this process knows that it lives"
        );
        assert!(
            !is_gone(&job("elsewhere 7 x".into(), now - 1), at),
            "another host is judged by its heartbeat"
        );
        assert!(is_gone(&job("elsewhere 7 x".into(), now - 61_000_000), at));
        assert!(
            !is_gone(&job(String::new(), now - 61_000_000), at),
            "it waits for a process"
        );
        assert!(
            is_gone(
                &job(format!("{} {} another", host(), std::process::id()), now),
                at
            ),
            "its number is ours now"
        );
        if Path::new("/proc/self").exists() {
            assert!(
                is_gone(&job(format!("{} 4194999 x", host()), now), at),
                "no process has this number"
            );
            assert!(!is_gone(&job(format!("{} 1 x", host()), now), at));
        }
    }
}
