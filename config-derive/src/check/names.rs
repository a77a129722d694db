//! Names in SQL: whether they can be, and whether two things share one.

use std::collections::HashMap;

use syn::Error;

use crate::errors::Errors;
use crate::key::{MAX_PARTS, Part};
use crate::model::{Block, Field};
use crate::sql_name;

/// Adds every mistake in the names of `block`, its table and its columns.
pub(super) fn check(block: &Block<'_>, errors: &mut Errors) {
    block_and_table(block, errors);
    columns(block, errors);
    key(block, errors);
}

fn block_and_table(block: &Block<'_>, errors: &mut Errors) {
    let name = &block.name;
    if name.text.is_empty() && !name.given {
        let message = "the block has no name: add `#[config(name = \"…\")]` to the struct";
        errors.push(Error::new(name.span, message));
    } else if let Err(problem) = sql_name::check(&name.text) {
        let remedy =
            if name.given { "" } else { "; add `#[config(name = \"…\")]` to the struct" };
        errors.push(Error::new(name.span, format!("{problem}{remedy}")));
    } else if block.table.is_none()
        && let Err(problem) = sql_name::check(&format!("{}_config", name.text))
    {
        let message = format!("its table's name {problem}; add `table = \"…\"`");
        errors.push(Error::new(name.span, message));
    }
    if let Some(table) = &block.table
        && let Err(problem) = sql_name::check_table(&table.value())
    {
        let message = format!("{problem}; one schema may stand before it: `risk.limits`");
        errors.at(table, message);
    }
}

fn columns(block: &Block<'_>, errors: &mut Errors) {
    let mut owners: HashMap<&str, &Field<'_>> = HashMap::new();
    for field in &block.fields {
        let column = &field.column;
        if let Err(problem) = column_name(&column.text, block) {
            let remedy = if column.given {
                ""
            } else {
                "; add `#[config(column = \"…\")]` or rename the field"
            };
            errors.push(Error::new(column.span, format!("{problem}{remedy}")));
        } else if let Some(owner) = owners.insert(&column.text, field) {
            let message = format!(
                "`{}` and `{}` have the same column `{}`; give one of them another",
                owner.name, field.name, column.text
            );
            errors.push(Error::new(column.span, message));
        }
    }
    let mut seen = Vec::new();
    for retired in &block.retired {
        let name = retired.value();
        if let Err(problem) = column_name(&name, block) {
            errors.at(retired, problem);
        } else if let Some(owner) = owners.get(name.as_str()) {
            let message = format!(
                "`{name}` is retired, and still the column of `{}`; \
                 give the field a column that was never used",
                owner.name
            );
            errors.at(retired, message);
        } else if seen.contains(&name) {
            errors.at(retired, format!("`{name}` is retired twice; keep one of them"));
        }
        seen.push(name);
    }
}

fn key(block: &Block<'_>, errors: &mut Errors) {
    for (index, part) in block.key.iter().enumerate() {
        let column = part.column();
        let is_earlier = |earlier: &Part| earlier.column() == column;
        let owner = block.fields.iter().find(|field| field.column.text == column);
        if index == MAX_PARTS {
            let message = format!("a key has at most {MAX_PARTS} parts; this is one too many");
            errors.at(&part.name, message);
        }
        if let (Err(problem), true) = (column_name(&column, block), part.sound) {
            errors.at(&part.name, problem);
        } else if block.key.iter().take(index).any(is_earlier) {
            errors.at(&part.name, format!("`{column}` is a part twice; keep one of them"));
        } else if let Some(owner) = owner {
            let message = format!(
                "the field `{}` has the column `{column}` already; remove the field, \
                 or give it another column",
                owner.name
            );
            errors.at(&part.name, message);
        } else if block.retired.iter().any(|retired| retired.value() == column) {
            let message =
                format!("`{column}` is retired; give the part a name that was never used");
            errors.at(&part.name, message);
        }
    }
}

/// Whether a column of the block can have that name; an adopted table has none of its own beside it.
fn column_name(column: &str, block: &Block<'_>) -> Result<(), String> {
    if block.adopt { sql_name::check(column) } else { sql_name::check_column(column) }
}
