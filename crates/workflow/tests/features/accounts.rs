//! Accounts, roles, tokens and passwords.

use domain::RefusalCode;
use workflow::{Error, Role, Scope, TokenRequest};

use crate::app::{PASSWORD, TestApp};

const NEW_PASSWORD: &str = "quite another phrase";

impl TestApp {
    async fn token(&self, owner: &str, scopes: &[Scope]) -> workflow::Result<workflow::NewToken> {
        let actor = self.actor(owner).await;
        let request = TokenRequest {
            owner: owner.into(),
            label: "a test".into(),
            scopes: scopes.to_vec(),
            days: 30,
            password: Some(PASSWORD.into()),
        };
        self.tenure.create_token(&actor, &request).await
    }
}

#[tokio::test]
async fn names_are_the_same_in_any_case() {
    let app = TestApp::empty().await;
    assert!(app.tenure.sign_in("RITA", PASSWORD, None).await.is_ok());
    let ada = app.actor("ada").await;
    let again = app
        .tenure
        .add_account(&ada.admin().unwrap(), "Rita", &[Role::Reviewer])
        .await;
    assert_eq!(again.unwrap_err().code(), Some(RefusalCode::NameTaken));
}

#[tokio::test]
async fn names_that_look_alike_are_refused() {
    let app = TestApp::empty().await;
    let ada = app.actor("ada").await;
    // A Cyrillic "a" in an otherwise Latin name.
    assert!(
        app.tenure
            .add_account(&ada.admin().unwrap(), "rit\u{430}", &[Role::Reviewer])
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_told_alike() {
    let app = TestApp::empty().await;
    let wrong = app
        .tenure
        .sign_in("rita", "not the password at all", None)
        .await
        .unwrap_err();
    let unknown = app
        .tenure
        .sign_in("nobody", PASSWORD, None)
        .await
        .unwrap_err();
    assert!(matches!(&wrong, Error::SignIn(_)));
    assert_eq!(wrong.to_string(), unknown.to_string());
}

#[tokio::test]
async fn many_wrong_passwords_make_everybody_wait() {
    let app = TestApp::empty().await;
    let mut last = None;
    for _ in 0..8 {
        last = app
            .tenure
            .sign_in("rita", "not the password at all", Some("192.0.2.1"))
            .await
            .err();
    }
    assert!(
        matches!(last, Some(Error::TooMany { seconds, .. }) if seconds > 0),
        "{last:?}"
    );
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let app = TestApp::empty().await;
    let ada = app.actor("ada").await;
    let admin = ada.admin().unwrap();
    app.tenure
        .set_disabled(&admin, "oscar", true)
        .await
        .unwrap();
    assert_eq!(
        app.tenure
            .set_disabled(&admin, "ada", true)
            .await
            .unwrap_err()
            .code(),
        Some(RefusalCode::LastAdmin)
    );
    assert_eq!(
        app.tenure
            .set_roles(&admin, "ada", &[Role::Reviewer])
            .await
            .unwrap_err()
            .code(),
        Some(RefusalCode::LastAdmin)
    );
}

#[tokio::test]
async fn a_disabled_account_does_not_sign_in() {
    let app = TestApp::empty().await;
    let ada = app.actor("ada").await;
    app.tenure
        .set_disabled(&ada.admin().unwrap(), "rita", true)
        .await
        .unwrap();
    assert!(matches!(
        app.tenure.sign_in("rita", PASSWORD, None).await,
        Err(Error::SignIn(_))
    ));
}

#[tokio::test]
async fn a_token_of_a_disabled_account_is_dead_for_good() {
    let app = TestApp::empty().await;
    let token = app.token("ann", &[Scope::Read]).await.unwrap();
    assert!(app.tenure.actor_of_token(&token.secret).await.is_ok());
    let ada = app.actor("ada").await;
    for disabled in [true, false] {
        app.tenure
            .set_disabled(&ada.admin().unwrap(), "ann", disabled)
            .await
            .unwrap();
        assert!(app.tenure.actor_of_token(&token.secret).await.is_err());
    }
}

#[tokio::test]
async fn a_token_gives_no_more_than_its_owner_has() {
    let app = TestApp::empty().await;
    assert_eq!(
        app.token("ann", &[Scope::Admin]).await.unwrap_err().code(),
        Some(RefusalCode::RoleRequired)
    );
    let token = app.token("ann", &[Scope::Read]).await.unwrap();
    let program = app.tenure.actor_of_token(&token.secret).await.unwrap();
    assert_eq!(
        program.analyst().map(|_| ()).unwrap_err().code(),
        Some(RefusalCode::ScopeRequired)
    );
}

#[tokio::test]
async fn a_token_makes_no_token() {
    let app = TestApp::empty().await;
    let token = app.token("ada", &[Scope::Admin]).await.unwrap();
    let program = app.tenure.actor_of_token(&token.secret).await.unwrap();
    let request = TokenRequest {
        owner: "ada".into(),
        label: String::new(),
        scopes: vec![Scope::Read],
        days: 1,
        password: None,
    };
    assert_eq!(
        app.tenure
            .create_token(&program, &request)
            .await
            .unwrap_err()
            .code(),
        Some(RefusalCode::PersonRequired)
    );
}

#[tokio::test]
async fn nobody_makes_tokens_for_others() {
    let app = TestApp::empty().await;
    let ada = app.actor("ada").await;
    let request = TokenRequest {
        owner: "ann".into(),
        label: String::new(),
        scopes: vec![Scope::Read],
        days: 1,
        password: Some(PASSWORD.into()),
    };
    assert_eq!(
        app.tenure
            .create_token(&ada, &request)
            .await
            .unwrap_err()
            .code(),
        Some(RefusalCode::NotTheOwner)
    );
}

#[tokio::test]
async fn a_new_password_ends_every_token() {
    let app = TestApp::empty().await;
    let token = app.token("ann", &[Scope::Read]).await.unwrap();
    let ann = app.actor("ann").await;
    app.tenure
        .change_password(&ann, PASSWORD, NEW_PASSWORD)
        .await
        .unwrap();
    assert!(app.tenure.actor_of_token(&token.secret).await.is_err());
    assert!(app.tenure.sign_in("ann", PASSWORD, None).await.is_err());
    assert!(app.tenure.sign_in("ann", NEW_PASSWORD, None).await.is_ok());
}

#[tokio::test]
async fn a_set_up_link_works_once() {
    let app = TestApp::empty().await;
    let ada = app.actor("ada").await;
    let link = app
        .tenure
        .add_account(&ada.admin().unwrap(), "zoe", &[Role::Analyst])
        .await
        .unwrap();
    assert!(
        app.tenure.sign_in("zoe", PASSWORD, None).await.is_err(),
        "no password yet"
    );
    app.tenure.set_up(&link, "", PASSWORD).await.unwrap();
    assert!(app.tenure.sign_in("zoe", PASSWORD, None).await.is_ok());
    assert!(matches!(
        app.tenure.set_up(&link, "", NEW_PASSWORD).await,
        Err(Error::NotFound(_))
    ));
}

#[tokio::test]
async fn every_role_has_its_own_permit() {
    let app = TestApp::empty().await;
    for (name, permits) in [
        ("ann", [true, false, false]),
        ("rita", [false, true, false]),
        ("oscar", [false, false, true]),
    ] {
        let actor = app.actor(name).await;
        assert_eq!(
            [
                actor.analyst().is_ok(),
                actor.reviewer().is_ok(),
                actor.admin().is_ok()
            ],
            permits,
            "{name}"
        );
    }
}

#[tokio::test]
async fn without_an_administrator_there_is_a_link_for_the_first_one() {
    let folder = tempfile::tempdir().unwrap();
    let tenure = crate::app::open(folder.path()).await;
    let local = workflow::Actor::local();
    let admin = local.admin().unwrap();
    tenure
        .add_account_with(&admin, "rita", &[Role::Reviewer], PASSWORD)
        .await
        .unwrap();
    assert_eq!(
        tenure.vacant_roles(&admin).await.unwrap(),
        [Role::Analyst, Role::Admin]
    );
    let link = tenure.first_set_up().await.unwrap().unwrap();
    assert_eq!(
        tenure.set_up_for(&link).await.unwrap(),
        workflow::SetUp::FirstAdmin
    );
    tenure.set_up(&link, "ada", PASSWORD).await.unwrap();
    assert_eq!(tenure.first_set_up().await.unwrap(), None);
    assert_eq!(tenure.vacant_roles(&admin).await.unwrap(), [Role::Analyst]);
}
