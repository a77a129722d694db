//! Setting one part of a JSON field, such as the threshold of the second tier.

use serde_json::Value as Json;

/// `whole` with its part at `parts` set to `text`, or without that part if there is no text.
///
/// Text is taken as JSON if it is any, unless a string stands there already; else as a string.
///
/// # Errors
/// If there is no such part, with what there is.
pub(super) fn set(whole: &mut Json, parts: &[String], text: Option<&str>) -> Result<(), String> {
    let Some((last, walk)) = parts.split_last() else {
        return Err("it names no part".to_owned());
    };
    let mut at = whole;
    for part in walk {
        at = step(at, part)?;
    }
    match at {
        Json::Object(fields) => {
            match text {
                Some(text) => {
                    let value = parsed(text, fields.get(last));
                    fields.insert(last.clone(), value);
                }
                None => {
                    fields.remove(last).ok_or_else(|| format!("there is no part `{last}`"))?;
                }
            }
            Ok(())
        }
        Json::Array(items) => {
            let length = items.len();
            let index = last.parse::<usize>().ok().filter(|index| *index <= length);
            let index = index.ok_or_else(|| no_item(last, length))?;
            match (text, items.get_mut(index)) {
                (Some(text), Some(item)) => *item = parsed(text, Some(item)),
                (Some(text), None) => items.push(parsed(text, None)),
                (None, Some(_)) => drop(items.remove(index)),
                (None, None) => return Err(no_item(last, length)),
            }
            Ok(())
        }
        _ => Err(format!("there is no part `{last}` in a plain value")),
    }
}

fn step<'a>(at: &'a mut Json, part: &str) -> Result<&'a mut Json, String> {
    match at {
        Json::Object(fields) => {
            let known = fields.keys().cloned().collect::<Vec<_>>().join(", ");
            fields
                .get_mut(part)
                .ok_or_else(|| format!("there is no part `{part}`; there are: {known}"))
        }
        Json::Array(items) => {
            let length = items.len();
            let index = part.parse::<usize>().ok();
            let item = index.and_then(|index| items.get_mut(index));
            item.ok_or_else(|| no_item(part, length))
        }
        _ => Err(format!("there is no part `{part}` in a plain value")),
    }
}

fn no_item(part: &str, length: usize) -> String {
    format!(
        "there is no item `{part}` in a list of {length}; the first is 0, and {length} adds one"
    )
}

fn parsed(text: &str, there: Option<&Json>) -> Json {
    let string = || Json::String(text.to_owned());
    match there {
        Some(Json::String(_)) => {
            serde_json::from_str::<String>(text).map_or_else(|_| string(), Json::String)
        }
        _ => serde_json::from_str(text).unwrap_or_else(|_| string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(whole: &str, path: &str, text: Option<&str>) -> Result<String, String> {
        let mut whole = serde_json::from_str(whole).unwrap();
        let parts: Vec<_> = path.split('.').map(str::to_owned).collect();
        set(&mut whole, &parts, text).map(|()| whole.to_string())
    }

    #[test]
    fn a_part_is_set_added_or_taken_out() {
        let tiers = r#"[{"pct":"5"},{"pct":"10"}]"#;
        assert_eq!(after(tiers, "1.pct", Some("12")).unwrap(), r#"[{"pct":"5"},{"pct":"12"}]"#);
        assert_eq!(after(tiers, "2", Some(r#"{"pct":"9"}"#)).unwrap().matches("pct").count(), 3);
        assert_eq!(after(tiers, "0", None).unwrap(), r#"[{"pct":"10"}]"#);
        assert_eq!(after(r#"{"a":1}"#, "b", Some("[1]")).unwrap(), r#"{"a":1,"b":[1]}"#);
        assert_eq!(after(r#"{"a":1}"#, "a", Some("x y")).unwrap(), r#"{"a":"x y"}"#);
    }

    #[test]
    fn a_part_that_is_not_there_is_told_with_what_is() {
        assert!(after("[1]", "3", Some("1")).unwrap_err().contains("list of 1"));
        assert!(after("[1]", "1", None).unwrap_err().contains("no item `1`"));
        assert!(after(r#"{"a":{"b":1}}"#, "c.b", Some("1")).unwrap_err().contains("there are: a"));
        assert!(after("5", "x", Some("1")).unwrap_err().contains("plain value"));
    }
}
