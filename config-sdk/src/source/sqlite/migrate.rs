//! Bringing a SQLite store up to the blocks' types, and saying where it is not.

use rusqlite::{Connection, Error, ErrorCode, Result, TransactionBehavior};

use super::{blueprint, catalog};
use crate::schema::BlockSchema;
use crate::source::ddl::{Difference, Drift, Step};

/// Creates what is missing and replaces what is outdated, in one transaction; drops neither a table
/// nor a column, and changes no value. What it leaves to a person comes back as steps that are not
/// done.
///
/// # Errors
/// The database's; then nothing was done.
pub(crate) fn migrate(connection: &mut Connection, blocks: &[&BlockSchema]) -> Result<Vec<Step>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let steps = mend(&transaction, blocks, |drift| drift.safe)?;
    transaction.commit()?;
    Ok(steps)
}

/// Adds to adopted tables what tells of their changes, and touches nothing else.
///
/// # Errors
/// The database's; then nothing was done.
pub(crate) fn adopt(connection: &mut Connection, blocks: &[&BlockSchema]) -> Result<Vec<Step>> {
    let adopted: Vec<_> = blocks.iter().copied().filter(|block| block.adopt).collect();
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let steps = mend(&transaction, &adopted, |drift| drift.offered)?;
    transaction.commit()?;
    Ok(steps)
}

/// Everything in which the store differs from the blocks' types: nothing, right after [`migrate`],
/// unless a person has to decide. Changes nothing.
///
/// # Errors
/// The database's.
pub(crate) fn check(connection: &Connection, blocks: &[&BlockSchema]) -> Result<Vec<Difference>> {
    let wanted: Vec<_> = blocks.iter().map(|block| blueprint(block)).collect();
    let drifts = catalog::differences(connection, &wanted)?;
    let drifts = drifts.into_iter().filter(|drift| drift.safe || !drift.offered);
    Ok(drifts.map(Drift::difference).collect())
}

/// What is still different after all that can be mended has been is what is left to a person.
fn mend(
    connection: &Connection,
    blocks: &[&BlockSchema],
    is_meant: fn(&Drift) -> bool,
) -> Result<Vec<Step>> {
    let wanted: Vec<_> = blocks.iter().map(|block| blueprint(block)).collect();
    let mut left = catalog::differences(connection, &wanted)?;
    let mut steps = Vec::new();
    if left.iter().any(is_meant) {
        for mut drift in left {
            if is_meant(&drift) && run(connection, &mut drift)? {
                steps.push(drift.done());
            }
        }
        left = catalog::differences(connection, &wanted)?;
    }
    steps.extend(left.into_iter().map(Drift::left));
    Ok(steps)
}

