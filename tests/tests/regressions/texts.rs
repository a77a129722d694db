//! Texts that were taken for something that they are not; most of them were found by fuzzing.

use config_sdk::{Config, ConfigBlock, Decimal, MemoryStore, Outcome};

#[derive(Debug, ConfigBlock)]
struct ListsConfig {
    #[config(default = 1)]
    tiny: u8,
    #[config(default = vec![7, 8], json)]
    list: Vec<u8>,
    #[config(default = Vec::new(), json)]
    amounts: Vec<Decimal>,
    #[config(default = chrono::DateTime::UNIX_EPOCH)]
    time: chrono::DateTime<chrono::Utc>,
    #[config(default = serde_json::json!(5), json)]
    any: serde_json::Value,
}

#[test]
fn an_item_of_a_list_has_one_path_and_not_also_one_with_a_plus_or_zeros() {
    let config = Config::fixed().with(ListsConfig::default()).build();
    assert_eq!(config.value("lists.list.1").unwrap().as_i64(), Some(8));
    assert_eq!(config.value("lists.list.0").unwrap().as_i64(), Some(7));
    for path in ["lists.list.+1", "lists.list.01", "lists.list.00", "lists.list.+0"] {
        assert!(config.value(path).is_err(), "{path}");
    }
}

#[tokio::test]
async fn a_variable_with_a_letter_that_grows_up_to_one_of_a_field_is_not_taken_for_that_field() {
    let builder = Config::builder().block::<ListsConfig>().store(MemoryStore::new());
    // A dotless i, whose upper case is I.
    let variables = [("APP__LISTS__T\u{131}NY", "5"), ("app__l\u{131}sts__tiny", "6")];
    let config = builder.env_prefix("APP").env_vars(variables).start().await.unwrap();
    assert_eq!(config.get::<ListsConfig>().tiny, 1);
}

#[tokio::test]
async fn a_decimal_in_json_with_underscores_or_an_exponent_is_not_rounded_either() {
    let store = MemoryStore::new();
    let config = crate::on::<ListsConfig>(&store).await;
    for amount in [
        "0.1234567890_1234567890_1234567890",
        "0.123456789012345678901234567890e5",
        "1.00000000000675533208e-10",
    ] {
        store.set("lists", [("amounts", format!("[\"{amount}\"]").as_str())]);
        let report = config.refresh_all().await.unwrap();
        let outcome = report.outcome("lists");
        assert!(matches!(outcome, Some(Outcome::Rejected { .. })), "{amount}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_time_keeps_its_nanoseconds_when_it_is_put_and_read_again() {
    let store = MemoryStore::new();
    let config = crate::on::<ListsConfig>(&store).await;
    for time in ["2026-01-31T12:00:00.123456789Z", "9999-12-31T23:59:59.999999999Z"] {
        store.set("lists", [("time", time)]);
        config.refresh_all().await.unwrap();
        store.put(&*config.get::<ListsConfig>());
        config.refresh_all().await.unwrap();
        assert_eq!(config.value("lists.time").unwrap().to_string(), time);
    }
}

#[tokio::test]
async fn a_json_field_that_is_one_word_or_number_is_put_as_json_and_read_again() {
    let store = MemoryStore::new();
    let config = crate::on::<ListsConfig>(&store).await;
    for json in [r#""words""#, "null", "333.0", "1e300", "true", "7"] {
        store.set("lists", [("any", json)]);
        config.refresh_all().await.unwrap();
        let any = config.get::<ListsConfig>().any.clone();
        store.put(&ListsConfig { any: any.clone(), ..ListsConfig::default() });
        let report = config.refresh_all().await.unwrap();
        assert_eq!(config.get::<ListsConfig>().any, any, "{json}: {report}");
        assert_eq!(any, serde_json::from_str::<serde_json::Value>(json).unwrap());
    }
}
