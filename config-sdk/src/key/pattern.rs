//! Patterns of keys: `*` stands for any text, `?` for any character, `\` takes the next one as it is.

use std::fmt;

use super::{Key, KeyError};

/// A pattern of keys: `guild-*`, or for a key of several parts one for each: `("ETH/*", "*")`.
///
/// `*` stands for any text, also none; `?` for exactly one character; `\*`, `\?` and `\\` for the
/// characters themselves, and a `\` at the end for itself. A pattern covers the whole of its part, and no wildcard reaches into the
/// next one.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Pattern {
    parts: Vec<String>,
    /// Which configuration asked for what matches to be read again, if one did: it has done so already
    /// when it hears of it.
    by: Option<u64>,
}

impl Pattern {
    /// The pattern of these parts.
    ///
    /// # Errors
    /// If no key could be like it: there is no part, one is empty or holds a NUL, or all are too long.
    pub fn new<'a>(parts: impl IntoIterator<Item = &'a str>) -> Result<Self, KeyError> {
        let parts: Vec<_> = parts.into_iter().map(str::to_owned).collect();
        Key::new(parts.iter().map(String::as_str))?;
        Ok(Self { parts, by: None })
    }

    /// The pattern that only `key` matches.
    #[must_use]
    pub fn exactly(key: &Key) -> Self {
        Self { parts: key.parts().map(escaped).collect(), by: None }
    }

    /// The pattern that every key of so many parts matches.
    #[must_use]
    pub fn all(parts: usize) -> Self {
        Self { parts: vec!["*".to_owned(); parts], by: None }
    }

    /// Its parts, one for each key column.
    pub fn parts(&self) -> impl ExactSizeIterator<Item = &str> {
        self.parts.iter().map(String::as_str)
    }

    /// The same, asked for by a configuration.
    pub(crate) fn asked_by(self, by: Option<u64>) -> Self {
        Self { by, ..self }
    }

    /// Which configuration asked for it.
    pub(crate) fn by(&self) -> Option<u64> {
        self.by
    }

    /// Whether `key` is one of those meant. Of another number of parts none is.
    #[must_use]
    pub fn matches(&self, key: &Key) -> bool {
        let (mut parts, mut patterns) = (key.parts(), self.parts.iter());
        loop {
            match (parts.next(), patterns.next()) {
                (None, None) => return true,
                (Some(part), Some(pattern)) if covers(pattern, part) => {}
                _ => return false,
            }
        }
    }
}

/// As the key it looks like.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.parts {
            [only] => f.pad(only),
            several => {
                let parts: Vec<_> = several.iter().map(|part| format!("{part:?}")).collect();
                write!(f, "({})", parts.join(", "))
            }
        }
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.fmt(f)
    }
}

/// What may be given as a pattern of keys of type `K`: a text where the key has one part, a tuple of
/// texts where it has several, or a [`Pattern`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a pattern of this block's keys, whose parts are `{K}`",
    note = "give one text for each part that `key(…)` declares: `\"guild-*\"`, or `(\"ETH/*\", \"*\")`"
)]
pub trait PatternFor<K> {
    /// The pattern.
    ///
    /// # Errors
    /// As [`Pattern::new`].
    fn into_pattern(self) -> Result<Pattern, KeyError>;
}

impl<K> PatternFor<K> for Pattern {
    fn into_pattern(self) -> Result<Pattern, KeyError> {
        Ok(self)
    }
}

impl<P> PatternFor<(P,)> for &str {
    fn into_pattern(self) -> Result<Pattern, KeyError> {
        Pattern::new([self])
    }
}

impl<P, Q> PatternFor<(P, Q)> for (&str, &str) {
    fn into_pattern(self) -> Result<Pattern, KeyError> {
        Pattern::new([self.0, self.1])
    }
}

impl<P, Q, R> PatternFor<(P, Q, R)> for (&str, &str, &str) {
    fn into_pattern(self) -> Result<Pattern, KeyError> {
        Pattern::new([self.0, self.1, self.2])
    }
}