/// Mends `drift`, by its fallback if rows stand in the way; false if they still do.
fn run(connection: &Connection, drift: &mut Drift) -> Result<bool> {
    loop {
        let sql = format!("savepoint step;\n{}\nrelease step", drift.sql);
        match connection.execute_batch(&sql) {
            Ok(()) => return Ok(true),
            Err(Error::SqliteFailure(error, _)) if error.code == ErrorCode::ConstraintViolation => {
                connection.execute_batch("rollback to step; release step")?;
            }
            Err(error) => return Err(error),
        }
        match drift.fallback.take() {
            Some(fallback) => drift.sql = fallback,
            None => return Ok(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::private::{Plain, field};
    use crate::source::ddl::sample;

    fn database() -> Connection {
        Connection::open_in_memory().unwrap()
    }

    fn left(steps: &[Step]) -> Vec<&str> {
        let left = steps.iter().filter(|step| !step.done);
        left.map(|step| step.what.as_str()).collect()
    }

    #[test]
    fn right_after_migrate_there_is_nothing_to_find_or_to_do() {
        let (mut database, trading, limits) = (database(), sample::trading(), sample::limits());
        let blocks = [&trading, &limits];
        assert_eq!(check(&database, &blocks).unwrap().len(), 3);
        let steps = migrate(&mut database, &blocks).unwrap();
        assert!(steps.len() == 3 && steps.iter().all(|step| step.done));
        assert_eq!(check(&database, &blocks).unwrap(), []);
        assert_eq!(migrate(&mut database, &blocks).unwrap(), []);
    }

    #[test]
    fn a_grown_type_grows_its_table_and_keeps_its_rows() {
        let (mut database, former) = (database(), sample::trading());
        migrate(&mut database, &[&former]).unwrap();
        let row = "insert into trading_config (status, plain) values ('active', 7)";
        database.execute_batch(row).unwrap();
        let mut grown = sample::trading_with(|block| {
            block.field(field::<Plain, u8>("more", "")).retired("plain")
        });
        grown.fields.retain(|field| !["plain", "big"].contains(&field.name));

        let steps = migrate(&mut database, &[&grown]).unwrap();
        assert!(steps.iter().any(|step| step.done && step.what.contains("`more`")));
        assert_eq!(
            left(&steps),
            [
                "trading: column `big` is no field's, and no reader of blocks reads it",
                "trading: retired column `plain` is still there, and nobody reads it",
            ]
        );
        let kept =
            database.query_row("select plain + coalesce(more, 1) from trading_config", [], |row| {
                row.get(0)
            });
        assert_eq!(kept, Ok(8));
        assert!(migrate(&mut database, &[&grown]).unwrap().iter().all(|step| !step.done));
    }

    #[test]
    fn a_misspelt_column_is_named_with_the_nearest_field() {
        let (mut database, trading) = (database(), sample::trading());
        migrate(&mut database, &[&trading]).unwrap();
        let typo = "alter table trading_config add column scor_threshold text";
        database.execute_batch(typo).unwrap();
        let differences = check(&database, &[&trading]).unwrap();
        assert_eq!(differences.len(), 1);
        assert_eq!(differences[0].column.as_deref(), Some("scor_threshold"));
        assert!(differences[0].what.ends_with("the nearest is `score_threshold`"));
    }

    #[test]
    fn a_column_of_another_type_is_left_to_a_person() {
        let (mut database, limits) = (database(), sample::limits());
        let table = "create table risk__limits (max text); insert into risk__limits values ('a')";
        database.execute_batch(table).unwrap();
        let steps = migrate(&mut database, &[&limits]).unwrap();
        let what = "limits: column `max` is TEXT, and its field needs INTEGER";
        assert_eq!(left(&steps), [what]);
    }

    #[test]
    fn a_renamed_table_is_not_replaced_by_an_empty_one() {
        let (mut database, limits) = (database(), sample::limits());
        migrate(&mut database, &[&limits]).unwrap();
        database.execute_batch("alter table risk__limits rename to former").unwrap();
        let steps = migrate(&mut database, &[&limits]).unwrap();
        assert_eq!(steps.len(), 1);
        assert!(!steps[0].done && steps[0].what.contains("the block's rows are in former"));
        database.execute_batch(&steps[0].sql).unwrap();
        migrate(&mut database, &[&limits]).unwrap();
        assert_eq!(check(&database, &[&limits]).unwrap(), []);
    }

    #[test]
    fn rows_that_stand_in_the_way_of_an_index_do_not_stop_the_rest() {
        let (mut database, limits) = (database(), sample::limits());
        let rows = "create table risk__limits (status text not null, max integer);
                    insert into risk__limits values ('active', 1), ('active', 2)";
        database.execute_batch(rows).unwrap();
        let steps = migrate(&mut database, &[&limits]).unwrap();
        assert_eq!(
            left(&steps),
            [
                "limits: index `risk__limits_one_active` is missing: rows that are there stand in the way"
            ]
        );
        let versions =
            database
                .query_row("select group_concat(version) from risk__limits", [], |row| row.get(0));
        assert_eq!(versions, Ok("1,2".to_owned()));
    }
}
