//! Ids as clients have them: 32 hexadecimal digits for a run, where ours have hyphens.

use domain::{RunId, Timestamp};

use crate::{Error, Result};

/// The id of a run as clients have it.
pub fn client_id(run_id: &RunId) -> String {
    run_id.replace('-', "")
}

/// The run with this id of a client.
///
/// # Errors
/// For a text that is not such an id.
pub fn run_id_of(text: &str) -> Result<RunId> {
    let plain = text.replace('-', "").to_ascii_lowercase();
    let is_id = plain.len() == 32 && plain.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_id {
        return Err(Error::NotFound(format!("Run with id={text} not found.")));
    }
    Ok(RunId::new(format!(
        "{}-{}-{}-{}-{}",
        &plain[..8],
        &plain[8..12],
        &plain[12..16],
        &plain[16..20],
        &plain[20..]
    )))
}

/// Milliseconds, as clients have times.
pub(super) fn moment(milliseconds: i64) -> Timestamp {
    Timestamp::from_micros(milliseconds.saturating_mul(1000))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn an_id_is_the_same_run_with_and_without_hyphens() {
        let id = run_id_of("019ad5e45c2b7e10a0b1c2d3e4f50617").unwrap();
        assert_eq!(id.as_str(), "019ad5e4-5c2b-7e10-a0b1-c2d3e4f50617");
        assert_eq!(client_id(&id), "019ad5e45c2b7e10a0b1c2d3e4f50617");
        assert_eq!(run_id_of(&id).unwrap(), id);
        for wrong in ["", "1", "../../etc", "019ad5e45c2b7e10a0b1c2d3e4f5061z"] {
            assert!(run_id_of(wrong).is_err(), "{wrong}");
        }
    }
}
