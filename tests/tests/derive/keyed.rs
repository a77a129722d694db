//! What the derive makes of `key(…)`, `resident` and `adopt`, and what may be given for a key.

use config_sdk::{BlockSchema, ConfigBlock, Key, KeyFor, KeyKind, KeyedBlock, ResidentBlock};
use uuid::Uuid;

/// One part, in a table that was there before.
#[derive(Debug, ConfigBlock)]
#[config(name = "bytes", table = "bytes_configs", key(id: String), adopt, retired = "version")]
struct BytesConfig {
    #[config(default = 10, range = 1..=1000, clamp)]
    daily_amount: u32,
    /// Not our bookkeeping, which an adopted table has none of.
    status: Option<String>,
}

/// Several parts, one with the name of a keyword.
#[derive(Debug, ConfigBlock)]
#[config(key(symbol: String, r#type: u32), resident, on_boot = "require", ttl = "300s")]
struct StrategyConfig {
    #[config(default = 14)]
    period: u32,
}

#[derive(Debug, ConfigBlock)]
#[config(key(a: i128, b: uuid::Uuid, c: std::string::String, d: i8))]
struct Four {}

#[derive(Debug, ConfigBlock)]
#[config(key(session: Uuid))]
struct Session {}

#[derive(Debug, ConfigBlock)]
#[config(key(guild: u64))]
struct Guild {}

#[derive(Debug, ConfigBlock)]
struct Plain {}

fn keys(schema: &BlockSchema) -> Vec<(&'static str, KeyKind)> {
    schema.keys.iter().map(|key| (key.name, key.kind)).collect()
}

/// The parts that are looked for when `key` is asked for.
fn parts<B: KeyedBlock>(key: impl KeyFor<B::Key>) -> Vec<String> {
    key.with_joined(|joined| joined.split('\0').map(str::to_owned).collect())
}

#[test]
fn a_part_of_the_key_is_a_column_called_like_it_with_the_kind_of_its_type() {
    use KeyKind::{Integer, Text, Uuid};
    assert_eq!(keys(BytesConfig::schema()), [("id", Text)]);
    assert_eq!(keys(StrategyConfig::schema()), [("symbol", Text), ("type", Integer)]);
    let four = [("a", Integer), ("b", Uuid), ("c", Text), ("d", Integer)];
    assert_eq!(keys(Four::schema()), four);
    assert_eq!(keys(Plain::schema()), []);
}

#[test]
fn a_part_of_the_key_is_no_field() {
    let fields = BytesConfig::schema().fields.iter().map(|field| field.name);
    assert!(fields.eq(["daily_amount", "status"]));
    assert_eq!(BytesConfig::default().daily_amount, 10);
    assert_eq!(StrategyConfig::default().period, 14);
}

#[test]
fn a_block_is_resident_or_adopted_where_it_says_so() {
    let what = |schema: &BlockSchema| (schema.is_keyed(), schema.resident, schema.adopt);
    assert_eq!(what(BytesConfig::schema()), (true, false, true));
    assert_eq!(what(StrategyConfig::schema()), (true, true, false));
    assert_eq!(what(Four::schema()), (true, false, false));
    assert_eq!(what(Plain::schema()), (false, false, false));
}

#[test]
fn the_key_is_the_tuple_of_the_types_of_its_parts() {
    fn is_keyed_by<B: KeyedBlock<Key = K>, K>() {}
    fn is_resident<B: ResidentBlock>() {}
    is_keyed_by::<BytesConfig, (String,)>();
    is_keyed_by::<StrategyConfig, (String, u32)>();
    is_keyed_by::<Four, (i128, Uuid, String, i8)>();
    is_resident::<StrategyConfig>();
}

#[test]
fn text_is_given_borrowed_or_owned_and_whatever_it_contains_is_data() {
    let owned = "ETH/USDT:a,b".to_owned();
    for given in [
        parts::<BytesConfig>("ETH/USDT:a,b"),
        parts::<BytesConfig>(&"ETH/USDT:a,b"),
        parts::<BytesConfig>(&owned),
        parts::<BytesConfig>(owned.as_str()),
        parts::<BytesConfig>(owned.clone()),
    ] {
        assert_eq!(given, ["ETH/USDT:a,b"]);
    }
}

#[test]
fn a_number_is_given_as_one_of_the_declared_type() {
    assert_eq!(parts::<Guild>(u64::MAX), ["18446744073709551615"]);
    assert_eq!(parts::<Guild>(&7), ["7"]);
}

#[test]
fn a_uuid_is_looked_for_in_its_usual_text_form() {
    let id = Uuid::from_u128(0xA1);
    let text = "00000000-0000-0000-0000-0000000000a1";
    assert_eq!(parts::<Session>(id), [text]);
    assert_eq!(parts::<Session>(&id), [text]);
}

#[test]
fn several_parts_are_given_as_a_tuple_in_the_order_of_the_declaration() {
    let symbol = "ETH/USDT".to_owned();
    assert_eq!(parts::<StrategyConfig>(("ETH/USDT", 7)), ["ETH/USDT", "7"]);
    assert_eq!(parts::<StrategyConfig>((&symbol, &7)), ["ETH/USDT", "7"]);
    let id = Uuid::nil();
    let four = parts::<Four>((i128::MIN, id, "c", -1));
    assert_eq!(four, [&i128::MIN.to_string(), &id.to_string(), "c", "-1"]);
}

#[test]
fn a_key_that_was_read_can_be_given_back() {
    let key = Key::new(["ETH/USDT", "7"]).unwrap();
    assert_eq!(parts::<StrategyConfig>(&key), ["ETH/USDT", "7"]);
    let key = Key::new(["guild-1"]).unwrap();
    assert_eq!(parts::<BytesConfig>(&key), ["guild-1"]);
}
