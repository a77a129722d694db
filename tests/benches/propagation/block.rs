//! What changes: a block of seventeen fields.

use config_sdk::ConfigBlock;

/// A block of seventeen fields, of which one counts the changes.
#[derive(Debug, PartialEq, ConfigBlock)]
#[config(name = "wide")]
#[rustfmt::skip]
pub(crate) struct WideConfig {
    #[config(default = 0)] pub(crate) number: i64, #[config(default = 1)] pub(crate) a: i64,
    #[config(default = 2)] pub(crate) b: i64, #[config(default = 3)] pub(crate) c: i64,
    #[config(default = 4)] pub(crate) d: i64, #[config(default = 5)] pub(crate) e: i64,
    #[config(default = 6)] pub(crate) f: i64, #[config(default = 7)] pub(crate) g: i64,
    #[config(default = 0.5)] pub(crate) h: f64, #[config(default = 1.5)] pub(crate) i: f64,
    #[config(default = 2.5)] pub(crate) j: f64, #[config(default = 3.5)] pub(crate) k: f64,
    #[config(default = true)] pub(crate) l: bool, #[config(default = false)] pub(crate) m: bool,
    #[config(default = "one")] pub(crate) n: String, #[config(default = "two")] pub(crate) o: String,
    #[config(default = "three")] pub(crate) p: String,
}

/// A table of the same by hand, with one row, and a trigger that tells of its changes.
pub(crate) const BY_HAND: &str = "
    create table wide (number bigint not null, a bigint, b bigint, c bigint, d bigint, e bigint, f bigint,
        g bigint, h double precision, i double precision, j double precision, k double precision,
        l boolean, m boolean, n text, o text, p text);
    insert into wide values (0, 1, 2, 3, 4, 5, 6, 7, 0.5, 1.5, 2.5, 3.5, true, false, 'one', 'two', 'three');
    create function told() returns trigger language plpgsql as $$
        begin perform pg_notify('wide', new.number::text); return null; end $$;
    create trigger told after update on wide for each row execute function told();";

/// The row by hand.
pub(crate) const SELECT: &str =
    "select number, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p from wide";
