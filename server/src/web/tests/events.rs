//! Server-sent events of jobs and cycles.

use workflow::{NewCycle, Role};

use super::TestServer;

#[tokio::test(flavor = "multi_thread")]
async fn a_cycle_that_has_ended_is_told_once() {
    let server = TestServer::new().await;
    let local = workflow::Actor::local();
    let admin = local.admin().unwrap();
    let cycle = server
        .tenure
        .start_cycle(&admin, &NewCycle::full("attrition"))
        .await
        .unwrap();
    server
        .tenure
        .cancel_cycle(&admin, "attrition", &cycle.cycle_id)
        .await
        .unwrap();
    let cookie = server.session(Role::Reviewer.as_str()).await;
    let path = format!("/events/cycles/attrition/{}", cycle.cycle_id);
    let answer = server.ask(&path, None, &[("cookie", &cookie)]).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type".parse().unwrap()),
        "text/event-stream"
    );
    assert_eq!(answer.body.matches("event: change").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn work_that_is_not_there_has_no_events() {
    let server = TestServer::new().await;
    let cookie = server.session(Role::Reviewer.as_str()).await;
    for path in ["/events/jobs/1", "/events/cycles/attrition/1"] {
        let answer = server.ask(path, None, &[("cookie", &cookie)]).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(server.ask(path, None, &[]).await.status, 401, "{path}");
    }
}