impl<P, Q, R, S> PatternFor<(P, Q, R, S)> for (&str, &str, &str, &str) {
    fn into_pattern(self) -> Result<Pattern, KeyError> {
        Pattern::new([self.0, self.1, self.2, self.3])
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Token {
    Any,
    One,
    Just(char),
}

fn tokens(pattern: &str) -> impl Iterator<Item = Token> + Clone {
    let mut chars = pattern.chars();
    std::iter::from_fn(move || {
        Some(match chars.next()? {
            '*' => Token::Any,
            '?' => Token::One,
            '\\' => Token::Just(chars.next().unwrap_or('\\')),
            other => Token::Just(other),
        })
    })
}

fn escaped(part: &str) -> String {
    let is_special = |character| matches!(character, '*' | '?' | '\\');
    let escape = |character| is_special(character).then_some('\\').into_iter().chain([character]);
    part.chars().flat_map(escape).collect()
}

/// Whether `pattern` stands for `text`: forward, and back to the last `*` where that fails, so that
/// it takes at most the product of both lengths.
fn covers(pattern: &str, text: &str) -> bool {
    let (mut tokens, mut text) = (tokens(pattern), text.chars());
    let mut retry = None;
    loop {
        match (tokens.next(), text.clone().next()) {
            (Some(Token::Any), _) => retry = Some((tokens.clone(), text.clone())),
            (Some(Token::One), Some(_)) => drop(text.next()),
            (Some(Token::Just(wanted)), Some(found)) if wanted == found => drop(text.next()),
            (None, None) => return true,
            _ => {
                let Some((after, from)) = &mut retry else {
                    return false;
                };
                if from.next().is_none() {
                    return false;
                }
                (tokens, text) = (after.clone(), from.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, key: &str) -> bool {
        Pattern::new([pattern]).unwrap().matches(&Key::new([key]).unwrap())
    }

    #[test]
    fn a_wildcard_stands_for_any_text_and_for_none() {
        assert!(matches("guild-*", "guild-1") && matches("guild-*", "guild-"));
        assert!(!matches("guild-*", "guild") && !matches("guild-*", "my-guild-1"));
        assert!(matches("user::123::*", "user::123::profile"));
        assert!(!matches("user::123::*", "user::1234::profile"));
        assert!(matches("*a*b*", "xxaxxbxx") && !matches("*a*b", "abba"));
        assert!(matches("g?ld", "gold") && !matches("g?ld", "gld") && matches("é?", "éé"));
    }

    #[test]
    fn an_escaped_wildcard_is_a_character() {
        assert!(matches(r"a\*", "a*") && !matches(r"a\*", "ab"));
        assert!(matches(r"a\\*", r"a\bc"));
        let key = Key::new([r"we*ird?\"]).unwrap();
        assert!(Pattern::exactly(&key).matches(&key));
        assert!(!Pattern::exactly(&key).matches(&Key::new([r"weXird?\"]).unwrap()));
    }

    #[test]
    fn each_part_has_its_own_pattern() {
        let key = Key::new(["ETH/USDT", "momentum"]).unwrap();
        assert!(Pattern::new(["ETH/*", "*"]).unwrap().matches(&key));
        assert!(!Pattern::new(["ETH*momentum"]).unwrap().matches(&key));
        assert!(Pattern::all(2).matches(&key) && !Pattern::all(1).matches(&key));
        assert_eq!(Pattern::new(["ETH/*", "*"]).unwrap().to_string(), r#"("ETH/*", "*")"#);
    }

    #[test]
    fn a_pattern_that_no_key_is_like_says_why() {
        assert_eq!(Pattern::new([""]), Err(KeyError::Empty));
        assert_eq!(Pattern::new(["a", "b\0"]), Err(KeyError::Nul));
        assert!(matches(r"a\", r"a\"));
    }

    #[test]
    fn a_hostile_pattern_takes_no_longer_than_its_product() {
        let pattern = "*a".repeat(200);
        assert!(!matches(&pattern, &format!("{}b", "a".repeat(500))));
    }
}
