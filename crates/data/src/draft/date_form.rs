//! Dates by their form: which day they mean is not asked here.

/// Names of months, without accents; their beginnings count too.
const MONTHS: &str = "january, february, march, april, may, june, july, august, september, october, november, december, januar, februar, marz, \
    mrz, mai, juni, juli, oktober, dezember, janvier, fevrier, mars, avril, juin, juillet, aout, septembre, octobre, novembre, \
    decembre, enero, febrero, marzo, abril, mayo, junio, julio, agosto, septiembre, octubre, noviembre, diciembre, janeiro, \
    fevereiro, marco, maio, junho, julho, setembro, outubro, novembro, dezembro, januari, februari, maart, mei, augustus, ocak, \
    subat, mart, nisan, mayis, haziran, temmuz, agustos, eylul, ekim, kasim, aralik";

/// Whether a text has the form of a date: `2026-11-01`, `31.12.2025`, `12/31/2006 0:00`, `1 Nov
/// 2026`, `Jan-26`.
pub(crate) fn is_date(text: &str) -> bool {
    let day = text.trim().split(['T', ' ']).next().unwrap_or("");
    let parts: Vec<&str> = day.split(['-', '/', '.']).collect();
    let is_number = |part: &&str| {
        (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_year = |part: &&str| part.len() == 4 || part.len() == 2;
    if parts.len() == 3 && parts.iter().all(is_number) && (is_year(&parts[0]) || is_year(&parts[2]))
    {
        return true;
    }
    let words: Vec<String> = text
        .trim()
        .split(['-', '/', '.', ' ', ','])
        .filter(|word| !word.is_empty())
        .map(super::header::fold)
        .collect();
    let is_month = |word: &&String| {
        word.len() >= 3
            && MONTHS
                .split(", ")
                .any(|month| month.starts_with(word.as_str()))
    };
    let months = words.iter().filter(is_month).count();
    let numbers = words
        .iter()
        .filter(|word| is_number(&word.as_str()))
        .count();
    let has_year = words
        .iter()
        .any(|word| is_number(&word.as_str()) && is_year(&word.as_str()));
    (2..=3).contains(&words.len()) && months == 1 && has_year && numbers + 1 == words.len()
}

#[cfg(test)]
mod tests {
    use super::is_date;

    #[test]
    fn dates_are_told_by_their_form() {
        for date in [
            "2026-11-01",
            "31.12.2025",
            "12/31/2006 0:00",
            "1/1/1900",
            "1 Nov 2026",
            "Jan-26",
            "2026-11-01T10:00:00",
            "31-Dez-2025",
        ] {
            assert!(is_date(date), "{date}");
        }
        for text in [
            "10/49",
            "1.5",
            "50-99",
            "Sales",
            "123-456-789",
            "7590-VHVEG",
            "Mar",
            "10.0.0.1",
            "Marketing 2",
            "Set 1",
        ] {
            assert!(!is_date(text), "{text}");
        }
    }
}
