//! The way to the server: encrypted, cut, silent; and that nothing is left of it afterwards.

use std::time::{Duration, Instant};

use config_sdk::TierState;
use config_tests::authority::{Authority, Flaw};
use config_tests::proxy::Proxy;
use config_tests::wait;

use crate::stage::{BytesConfig, SOON, Stage, connected, counts};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_encrypted_server_has_to_prove_who_it_is() {
    let (stage, authority) = (Stage::new(), Authority::create());
    let roots = authority.certificate().display().to_string();
    let port = stage.redis.encrypt(authority.issue(Flaw::None));
    let url = format!("rediss://127.0.0.1:{port}?sslrootcert={roots}");
    let config = stage.process_with(&url).await;
    config.keyed::<BytesConfig>().get("guild-1").await;
    stage.kept(2).await;
    let strange = Authority::create();
    let unknown = strange.certificate().display().to_string();
    refused(&stage, &format!("rediss://127.0.0.1:{port}?sslrootcert={unknown}")).await;
    let port = stage.redis.encrypt(authority.issue(Flaw::OtherHost));
    refused(&stage, &format!("rediss://127.0.0.1:{port}?sslrootcert={roots}")).await;
}

/// A process says that the server at `url` cannot prove who it is, and goes on without it.
async fn refused(stage: &Stage, url: &str) {
    let config = stage.cold(url).await;
    let refused = || async {
        let status = config.status().to_string();
        status.contains("invalid peer certificate").then_some(()).ok_or(status)
    };
    wait::until("the refusal", SOON, refused).await;
    assert_eq!(config.keyed::<BytesConfig>().get("guild-1").await.daily_amount, 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_is_cut_or_silent_one_way_costs_time_and_is_found_out() {
    let stage = Stage::new();
    let proxy = Proxy::to(stage.redis.port());
    let config = stage.process_with(&format!("redis://127.0.0.1:{}", proxy.port())).await;
    let bytes = config.keyed::<BytesConfig>();
    let cuts: [fn(&Proxy); 4] =
        [Proxy::cut, Proxy::freeze, Proxy::freeze_to_server, Proxy::freeze_to_client];
    for (round, cut) in (0..).zip(cuts) {
        cut(&proxy);
        let epoch = stage.set_daily("guild-1", 20 + round);
        config.wait_for(epoch, SOON).await.unwrap();
        let began = Instant::now();
        assert_eq!(bytes.get("guild-1").await.daily_amount, 20 + round);
        assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
        let is_left = || async {
            matches!(config.status().tier.unwrap().state, TierState::Unreachable { .. })
        };
        wait::until("the server to be left alone", SOON, is_left).await;
        proxy.heal();
        let began = Instant::now();
        connected(&config).await;
        assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
        let hits = counts(&config).0;
        bytes.get(format!("cold-{round}")).await;
        assert_eq!(counts(&config).0, hits);
    }
}

#[tokio::test]
async fn a_silent_line_is_found_out_although_nobody_reads() {
    let stage = Stage::new();
    let proxy = Proxy::to(stage.redis.port());
    let config = stage.process_with(&format!("redis://127.0.0.1:{}", proxy.port())).await;
    proxy.freeze();
    let is_left =
        || async { matches!(config.status().tier.unwrap().state, TierState::Unreachable { .. }) };
    wait::until("the heartbeat", SOON, is_left).await;
    proxy.heal();
    connected(&config).await;
}

#[tokio::test]
async fn nothing_is_left_of_a_process_that_has_ended() {
    let stage = Stage::new();
    let ours = || {
        let clients = stage.redis.cli(&["CLIENT", "LIST"]);
        clients.lines().filter(|client| !client.contains("cmd=client")).count()
    };
    let config = stage.process().await;
    config.keyed::<BytesConfig>().get("guild-1").await;
    assert_eq!(ours(), 1);
    config.shutdown().await;
    drop(config);
    wait::until("the connection to end", SOON, || async { ours() == 0 }).await;
}
