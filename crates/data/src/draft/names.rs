//! Names that are made for a use case: id, title, words, risk bands.

use model::use_case::{Band, Terminology};

use super::header::Header;
use super::vocabulary::CUSTOMER;

/// Id and title by the name of the file. Ids of use cases that ship are not taken: a file of the
/// same id would replace them.
pub(crate) fn id_and_title(file: &str) -> (String, String) {
    let stem = std::path::Path::new(file)
        .file_stem()
        .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let header = Header::new(&stem);
    let slug = header.slug();
    let id = match slug.as_str() {
        "" => "people".to_owned(),
        "attrition" | "churn" => format!("{slug}-own"),
        _ => slug,
    };
    let words: Vec<&str> = header
        .label
        .split(' ')
        .filter(|word| word.parse::<u64>().is_err())
        .collect();
    let title = words.join(" ");
    (
        id,
        if title.trim().is_empty() {
            "People".to_owned()
        } else {
            title
        },
    )
}

/// Employees and leavers, or customers and churners where the headers speak of them.
pub(crate) fn words<'h>(
    target: &Header,
    mut headers: impl Iterator<Item = &'h Header>,
) -> Terminology {
    let of = |[one, many, event_one, event_many, verb]: [&str; 5]| Terminology {
        one: one.into(),
        many: many.into(),
        event_one: event_one.into(),
        event_many: event_many.into(),
        verb: verb.into(),
    };
    let is_customer =
        target.find(CUSTOMER).is_some() || headers.any(|header| header.find(CUSTOMER).is_some());
    if is_customer {
        of(["customer", "customers", "churner", "churners", "churn"])
    } else {
        of(["employee", "employees", "leaver", "leavers", "leave"])
    }
}

/// Risk bands and cutoff by the share of people with the event: its odds times 1, 3 and 8 start a
/// band, times 1.75 is the cutoff. With a share of 16% that is 0.16, 0.37, 0.61 and 0.25, about
/// what the built-in use case has.
pub(crate) fn bands_and_cutoff(share: f64) -> (Vec<Band>, f64) {
    let share = share.clamp(0.002, 0.9);
    let times = |factor: f64| {
        let odds = factor * share / (1.0 - share);
        let probability = odds / (1.0 + odds);
        let decimals = if probability < 0.1 { 1000.0 } else { 100.0 };
        (probability * decimals).round() / decimals
    };
    let band = |(name, from): (&str, f64)| Band {
        name: name.to_owned(),
        from,
    };
    (
        vec![
            band(("low", 0.0)),
            band(("moderate", times(1.0))),
            band(("high", times(3.0))),
            band(("very high", times(8.0))),
        ],
        times(1.75),
    )
}

#[cfg(test)]
mod tests {
    use super::{bands_and_cutoff, id_and_title, words};
    use crate::draft::header::Header;

    #[test]
    fn a_file_gives_id_and_title() {
        let of = |file: &str| {
            let (id, title) = id_and_title(file);
            format!("{id} | {title}")
        };
        assert_eq!(
            of("/x/ibm_hr_attrition_1470.csv"),
            "ibm-hr-attrition | Ibm hr attrition"
        );
        assert_eq!(of("churn.csv"), "churn-own | Churn");
        assert_eq!(of("2026.csv"), "people | People");
        assert_eq!(
            of("Kündigungen März.csv"),
            "kundigungen-marz | Kündigungen märz"
        );
    }

    #[test]
    fn customers_are_told_by_their_headers() {
        let of = |target: &str, others: &[&str]| {
            let others: Vec<Header> = others.iter().map(|name| Header::new(name)).collect();
            words(&Header::new(target), others.iter()).one
        };
        assert_eq!(of("Churn", &[]), "customer");
        assert_eq!(of("Exited", &[]), "customer");
        assert_eq!(of("target", &["customerID"]), "customer");
        assert_eq!(of("Attrition", &["EmployeeNumber"]), "employee");
    }

    #[test]
    fn bands_increase_whatever_the_share() {
        for share in [0.0, 0.001, 0.03, 0.16, 0.5, 0.95, 1.0] {
            let (bands, cutoff) = bands_and_cutoff(share);
            assert!(
                bands.is_sorted_by(|low, high| low.from < high.from),
                "{bands:?}"
            );
            assert!(
                bands[3].from < 1.0 && cutoff > 0.0 && cutoff < 1.0,
                "{bands:?} {cutoff}"
            );
        }
        let (bands, cutoff) = bands_and_cutoff(0.1612);
        assert_eq!(
            (bands[1].from, bands[2].from, bands[3].from, cutoff),
            (0.16, 0.37, 0.61, 0.25)
        );
    }
}
