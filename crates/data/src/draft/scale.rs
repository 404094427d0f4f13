//! Ordered levels: words such as low, medium, high; ranges such as `<1`, `10-49`, `5000+`.

use super::values::Value;
use super::vocabulary::SCALES;

/// The values in ascending order, where they are some of one scale of words.
pub(crate) fn words(values: &[Value]) -> Option<Vec<usize>> {
    let place = |scale: &str, value: &Value| {
        let text = value.folded.replace(['_', '-'], " ");
        scale
            .split(" < ")
            .position(|step| step.split(" / ").any(|word| word == text.trim()))
    };
    SCALES.iter().find_map(|scale| {
        let mut places = values
            .iter()
            .map(|value| place(scale, value))
            .collect::<Option<Vec<_>>>()?;
        let order = in_order(&places);
        places.sort_unstable();
        places.dedup();
        (places.len() == values.len() && places.len() >= 2).then_some(order)
    })
}

/// The values in ascending order, where each is a number, a range of numbers or a bound, and not
/// all are plain numbers. "Never" and the like come first.
pub(crate) fn ranges(values: &[Value]) -> Option<Vec<usize>> {
    let bounds = values
        .iter()
        .map(|value| bound(&value.folded))
        .collect::<Option<Vec<_>>>()?;
    let plain = bounds.iter().filter(|bound| bound.is_plain).count();
    let words = bounds
        .iter()
        .filter(|bound| bound.from == f64::NEG_INFINITY)
        .count();
    if plain == values.len() || values.len() < 3 || words > 1 {
        return None;
    }
    let mut order: Vec<usize> = (0..values.len()).collect();
    let key = |index: usize| (bounds[index].from, bounds[index].side);
    order.sort_by(|&one, &other| {
        key(one)
            .0
            .total_cmp(&key(other).0)
            .then(key(one).1.cmp(&key(other).1))
    });
    let distinct = order.windows(2).all(|pair| key(pair[0]) != key(pair[1]));
    distinct.then_some(order)
}

struct Bound {
    from: f64,
    /// Below, at or above `from`.
    side: i8,
    is_plain: bool,
}

fn bound(text: &str) -> Option<Bound> {
    let text: String = text
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .collect();
    let text = text.as_str();
    let of = |text: &str, side| {
        Some(Bound {
            from: text.parse().ok()?,
            side,
            is_plain: false,
        })
    };
    if ["never", "nie", "jamais", "nunca", "nooit", "none", "no"].contains(&text) {
        return Some(Bound {
            from: f64::NEG_INFINITY,
            side: 0,
            is_plain: false,
        });
    }
    if let Ok(from) = text.parse::<f64>() {
        return Some(Bound {
            from,
            side: 0,
            is_plain: true,
        });
    }
    if let Some(rest) = text
        .strip_prefix("<=")
        .or_else(|| text.strip_prefix('<'))
        .or_else(|| text.strip_prefix('≤'))
    {
        return of(rest, -1);
    }
    if let Some(rest) = text
        .strip_prefix(">=")
        .or_else(|| text.strip_prefix('>'))
        .or_else(|| text.strip_prefix('≥'))
    {
        return of(rest, 1);
    }
    if let Some(rest) = text.strip_suffix('+') {
        return of(rest, 1);
    }
    let (low, high) = text
        .split_once(['-', '–', '/'])
        .or_else(|| text.split_once("to"))?;
    let high: f64 = high.parse().ok()?;
    of(low, 0).filter(|bound| bound.from < high)
}

fn in_order(places: &[usize]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by_key(|&index| places[index]);
    order
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::{ranges, words};
    use crate::draft::values::Values;

    fn values(texts: &[&str]) -> Vec<crate::draft::values::Value> {
        let texts: crate::Texts = texts.iter().collect();
        Values::new("x", &texts).distinct
    }

    fn order(
        texts: &[&str],
        of: fn(&[crate::draft::values::Value]) -> Option<Vec<usize>>,
    ) -> Option<Vec<String>> {
        let values = values(texts);
        of(&values).map(|order| {
            order
                .into_iter()
                .map(|index| values[index].text.clone())
                .collect()
        })
    }

    #[test]
    fn scales_of_words_are_ordered_in_every_language() {
        for scale in [
            &["low", "medium", "high"][..],
            &["Very Low", "Low", "Average", "High"],
            &["niedrig", "mittel", "hoch"],
            &["faible", "moyen", "élevé"],
            &["baja", "media", "alta"],
            &["baixo", "médio", "alto"],
            &["laag", "gemiddeld", "hoog"],
            &["Düşük", "Orta", "Yüksek"],
            &["strongly_disagree", "disagree", "neutral", "agree"],
        ] {
            let mixed: Vec<&str> = scale.iter().rev().copied().collect();
            assert_eq!(order(&mixed, words).unwrap(), scale);
        }
        assert_eq!(order(&["low", "Sales"], words), None);
        assert_eq!(
            order(&["medium", "moderate"], words),
            None,
            "two words of one place"
        );
    }

    #[test]
    fn ranges_are_ordered_by_their_lower_bound() {
        assert_eq!(
            order(&[">20", "<1", "9", "10", "1"], ranges).unwrap(),
            ["<1", "1", "9", "10", ">20"]
        );
        assert_eq!(
            order(&["10000+", "10/49", "<10", "100-500"], ranges).unwrap(),
            ["<10", "10/49", "100-500", "10000+"]
        );
        assert_eq!(
            order(&["never", ">4", "1", "4"], ranges).unwrap(),
            ["never", "1", "4", ">4"]
        );
        assert_eq!(order(&["1", "2", "3"], ranges), None, "plain numbers");
        assert_eq!(
            order(&["2006-01-31", "2006-02-28", "2006-03-31"], ranges),
            None
        );
        assert_eq!(order(&["a-b", "b-c", "c-d"], ranges), None);
    }
}
