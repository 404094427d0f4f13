//! Fields made from other fields: bins of a number, or a small formula. Declared in the use case,
//! computed by the encoder.

use serde::{Deserialize, Serialize};

/// Bins of a numeric field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bins {
    /// Name of the numeric field that is cut into bins.
    pub of: String,
    /// Inner edges, ascending. A value equal to an edge belongs to the bin above it.
    pub edges: Vec<f64>,
    /// One more than edges.
    pub labels: Vec<String>,
}

/// A derived field: either `bins` or `formula`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Derived {
    /// Name for segments, audits and policies; unlike every field's.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// The original field under which explanations show it.
    pub shown_as: String,
    /// Cuts a number into bins. Either this or `formula`.
    #[serde(default)]
    pub bins: Option<Bins>,
    /// Numbers, field names, `+ - * /` and parentheses. A division by zero gives a missing value.
    #[serde(default)]
    pub formula: Option<String>,
}

impl Derived {
    /// Names of the fields that it reads.
    pub fn sources(&self) -> Vec<String> {
        match (&self.bins, &self.formula) {
            (Some(bins), _) => vec![bins.of.clone()],
            (None, Some(formula)) => tokens(formula)
                .filter(|token| is_name(token))
                .map(str::to_owned)
                .collect(),
            (None, None) => Vec::new(),
        }
    }
}

/// A parsed formula over numeric fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Formula {
    /// A constant.
    Number(f64),
    /// Index into the fields that the caller gave to [`Formula::parse`].
    Field(u32),
    /// `+`, `-`, `*` or `/` of two formulas.
    Binary(char, Box<Formula>, Box<Formula>),
}

fn is_name(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text.trim_start();
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let word = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '.';
        let length = if word(first) {
            rest.find(|letter| !word(letter)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (token, tail) = rest.split_at(length);
        rest = tail.trim_start();
        Some(token)
    })
}

impl Formula {
    /// Parses a formula; `index` gives the position of a field by name.
    ///
    /// # Errors
    /// A sentence that says what is wrong, for the use-case check.
    ///
    /// ```
    /// use model::derived::Formula;
    ///
    /// let names = ["years", "jobs"];
    /// let index = |name: &str| names.iter().position(|known| *known == name).map(|position| position as u32);
    /// let formula = Formula::parse("years / (jobs + 1)", &index)?;
    /// assert_eq!(formula.evaluate(&|field| [6.0, 2.0][field as usize]), 2.0);
    /// assert!(Formula::parse("years / salary", &index).is_err());
    /// # Ok::<(), String>(())
    /// ```
    pub fn parse(text: &str, index: &dyn Fn(&str) -> Option<u32>) -> Result<Self, String> {
        let tokens: Vec<&str> = tokens(text).collect();
        let mut position = 0;
        let formula = Self::sum(&tokens, &mut position, index)?;
        match tokens.get(position) {
            None => Ok(formula),
            Some(token) => Err(format!("unexpected \"{token}\" in the formula")),
        }
    }

    fn sum(
        tokens: &[&str],
        position: &mut usize,
        index: &dyn Fn(&str) -> Option<u32>,
    ) -> Result<Self, String> {
        Self::chain(tokens, position, index, &["+", "-"], Self::product)
    }

    fn product(
        tokens: &[&str],
        position: &mut usize,
        index: &dyn Fn(&str) -> Option<u32>,
    ) -> Result<Self, String> {
        Self::chain(tokens, position, index, &["*", "/"], Self::atom)
    }

    #[expect(
        clippy::type_complexity,
        reason = "the one place where the two levels of precedence share their loop"
    )]
    fn chain(
        tokens: &[&str],
        position: &mut usize,
        index: &dyn Fn(&str) -> Option<u32>,
        operators: &[&str],
        operand: fn(&[&str], &mut usize, &dyn Fn(&str) -> Option<u32>) -> Result<Self, String>,
    ) -> Result<Self, String> {
        let mut left = operand(tokens, position, index)?;
        while let Some(operator) = tokens
            .get(*position)
            .filter(|token| operators.contains(token))
        {
            *position += 1;
            let right = operand(tokens, position, index)?;
            left = Self::Binary(
                operator.chars().next().unwrap_or('+'),
                Box::new(left),
                Box::new(right),
            );
        }
        Ok(left)
    }

    fn atom(
        tokens: &[&str],
        position: &mut usize,
        index: &dyn Fn(&str) -> Option<u32>,
    ) -> Result<Self, String> {
        let token = *tokens.get(*position).ok_or("the formula is incomplete")?;
        *position += 1;
        if token == "(" {
            let inner = Self::sum(tokens, position, index)?;
            if tokens.get(*position) != Some(&")") {
                return Err("a parenthesis is not closed".into());
            }
            *position += 1;
            return Ok(inner);
        }
        if is_name(token) {
            return index(token)
                .map(Self::Field)
                .ok_or_else(|| format!("\"{token}\" is not a numeric field"));
        }
        token
            .parse()
            .map(Self::Number)
            .map_err(|_| format!("\"{token}\" is not a number"))
    }

    /// True when every field that it names is one of `fields` fields.
    pub fn is_sound(&self, fields: u32) -> bool {
        match self {
            Self::Number(_) => true,
            Self::Field(field) => *field < fields,
            Self::Binary(_, left, right) => left.is_sound(fields) && right.is_sound(fields),
        }
    }

    /// True when it names `field`.
    pub fn reads(&self, field: u32) -> bool {
        match self {
            Self::Number(_) => false,
            Self::Field(own) => *own == field,
            Self::Binary(_, left, right) => left.reads(field) || right.reads(field),
        }
    }

    /// Its value for one person; `value` gives a field's number. `NaN` when a field is missing or a
    /// divisor is 0.
    pub fn evaluate(&self, value: &dyn Fn(u32) -> f64) -> f64 {
        match self {
            Self::Number(number) => *number,
            Self::Field(field) => value(*field),
            Self::Binary(operator, left, right) => {
                let (left, right) = (left.evaluate(value), right.evaluate(value));
                match operator {
                    '+' => left + right,
                    '-' => left - right,
                    '*' => left * right,
                    _ if right == 0.0 => f64::NAN,
                    _ => left / right,
                }
            }
        }
    }
}
