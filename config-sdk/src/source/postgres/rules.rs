//! A field's rules as a CHECK: refused at the edit, in any tool, before a reader has to reject it.
//!
//! A CHECK passes `NULL`, which is the compiled-in default. What SQL cannot say (bounds of a length
//! of time, what is inside JSON) is left to the readers.

use rust_decimal::Decimal;

use crate::key::MAX_KEY;
use crate::schema::{FieldSchema, Kind};
use crate::source::ddl::{bounds, choices, ident, literal};

/// The condition that `field`'s column must meet; `None` if its type says it all.
pub(super) fn condition(field: &FieldSchema) -> Option<String> {
    let column = &ident(field.column);
    let mut rules = natural(column, field.kind);
    if let Some(range) = bounds(field) {
        let min = range.min.as_ref().and_then(literal);
        rules.extend(min.map(|min| format!("{column} >= {min}")));
        let less = if range.open { "<" } else { "<=" };
        let max = range.max.as_ref().and_then(literal);
        rules.extend(max.map(|max| format!("{column} {less} {max}")));
    }
    if let (Some(bounds), Some(length)) = (field.length, length(column, field.kind)) {
        rules.push(match (bounds.min, bounds.max) {
            (min, usize::MAX) => format!("{length} >= {min}"),
            (min, max) => format!("{length} between {min} and {max}"),
        });
    }
    let choices: Vec<_> = choices(field).iter().filter_map(literal).collect();
    if !choices.is_empty() {
        rules.push(format!("{column} in ({})", choices.join(", ")));
    }
    (!rules.is_empty()).then(|| rules.join(" and "))
}

/// What the columns of a key must be together: all null, for the row that the others inherit from, or
/// a key.
pub(super) fn whole_key(keys: &[&str]) -> String {
    let columns: Vec<_> = keys.iter().map(|key| ident(key)).collect();
    let all = columns.join(", ");
    format!("num_nulls({all}) = {} or {}", keys.len(), is_key(&columns))
}

/// Whether `columns`, which are text, are a key: none null or empty, and all of them no longer than
/// a key may be.
pub(super) fn is_key(columns: &[String]) -> String {
    let some = columns.iter().map(|column| format!("{column} is not null and {column} <> ''"));
    let lengths: Vec<_> = columns.iter().map(|column| format!("octet_length({column})")).collect();
    let most = MAX_KEY + 1 - columns.len(); // one more is between each two parts
    let all: Vec<_> = some.chain([format!("{} <= {most}", lengths.join(" + "))]).collect();
    format!("({})", all.join(" and "))
}

/// What readers refuse although the column's type can hold it.
fn natural(column: &str, kind: Kind) -> Vec<String> {
    match kind {
        Kind::Decimal => vec![
            format!("{column} <> 'NaN'"), // which Postgres takes for the largest number
            format!("abs({column}) <= {}", Decimal::MAX),
            format!("scale({column}) <= 28"),
        ],
        Kind::BigInteger => vec![
            format!("{column} <> 'NaN'"),
            format!("abs({column}) <= {}", u128::MAX),
            format!("{column} = trunc({column})"),
        ],
        Kind::Float => vec![format!("{column} not in ('NaN', 'Infinity', '-Infinity')")],
        Kind::Duration => vec![format!("{column} ~ '^(0|([0-9]+ *[^0-9 ]+ *)+)$'")],
        Kind::Timestamp => {
            vec![format!("{column} between '1970-01-01 00:00:00+00' and '9999-12-31 23:59:59+00'")]
        }
        Kind::Bool | Kind::Integer | Kind::Text | Kind::Json => Vec::new(),
    }
}

/// Characters of text, items of a list, entries of an object.
fn length(column: &str, kind: Kind) -> Option<String> {
    match kind {
        Kind::Text => Some(format!("char_length({column})")),
        Kind::Json => Some(format!(
            "case jsonb_typeof({column}) when 'array' then jsonb_array_length({column}) \
             when 'object' then jsonb_array_length(jsonb_path_query_array({column}, '$.keyvalue()')) \
             when 'string' then char_length({column} #>> '{{}}') end"
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::private::{Block, Field, Json, Nullable, Plain, block, decimal, field};
    use crate::value::Value;

    fn of(field: Field) -> Option<String> {
        let block: Block = block("T", "t", None, "").field(field);
        condition(&block.build().fields[0])
    }

    #[test]
    fn a_type_that_the_column_holds_exactly_needs_no_rule() {
        assert_eq!(of(field::<Plain, bool>("a", "")), None);
        assert_eq!(of(field::<Plain, i64>("a", "")), None);
        assert_eq!(of(field::<Nullable<Plain>, Option<String>>("a", "")), None);
    }

    #[test]
    fn the_range_of_a_type_is_a_rule() {
        assert_eq!(of(field::<Plain, u32>("a", "")).unwrap(), r#""a" >= 0 and "a" <= 4294967295"#);
        assert!(
            of(field::<Plain, u64>("a", ""))
                .unwrap()
                .ends_with(r#""a" = trunc("a") and "a" >= 0 and "a" <= 18446744073709551615"#)
        );
    }

    #[test]
    fn not_a_number_cannot_pass_for_a_large_one() {
        let range = (Value::Decimal(Decimal::ZERO), Value::Decimal(decimal(15, false, 1)));
        let rule = of(field::<Plain, Decimal>("a", "").range(Some(range.0), Some(range.1), true));
        let rule = rule.unwrap();
        assert!(rule.starts_with(r#""a" <> 'NaN' and "#), "{rule}");
        assert!(rule.ends_with(r#""a" >= 0 and "a" < 1.5"#), "{rule}");
    }

    #[test]
    fn a_clamped_range_is_not_refused() {
        let one = || Some(Value::Int(1));
        assert_eq!(of(field::<Plain, u8>("a", "").range(one(), one(), false).clamp()), None);
    }

    #[test]
    fn lengths_and_choices_are_rules() {
        let choices = vec![Value::Text("it's".into()), Value::Text("b".into())];
        assert_eq!(
            of(field::<Plain, String>("a", "").length(1, usize::MAX).one_of(choices)).unwrap(),
            r#"char_length("a") >= 1 and "a" in ('it''s', 'b')"#
        );
        let list = of(field::<Json, Vec<u8>>("a", "").length(0, 4)).unwrap();
        assert!(
            list.starts_with("case jsonb_typeof") && list.ends_with("end between 0 and 4"),
            "{list}"
        );
    }
}
