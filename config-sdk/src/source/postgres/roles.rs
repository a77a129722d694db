//! Roles for those who read, operate and own a store, and the least rights that each needs.

use super::names::quoted_table;
use super::triggers::array;
use crate::schema::BlockSchema;
use crate::source::ddl::text;

/// Makes the roles that are not there.
const ROLES: &str = include_str!("roles.sql");

/// Grants them their rights, with a place for the tables that are the store's own, and for the others.
const GRANTS: &str = include_str!("grants.sql");

/// Asks whether the roles are used in this database: somebody has run what `schema` prints.
pub(super) const ARE_USED: &str = "select has_schema_privilege(\
    to_regrole('config_sdk_reader')::oid, 'config_sdk', 'usage') as used";

/// Makes the roles, and grants them what they need for `blocks`.
pub(crate) fn roles(blocks: &[&BlockSchema]) -> String {
    format!("\n{ROLES}{}", grants(blocks))
}

/// Grants the roles that are there what they need for `blocks`. It takes nothing away, and what may not
/// be granted is a notice.
pub(super) fn grants(blocks: &[&BlockSchema]) -> String {
    let tables = |adopt: bool| {
        let blocks = blocks.iter().filter(|block| block.adopt == adopt);
        let tables: Vec<_> = blocks.map(|block| quoted_table(&block.table)).collect();
        text(&array(tables.iter().map(String::as_str)))
    };
    GRANTS.replacen("{own}", &tables(false), 1).replacen("{adopted}", &tables(true), 1)
}
