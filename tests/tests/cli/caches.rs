//! The copies of keyed blocks: how they are kept, loaded, read again, and how fast.

use crate::stage::on_both;

#[test]
fn copies_are_described_loaded_measured_and_read_again() {
    on_both("pairs_bot", |stage| {
        let one = "trial[ETH/USDT,momentum,7]";
        let two = "trial[ETH/USDT,momentum,8]";
        stage
            .config(&["set", &format!("{one}.lookback=99"), &format!("{two}.lookback=98")])
            .ends(0);
        stage.config(&["cache", "info"]).ends(0).tells(&[
            "trial",
            "symbol, strategy, trial",
            "5000",
        ]);
        let kept = stage.config(&["cache", "info", "--json"]).ends(0).json();
        assert_eq!(kept[0]["resident"], true);
        stage.config(&["cache", "warm"]).ends(0).tells(&["trial: ", "0 failed"]);
        let warm = ["cache", "warm", "trial", "ETH/USDT,momentum,7", "--json"];
        let warmed = stage.config(&warm).ends(0).json();
        let trial = &warmed["trial"];
        let loaded = |name: &str| trial[name].as_u64().unwrap_or_default();
        assert_eq!((loaded("loaded") + loaded("present"), loaded("failed")), (1, 0), "{warmed}");
        let bench = stage.config(&["cache", "bench", "trial", "--json"]).ends(0).json();
        assert_eq!(bench["keys"], 2);
        assert!(bench["times_as_fast"].as_f64().is_some_and(|times| times > 1.0), "{bench}");

        let clear = ["cache", "clear", "trial", "ETH/*,*,*"];
        stage.config(&clear).ends(5).warns(&["it would have every process read trial (\"ETH/*\""]);
        let said = stage.config(&["cache", "clear", one, "--yes"]).ends(2);
        said.warns(&["the key stands by itself: `cache clear trial ETH/USDT,momentum,7`"]);
        let said = stage.config(&["cache", "warm", one]).ends(2);
        said.warns(&["`cache warm trial ETH/USDT,momentum,7`"]);
        stage.config(&["cache", "bench", one]).ends(2).warns(&["`cache bench trial`"]);
        let told = ["every process reads trial (\"ETH/*\", \"*\", \"*\") again"];
        stage.config(&[&clear[..], &["--yes"]].concat()).ends(0).tells(&told);
        stage.config(&["cache", "clear", "exchange", "--yes"]).ends(2).warns(&["has no keys"]);
        stage.config(&["cache", "stats"]).ends(0).tells(&["no process with keyed blocks"]);
        stage.config(&["cache", "bench", "pair"]).ends(6).warns(&["pair has no rows to read"]);
    });
}
