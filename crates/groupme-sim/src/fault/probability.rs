//! Probabilities of faults.

use core::{fmt, str::FromStr};

use crate::random::Random;

/// Probability in millionths.
///
/// The text form is `5%`, `0.1%`, `1/20`, `always` or `never`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Probability(u32);

impl Probability {
    /// Probability 0.
    pub const NEVER: Self = Self(0);
    /// Probability 1.
    pub const ALWAYS: Self = Self(MILLION);

    /// Returns the probability of one in `cases`; of one in zero is never.
    pub const fn one_in(cases: u32) -> Self {
        match MILLION.checked_div(cases) {
            // Rounding down must not make a rare fault impossible.
            Some(0) => Self(1),
            Some(millionths) => Self(millionths),
            None => Self::NEVER,
        }
    }

    /// Returns a percentage; values above 100 are always.
    pub const fn percent(cases: u32) -> Self {
        if cases >= 100 {
            Self::ALWAYS
        } else {
            Self(cases * (MILLION / 100))
        }
    }

    /// Returns whether the probability is 0.
    pub const fn is_never(self) -> bool {
        self.0 == 0
    }

    /// Draws whether a fault happens. Every draw takes one random number, whatever the probability,
    /// so changing the probability of one fault leaves the others where they were.
    pub(crate) fn sample(self, random: &mut Random) -> bool {
        random.below(MILLION.into()) < self.0.into()
    }
}

impl fmt::Display for Probability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 10_000, self.0 % 10_000);
        match (self.0, rest) {
            (0, _) => f.write_str("never"),
            (MILLION, _) => f.write_str("always"),
            (_, 0) => write!(f, "{whole}%"),
            _ => {
                let decimals = format!("{rest:04}");
                write!(f, "{whole}.{}%", decimals.trim_end_matches('0'))
            }
        }
    }
}

impl FromStr for Probability {
    type Err = ParseProbabilityError;

    fn from_str(text: &str) -> Result<Self, ParseProbabilityError> {
        parse(text).ok_or(ParseProbabilityError(()))
    }
}

/// Error of a text that is no probability.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("a probability is written as `5%`, `1/20`, `always` or `never`")]
pub struct ParseProbabilityError(());

/// Shows the text, as `fn main() -> Result<…>` prints errors.
impl fmt::Debug for ParseProbabilityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

fn parse(text: &str) -> Option<Probability> {
    match text {
        "never" => return Some(Probability::NEVER),
        "always" => return Some(Probability::ALWAYS),
        _ => {}
    }
    if let Some((cases, of)) = text.split_once('/') {
        let (cases, of): (u64, u64) = (cases.parse().ok()?, of.parse().ok()?);
        if of == 0 || cases > of {
            return None;
        }
        let millionths = u128::from(cases) * u128::from(MILLION) / u128::from(of);
        let least = u32::from(cases > 0);
        return Some(Probability(u32::try_from(millionths).ok()?.max(least)));
    }
    let percent = text.strip_suffix('%')?;
    let (whole, decimals) = percent.split_once('.').unwrap_or((percent, "0"));
    if decimals.is_empty() || decimals.len() > 4 {
        return None;
    }
    let whole: u32 = digits(whole)?;
    let decimals = digits(&format!("{decimals:0<4}"))?;
    let millionths = whole.checked_mul(10_000)?.checked_add(decimals)?;
    (millionths <= MILLION).then_some(Probability(millionths))
}

/// Parses a number that consists of digits only, without a sign.
fn digits(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

const MILLION: u32 = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probability_is_parsed_as_it_is_displayed() {
        for (text, probability) in [
            ("never", Probability::NEVER),
            ("always", Probability::ALWAYS),
            ("5%", Probability::percent(5)),
            ("0.1%", Probability::one_in(1000)),
            ("12.3456%", Probability(123_456)),
        ] {
            assert_eq!(text.parse(), Ok(probability));
            assert_eq!(probability.to_string(), text);
        }
        for (text, probability) in [
            ("1/20", Probability::percent(5)),
            ("1/1", Probability::ALWAYS),
            ("100%", Probability::ALWAYS),
            ("0%", Probability::NEVER),
            ("0/3", Probability::NEVER),
            ("1/18446744073709551615", Probability(1)),
        ] {
            assert_eq!(text.parse(), Ok(probability), "{text}");
        }
        for text in [
            "", "5", "%", "101%", "2/1", "1/0", "-1%", "+1%", "1.%", "1.23456%", "a/b",
        ] {
            assert_eq!(
                text.parse::<Probability>(),
                Err(ParseProbabilityError(())),
                "{text}"
            );
        }
    }

    #[test]
    fn samples_follow_the_probability() {
        let mut random = Random::new(1);
        let mut hits = |probability: Probability| {
            (0..10_000)
                .filter(|_| probability.sample(&mut random))
                .count()
        };
        assert_eq!(hits(Probability::NEVER), 0);
        assert_eq!(hits(Probability::one_in(0)), 0);
        assert_eq!(hits(Probability::ALWAYS), 10_000);
        assert!((900..1100).contains(&hits(Probability::one_in(10))));
    }
}
