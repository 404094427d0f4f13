//! Column headers as words: `EmployeeNumber`, `employee_number` and `Employee number` are the same,
//! with or without accents.

/// A header, split and folded for comparison with lists of words.
#[derive(Debug, Clone)]
pub(crate) struct Header {
    /// Lower case, without accents: `["date", "de", "depart"]`.
    tokens: Vec<String>,
    /// The tokens without gaps.
    squeezed: String,
    /// For people: `Date de départ`.
    pub label: String,
}

/// Letters from which a word is found inside a longer one, as German compounds need: `geburtsdatum`
/// in `MAGeburtsdatum`.
const COMPOUND: usize = 7;

impl Header {
    pub(crate) fn new(name: &str) -> Self {
        let words = split(name);
        let tokens: Vec<String> = words.iter().map(|word| fold(word)).collect();
        Self {
            squeezed: tokens.concat(),
            tokens,
            label: label(&words, name),
        }
    }

    /// The first phrase (folded words with single spaces) of a list with `, ` between them that the
    /// header contains.
    pub(crate) fn find<'p>(&self, phrases: &'p str) -> Option<&'p str> {
        phrases.split(", ").find(|phrase| self.contains(phrase))
    }

    fn contains(&self, phrase: &str) -> bool {
        let words: Vec<&str> = phrase.split(' ').collect();
        if self
            .tokens
            .windows(words.len())
            .any(|window| window.iter().zip(&words).all(|(token, word)| token == word))
        {
            return true;
        }
        let squeezed: String = words.concat();
        self.squeezed == squeezed
            || (squeezed.len() >= COMPOUND && self.squeezed.contains(&squeezed))
    }

    /// The header as a name for commands and addresses: lower-case letters, digits and hyphens,
    /// without plain numbers.
    pub(crate) fn slug(&self) -> String {
        let words: Vec<String> = self
            .tokens
            .iter()
            .map(|token| {
                token
                    .chars()
                    .filter(char::is_ascii_alphanumeric)
                    .collect::<String>()
            })
            .filter(|token| !token.is_empty() && token.parse::<u64>().is_err())
            .collect();
        words.join("-")
    }
}

/// Lower case, without accents and other marks.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.trim().chars().flat_map(char::to_lowercase) {
        match letter {
            'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => folded.push('a'),
            'æ' => folded.push_str("ae"),
            'ç' => folded.push('c'),
            'è' | 'é' | 'ê' | 'ë' => folded.push('e'),
            'ğ' => folded.push('g'),
            'ì' | 'í' | 'î' | 'ï' | 'ı' => folded.push('i'),
            'ñ' => folded.push('n'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => folded.push('o'),
            'œ' => folded.push_str("oe"),
            'ş' => folded.push('s'),
            'ß' => folded.push_str("ss"),
            'ù' | 'ú' | 'û' | 'ü' => folded.push('u'),
            'ý' | 'ÿ' => folded.push('y'),
            // Combining marks of decomposed letters.
            '\u{300}'..='\u{36f}' => {}
            letter => folded.push(letter),
        }
    }
    folded
}

/// Parts at signs and blanks, at the start of a capitalized word, and between letters and digits.
fn split(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for (index, &letter) in letters.iter().enumerate() {
        let is_mark = matches!(letter, '\u{300}'..='\u{36f}');
        if !letter.is_alphanumeric() && !is_mark {
            words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()));
            continue;
        }
        let before = index
            .checked_sub(1)
            .map(|before| letters[before])
            .filter(|before| before.is_alphanumeric());
        let starts_word = before.is_some_and(|before| {
            let next_is_small = letters
                .get(index + 1)
                .is_some_and(|next| next.is_lowercase());
            (letter.is_uppercase()
                && (before.is_lowercase() || (before.is_uppercase() && next_is_small)))
                || (letter.is_numeric() != before.is_numeric() && !is_mark)
        });
        if starts_word {
            words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()));
        }
        word.push(letter);
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words
}

/// A label: the words in lower case but for the first letter; abbreviations stay as they are.
fn label(words: &[String], name: &str) -> String {
    if words.is_empty() {
        return name.to_owned();
    }
    let is_abbreviation =
        |word: &str| word.chars().count() <= 3 && word.chars().all(|letter| letter.is_uppercase());
    let lower = |word: &String| {
        if is_abbreviation(word) {
            word.clone()
        } else {
            word.to_lowercase()
        }
    };
    let text = words.iter().map(lower).collect::<Vec<_>>().join(" ");
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::{Header, fold};

    #[test]
    fn headers_are_split_at_signs_capitals_and_digits() {
        for (name, tokens, label) in [
            ("EmployeeNumber", "employee number", "Employee number"),
            ("customerID", "customer id", "Customer ID"),
            ("n_projects", "n projects", "N projects"),
            ("Account length", "account length", "Account length"),
            ("GEBURTSDATUM", "geburtsdatum", "Geburtsdatum"),
            ("Personal-Nr.", "personal nr", "Personal nr"),
            ("Ku\u{308}ndigung", "kundigung", "Ku\u{308}ndigung"),
            ("Über18", "uber 18", "Über 18"),
        ] {
            let header = Header::new(name);
            assert_eq!(
                (header.tokens.join(" ").as_str(), header.label.as_str()),
                (tokens, label),
                "{name}"
            );
        }
    }

    #[test]
    fn phrases_are_whole_words_or_long_parts_of_one() {
        assert_eq!(
            Header::new("MaritalStatus").find("gender, marital status"),
            Some("marital status")
        );
        assert_eq!(
            Header::new("maritalstatus").find("marital status"),
            Some("marital status")
        );
        assert_eq!(
            Header::new("MAGeburtsdatum").find("geburtsdatum"),
            Some("geburtsdatum")
        );
        assert_eq!(Header::new("Percentage").find("age"), None);
        assert_eq!(Header::new("Language").find("age"), None);
        assert_eq!(fold("Cinsiyeti ŞĞİ"), "cinsiyeti sgi");
        assert_eq!(
            Header::new("IBM HR attrition 1470").slug(),
            "ibm-hr-attrition"
        );
    }
}
