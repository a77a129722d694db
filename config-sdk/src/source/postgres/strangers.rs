//! Keys that no row of a Postgres table can have, because its columns hold nothing of the kind.

use std::collections::BTreeSet;

use super::names::quoted_table;
use super::select::{escaped, object};
use super::text_row::TextRow;
use crate::key::Key;
use crate::schema::BlockSchema;

/// Asks which of `keys` are nothing that the key columns of `block` can hold. The columns' own types
/// tell, key by key: what else a table may have for them, nobody knows.
pub(super) fn sql(block: &BlockSchema, keys: &[Key]) -> String {
    let keys: Vec<_> =
        keys.iter().map(|key| escaped(&ascii(&object(block, key).to_string()))).collect();
    let code = format!(
        "declare item text; place bigint := 0; found text[] := '{{}}'; begin \
         foreach item in array array[{}]::text[] loop \
         begin perform jsonb_populate_record(null::{}, item::jsonb); \
         exception when data_exception then found := found || place::text; end; \
         place := place + 1; end loop; \
         perform set_config('config_sdk.strangers', array_to_string(found, ','), true); end",
        keys.join(", "),
        quoted_table(&block.table)
    );
    format!("do {}; select current_setting('config_sdk.strangers') as strangers", escaped(&code))
}

/// The others of `keys`, by the answer.
pub(super) fn others(answer: &[TextRow], keys: &[Key]) -> Vec<Key> {
    let strangers = answer.first().and_then(|row| row.get("strangers"));
    let strangers: BTreeSet<usize> =
        strangers.unwrap_or_default().split(',').filter_map(|place| place.parse().ok()).collect();
    let others = keys.iter().enumerate().filter(|(place, _)| !strangers.contains(place));
    others.map(|(_, key)| key.clone()).collect()
}

/// The same JSON in ASCII, which every database takes: a character that one has no place for is then
/// the trouble of its key alone.
fn ascii(json: &str) -> String {
    let mut ascii = String::with_capacity(json.len());
    for character in json.chars() {
        match character.is_ascii() {
            true => ascii.push(character),
            false => {
                let units = character.encode_utf16(&mut [0; 2]).to_vec();
                ascii.extend(units.iter().map(|unit| format!("\\u{unit:04x}")));
            }
        }
    }
    ascii
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_in_ascii_says_the_same() {
        let json = serde_json::json!({ "ключ": r#"a"\b 🗝"# });
        let written = ascii(&json.to_string());
        assert!(written.is_ascii());
        assert_eq!(serde_json::from_str::<serde_json::Value>(&written).unwrap(), json);
    }
}
