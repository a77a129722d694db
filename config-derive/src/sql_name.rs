//! Names that go into SQL: plain ones only, so that nobody ever has to quote one.

/// The most bytes that Postgres keeps of a name.
const MAX_LENGTH: usize = 63;

/// Columns that every block's table has for itself.
const BOOKKEEPING: [&str; 7] =
    ["id", "version", "status", "created_at", "created_by", "reason", "activated_at"];

/// Whether `name` is a plain name.
pub(crate) fn check(name: &str) -> Result<(), String> {
    let is_plain = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    if !is_plain {
        return Err(format!(
            "`{name}` is not a plain name: it begins with one of a-z and goes on with a-z, 0-9 and _"
        ));
    }
    if name.len() > MAX_LENGTH {
        return Err(format!(
            "`{name}` is too long for a name in Postgres: it has {} letters of at most {MAX_LENGTH}",
            name.len()
        ));
    }
    Ok(())
}

/// Whether `table` is a plain name, or two of them: `schema.table`.
pub(crate) fn check_table(table: &str) -> Result<(), String> {
    match table.split_once('.') {
        Some((schema, table)) => check(schema).and_then(|()| check(table)),
        None => check(table),
    }
}

/// Whether `column` is a plain name that the table does not need for itself.
pub(crate) fn check_column(column: &str) -> Result<(), String> {
    if BOOKKEEPING.contains(&column) {
        return Err(format!("every block's table has a column `{column}` of its own"));
    }
    check(column)
}

/// The name of a block whose struct is called `type_name`: `TradingConfig` is `trading`.
pub(crate) fn of_type(type_name: &str) -> String {
    let letters: Vec<char> =
        type_name.strip_suffix("Config").unwrap_or(type_name).chars().collect();
    let mut name = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| letters.get(index));
        let ends_word = before.is_some_and(|c| c.is_lowercase() || c.is_ascii_digit());
        let ends_acronym = before.is_some_and(|c| c.is_uppercase())
            && letters.get(index + 1).is_some_and(|c| c.is_lowercase());
        if letter.is_uppercase() && (ends_word || ends_acronym) {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_called_like_its_struct_without_config() {
        for (type_name, name) in [
            ("TradingConfig", "trading"),
            ("APIConfig", "api"),
            ("HTTPServerConfig", "http_server"),
            ("Risk", "risk"),
            ("Tier2LimitsConfig", "tier2_limits"),
            ("ConfigStore", "config_store"),
            ("Config", ""),
        ] {
            assert_eq!(of_type(type_name), name);
        }
    }

    #[test]
    fn only_names_that_need_no_quotes_are_plain() {
        for name in ["trading", "a", "a1_b", &"x".repeat(63)] {
            assert_eq!(check(name), Ok(()), "{name}");
        }
        for name in ["", "1a", "_a", "Trading", "a-b", "a b", "ä", "a.b", &"x".repeat(64)] {
            assert!(check(name).is_err(), "{name}");
        }
    }

    #[test]
    fn a_table_may_have_one_schema_before_it() {
        assert_eq!(check_table("risk.limits"), Ok(()));
        for table in ["", ".", "a.", ".a", "a.b.c", "a. b"] {
            assert!(check_table(table).is_err(), "{table}");
        }
    }
}
