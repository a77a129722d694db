//! Names as Postgres keeps them.

use crate::source::ddl::ident;

/// Longest name Postgres keeps, in bytes.
const MAX_NAME: usize = 63;

/// The name of a table as SQL writes it.
pub(super) fn quoted(schema: Option<&str>, name: &str) -> String {
    match schema {
        Some(schema) => format!("{}.{}", ident(schema), ident(name)),
        None => ident(name),
    }
}

/// The table `name`, which may carry its schema, as SQL names it.
pub(super) fn quoted_table(name: &str) -> String {
    match name.split_once('.') {
        Some((schema, name)) => quoted(Some(schema), name),
        None => quoted(None, name),
    }
}

/// A name from its words, cut to what Postgres keeps; what was cut leaves a mark, so that two long
/// names stay two.
pub(super) fn named(words: &[&str]) -> String {
    let whole = words.join("_");
    if whole.len() <= MAX_NAME {
        return whole;
    }
    let mark = format!("_{:08x}", fingerprint(&whole));
    let fits = |end: &usize| end + mark.len() <= MAX_NAME;
    let ends = whole.char_indices().map(|(end, _)| end).take_while(fits);
    format!("{}{mark}", &whole[..ends.last().unwrap_or(0)])
}

/// FNV-1a: the same in every build, which the standard library's hashes do not promise.
fn fingerprint(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_fit_and_stay_apart() {
        let one = named(&["t", &"ä".repeat(40), "one", "check"]);
        let two = named(&["t", &"ä".repeat(40), "two", "check"]);
        assert!(one.len() <= MAX_NAME && one != two);
        assert_eq!(named(&["t", "c", "check"]), "t_c_check");
    }
}
