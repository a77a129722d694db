//! Loading the same rows as most people do: a query, its rows decoded into the struct, a map.

use std::collections::HashMap;
use std::sync::Arc;

use tokio_postgres::{Client, Row};

use crate::blocks::{GuildConfig, guild};

/// How many rows are asked for at a time, as the library does.
pub(crate) const PAGE: usize = 1000;

const COLUMNS: &str =
    "guild_id, starting_balance, daily_amount, max_transfer, cooldown_hours, greeting";

/// What a read would look into.
pub(crate) type Guilds = HashMap<String, Arc<GuildConfig>>;

/// So many keys, a page of them at a time.
pub(crate) async fn by_keys(client: &Client, keys: &[String]) -> Guilds {
    let sql = format!(
        "select {COLUMNS} from guild_config where status = 'active' and guild_id = any($1)"
    );
    let statement = client.prepare(&sql).await.expect("a statement");
    let mut guilds = Guilds::new();
    for page in keys.chunks(PAGE) {
        let rows = client.query(&statement, &[&page]).await.expect("rows");
        guilds.extend(rows.iter().map(decoded));
    }
    guilds
}

/// All keys, a page of them after the other in their order.
pub(crate) async fn all(client: &Client) -> Guilds {
    let sql = format!(
        "select {COLUMNS} from guild_config where status = 'active' and guild_id > $1 \
         order by guild_id limit {PAGE}"
    );
    let statement = client.prepare(&sql).await.expect("a statement");
    let (mut guilds, mut after) = (Guilds::new(), String::new());
    loop {
        let rows = client.query(&statement, &[&after]).await.expect("rows");
        guilds.extend(rows.iter().map(decoded));
        match rows.last() {
            Some(last) if rows.len() == PAGE => after = last.get(0),
            _ => return guilds,
        }
    }
}

/// The first so many, each by a query of its own.
pub(crate) async fn one_by_one(client: &Client, count: usize) -> Guilds {
    let sql =
        format!("select {COLUMNS} from guild_config where status = 'active' and guild_id = $1");
    let statement = client.prepare(&sql).await.expect("a statement");
    let mut guilds = Guilds::new();
    for number in 0..count {
        let row = client.query_one(&statement, &[&guild(number)]).await.expect("a row");
        guilds.extend([decoded(&row)]);
    }
    guilds
}

fn decoded(row: &Row) -> (String, Arc<GuildConfig>) {
    let number = |index, default| row.get::<_, Option<i64>>(index).unwrap_or(default);
    let guild = GuildConfig {
        starting_balance: number(1, 100),
        daily_amount: number(2, 10),
        max_transfer: number(3, 1000),
        cooldown_hours: number(4, 24),
        greeting: row.get(5),
    };
    (row.get(0), Arc::new(guild))
}
