//! What a Postgres store has, as its catalog shows it.

use tokio_postgres::{Client, Error, SimpleQueryMessage, SimpleQueryRow};

use super::adopted;
use super::ddl::{BOOKKEEPING, BOOKKEEPING_VERSION, OURS, described};
use super::triggers::hex;
use crate::source::ddl::{Blueprint, Drift, Found, Piece, drifts, text};

/// The query, with a place for the tables that are asked for.
const CATALOG: &str = include_str!("catalog.sql");

/// Everything in which the store differs from `wanted`, in the order in which it can be mended.
/// One round trip, whatever the number of blocks.
pub(super) async fn differences(
    client: &Client,
    wanted: &[Blueprint<'_>],
) -> Result<Vec<Drift>, Error> {
    let rows: String = wanted.iter().enumerate().map(row).collect();
    let query = CATALOG.replace("{wanted}", &rows);
    let mut catalog = Catalog::of(wanted.len());
    for message in client.simple_query(&query).await? {
        if let SimpleQueryMessage::Row(row) = message {
            catalog.add(&row);
        }
    }
    Ok(catalog.drifts(wanted))
}

fn row((number, blueprint): (usize, &Blueprint<'_>)) -> String {
    let mut parts = blueprint.parts.iter();
    let schema = parts.find(|part| part.piece == Piece::Schema);
    let schema = schema.map_or("null".to_owned(), |part| text(&part.name));
    format!("('{number}', {schema}, {}, '{}'),", text(&blueprint.table), hex(blueprint.block.name))
}

/// The answer, sorted by block.
struct Catalog {
    bookkeeping: Option<u32>,
    blocks: Vec<(Found, Comments)>,
}

/// Column and comment; of the table itself, if the column is empty.
type Comments = Vec<(String, String)>;

impl Catalog {
    fn of(blocks: usize) -> Self {
        Self { bookkeeping: None, blocks: (0..blocks).map(|_| Default::default()).collect() }
    }

    fn add(&mut self, row: &SimpleQueryRow) {
        let cell = |name| row.get(name).unwrap_or_default();
        let (piece, name, identity) = (cell("piece"), cell("name").to_owned(), cell("identity"));
        if piece == "bookkeeping" {
            let version = identity.rsplit("version ").next();
            self.bookkeeping = version.and_then(|version| version.parse().ok());
        }
        let block = cell("block").parse().ok();
        let Some((found, comments)) = block.and_then(|block: usize| self.blocks.get_mut(block))
        else {
            return;
        };
        let piece = match piece {
            "schema" => Piece::Schema,
            "table" => Piece::Table,
            "column" => Piece::Column,
            "check" => Piece::Check,
            "index" => Piece::Index,
            "trigger" => Piece::Trigger,
            "comment" => return comments.push((name, identity.to_owned())),
            "elsewhere" => {
                found.elsewhere = Some(identity.to_owned());
                return;
            }
            _ => return,
        };
        let any_id = piece == Piece::Column && name == "id";
        let identity = if any_id { "" } else { identity };
        let identity = identity.strip_prefix(OURS).unwrap_or(identity);
        found.parts.insert((piece, name), identity.to_owned());
    }

    fn drifts(self, wanted: &[Blueprint<'_>]) -> Vec<Drift> {
        // What a newer release has made is left as it is.
        let old = self.bookkeeping.is_none_or(|version| version < BOOKKEEPING_VERSION);
        let bookkeeping = old.then(|| Drift::of_bookkeeping(BOOKKEEPING));
        let blocks = wanted.iter().zip(self.blocks);
        let blocks = blocks.flat_map(|(wanted, (mut found, comments))| {
            if wanted.block.adopt {
                found.accept(wanted, adopted::takes);
            }
            if let Some(all) = all_comments(wanted, &comments) {
                (found.parts).insert((Piece::Comments, String::new()), all);
            }
            drifts(wanted, &found)
        });
        bookkeeping.into_iter().chain(blocks).collect()
    }
}

/// The comments on what is ours; `None` without a table.
fn all_comments(wanted: &Blueprint<'_>, comments: &Comments) -> Option<String> {
    let fields = &wanted.block.fields;
    let ours = |column: &str| {
        matches!(column, "" | "status")
            || wanted.is_key(column)
            || fields.iter().any(|field| field.column == column)
    };
    let ours = comments.iter().filter(|(column, _)| ours(column));
    let all = ours.map(|(column, comment)| (column.as_str(), comment.as_str()));
    (!comments.is_empty()).then(|| described(all))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::ddl::{Step, sample};
    use crate::source::postgres::blueprint;

    /// What is left of a store that is as it should be but for what `spoil` does to it.
    fn steps(spoil: impl FnOnce(&mut Found)) -> Vec<Step> {
        let limits = sample::limits();
        let wanted = blueprint(&limits);
        let mut found = Found::default();
        for part in &wanted.parts {
            let name = (part.piece, part.name.clone());
            found.parts.insert(name, part.identity.clone());
        }
        spoil(&mut found);
        drifts(&wanted, &found).into_iter().map(Drift::left).collect()
    }

    fn set(found: &mut Found, piece: Piece, name: &str, identity: &str) {
        found.parts.insert((piece, name.to_owned()), identity.to_owned());
    }

    #[test]
    fn a_store_that_is_as_it_should_be_differs_in_nothing() {
        assert_eq!(steps(|_| {}), []);
    }

    #[test]
    fn the_rules_of_one_type_are_not_put_on_a_column_of_another() {
        let steps = steps(|found| {
            set(found, Piece::Column, "max", "text");
            set(found, Piece::Check, "limits_max_check", "of before");
        });
        assert_eq!(steps.len(), 1);
        assert!(steps[0].what.ends_with("`max` is text, and its field needs bigint"));
    }

    #[test]
    fn a_check_that_old_rows_break_is_for_a_person_to_validate() {
        let rule = r#""max" >= 0 and "max" <= 255 (not valid)"#;
        let steps = steps(|found| set(found, Piece::Check, "limits_max_check", rule));
        let validate = r#"alter table "risk"."limits" validate constraint "limits_max_check";"#;
        assert_eq!((steps.len(), &*steps[0].sql), (1, validate));
    }

    #[test]
    fn a_check_of_a_removed_field_goes_and_its_column_stays() {
        let steps = steps(|found| {
            set(found, Piece::Check, "limits_least_check", "least > 0");
            set(found, Piece::Column, "least", "bigint");
        });
        assert_eq!(steps.len(), 2);
        assert!(steps.iter().any(|step| step.sql.contains("drop constraint")));
        assert!(steps.iter().all(|step| !step.sql.contains("drop column")));
    }
}
