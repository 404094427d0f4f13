//! Passwords and random secrets: how they are made, checked and kept.

use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Argon2, Params};
use rand::TryRngCore;
use rand::rngs::OsRng;
use tokio::sync::Semaphore;

use crate::error::compute;
use crate::{Error, Result};

/// Length of a password in characters: no rule but length, as NIST SP 800-63B says.
const LENGTH: std::ops::RangeInclusive<usize> = 12..=256;

/// Each hash takes 19 MiB and tens of milliseconds: not more of them at a time than leave the
/// server responsive.
static AT_WORK: Semaphore = Semaphore::const_new(2);

/// What an unknown name is checked against, so that it takes as long as a known one.
static NOBODY: LazyLock<String> =
    LazyLock::new(|| hash("nobody has this password").unwrap_or_default());

/// So many random bytes of the operating system.
pub(super) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    OsRng
        .try_fill_bytes(&mut bytes)
        .map_err(|error| Error::internal(format!("no random bytes: {error}")))?;
    Ok(bytes)
}

/// A secret of 256 random bits in letters and digits, behind a prefix that tells people and
/// scanners what it is.
pub(super) fn secret(prefix: &str) -> Result<String> {
    let digits: String = random::<32>()?
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(format!("{prefix}{digits}"))
}

/// A password for an account of the demo.
pub(crate) fn demo_password() -> Result<String> {
    Ok(format!("demo-{}", &secret("")?[..16]))
}

/// How a random secret is kept. 256 random bits need no slow hash.
pub(super) fn kept(secret: &str) -> String {
    store::artifacts::hash(secret.as_bytes())
}

/// Says what is wrong with a new password.
pub(super) fn check_new(name: &str, password: &str) -> Result<()> {
    let letters = password.chars().count();
    let mut distinct: Vec<char> = password.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    let contains_name =
        name.chars().count() > 3 && password.to_lowercase().contains(&name.to_lowercase());
    let problem = if !LENGTH.contains(&letters) {
        "Use at least 12 characters, for example a few words."
    } else if distinct.len() < 5 || contains_name {
        "This password is easy to guess: it repeats itself or contains the name."
    } else {
        return Ok(());
    };
    Err(Error::Invalid(problem.into()))
}

/// argon2id (RFC 9106) with the parameters that OWASP asks for: 19 MiB, two passes, one lane.
fn argon2() -> Argon2<'static> {
    Argon2::new(
        argon2::Algorithm::Argon2id,
        argon2::Version::V0x13,
        Params::default(),
    )
}

/// With a salt of 16 random bytes.
fn hash(password: &str) -> Result<String> {
    let hash = argon2().hash_password(password.as_bytes());
    Ok(hash
        .map_err(|error| Error::internal(format!("the password cannot be hashed: {error}")))?
        .to_string())
}

/// Hashes a password, off the async threads.
pub(super) async fn hashed(password: String) -> Result<String> {
    let _turn = AT_WORK.acquire().await;
    compute(move || hash(&password)).await
}

/// True when the password is the one that was hashed. Takes as long without a hash to compare with,
/// and is then false.
pub(super) async fn matches(password: String, kept: Option<String>) -> Result<bool> {
    let _turn = AT_WORK.acquire().await;
    compute(move || {
        let known = kept.is_some();
        let kept = kept.unwrap_or_else(|| NOBODY.clone());
        let parsed = PasswordHash::new(&kept).map_err(|error| {
            Error::internal(format!("the stored password hash is invalid: {error}"))
        })?;
        Ok(argon2()
            .verify_password(password.as_bytes(), &parsed)
            .is_ok()
            && known)
    })
    .await
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_new_password_is_long_and_not_the_name() {
        for weak in [
            "short",
            "aaaaaaaaaaaaaaaa",
            "abababababababab",
            "I am Margaret, hello",
            &"x1y2z".repeat(60),
        ] {
            assert!(check_new("Margaret", weak).is_err(), "{weak}");
        }
        assert!(check_new("Margaret", "correct horse battery").is_ok());
        assert!(
            check_new("Margaret", "пароль из слов").is_ok(),
            "characters are counted, not bytes"
        );
    }

    #[tokio::test]
    async fn a_password_matches_its_hash_and_nothing_else() {
        let kept = hashed("correct horse battery".into()).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_ne!(
            kept,
            hashed("correct horse battery".into()).await.unwrap(),
            "salted"
        );
        assert!(
            matches("correct horse battery".into(), Some(kept.clone()))
                .await
                .unwrap()
        );
        assert!(
            !matches("correct horse battery ".into(), Some(kept))
                .await
                .unwrap()
        );
        assert!(
            !matches("nobody has this password".into(), None)
                .await
                .unwrap()
        );
    }
}
