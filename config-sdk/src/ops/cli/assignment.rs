//! `PATH=VALUE`, taken apart; nothing of a value is ever repeated, which may be a secret.

/// A value for what is at a path.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Assignment {
    pub(super) path: String,
    pub(super) value: String,
}

impl std::fmt::Debug for Assignment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Assignment").field(&self.path).finish()
    }
}

impl std::str::FromStr for Assignment {
    type Err = String;

    /// The first `=` outside a key's brackets ends the path.
    fn from_str(text: &str) -> Result<Self, String> {
        let (mut in_key, mut in_quotes, mut escaped) = (false, false, false);
        for (at, c) in text.char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' if in_quotes => escaped = true,
                '"' if in_key => in_quotes = !in_quotes,
                _ if in_quotes => {}
                '[' => in_key = true,
                ']' => in_key = false,
                '=' if !in_key => {
                    let (path, value) = text.split_at(at);
                    let value = value.strip_prefix('=').unwrap_or_default();
                    return Ok(Self { path: path.to_owned(), value: value.to_owned() });
                }
                _ => {}
            }
        }
        if in_key {
            let said =
                "the bracket of its key is not closed: write it as in `bytes[guild-1].amount=5`";
            return Err(said.into());
        }
        Err("there is no `=` in it: write PATH=VALUE, as in `trading.score_threshold=0.8`".into())
    }
}

/// `BLOCK@N`: a draft, by its row's path and its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DraftName {
    pub(super) path: String,
    pub(super) version: u64,
}

impl std::str::FromStr for DraftName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.rsplit_once('@').and_then(|(path, version)| {
            Some(Self { path: path.to_owned(), version: version.parse().ok()? })
        });
        let wrong = || "a draft is named by its row and its number, as in `trading@8`".to_owned();
        parts.filter(|name| !name.path.is_empty()).ok_or_else(wrong)
    }
}

/// `word` as a shell takes it.
pub(super) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@,=".contains(c);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_equals_sign_outside_a_key_ends_the_path() {
        let of = |text: &str| {
            let Assignment { path, value } = text.parse().unwrap();
            (path, value)
        };
        let pair = |path: &str, value: &str| (path.to_owned(), value.to_owned());
        assert_eq!(of("trading.x=0.8"), pair("trading.x", "0.8"));
        assert_eq!(of("trading.note=a=b"), pair("trading.note", "a=b"));
        assert_eq!(of("trading.note="), pair("trading.note", ""));
        assert_eq!(of("bytes[a=b].x=[1]"), pair("bytes[a=b].x", "[1]"));
        assert_eq!(of(r#"bytes["a]=\"="].x=1"#), pair(r#"bytes["a]=\"="].x"#, "1"));
    }

    #[test]
    fn what_is_no_assignment_is_not_repeated() {
        let error = "hunter2".parse::<Assignment>().unwrap_err();
        assert!(error.contains("write PATH=VALUE") && !error.contains("hunter2"), "{error}");
    }

    #[test]
    fn a_bracket_that_is_not_closed_is_told() {
        for open in ["bytes[.x=hunter2", "bytes[\"a].x=hunter2"] {
            let error = open.parse::<Assignment>().unwrap_err();
            assert!(error.contains("is not closed") && !error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_draft_is_named_by_its_row_and_number() {
        let name: DraftName = "bytes[a@b]@8".parse().unwrap();
        assert_eq!(name, DraftName { path: "bytes[a@b]".to_owned(), version: 8 });
        for wrong in ["trading", "trading@", "@8", "trading@x"] {
            let error = wrong.parse::<DraftName>().unwrap_err();
            assert!(error.contains("as in `trading@8`"), "{error}");
        }
    }

    #[test]
    fn a_word_is_quoted_only_where_a_shell_would_change_it() {
        assert_eq!(quoted("trading"), "trading");
        assert_eq!(quoted("bytes[guild-1]"), "'bytes[guild-1]'");
        assert_eq!(quoted("a'b"), r"'a'\''b'");
    }
}
