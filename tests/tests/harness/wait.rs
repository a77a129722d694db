//! Waiting: it returns what it found, and says what it saw instead.

use std::panic::catch_unwind;
use std::time::Duration;

use config_tests::wait;

const SOON: Duration = Duration::from_secs(5);

#[tokio::test]
async fn what_was_found_is_returned() {
    let mut looks = 0;
    let found = wait::until("the third look", SOON, || {
        looks += 1;
        let looks = looks;
        async move { if looks < 3 { Err(looks) } else { Ok(looks) } }
    });
    assert_eq!(found.await, 3);
    wait::until("the truth", SOON, || async { true }).await;
    assert_eq!(wait::until_sync("some", SOON, || Some("thing")), "thing");
}

#[test]
fn at_the_deadline_it_says_what_it_waited_for_and_what_it_saw() {
    let short = Duration::from_millis(20);
    let failed = catch_unwind(|| wait::until_sync("the moon", short, || Err::<(), _>("a star")));
    let message = *failed.unwrap_err().downcast::<String>().unwrap();
    assert_eq!(message, r#"waited 20ms for the moon; last seen: "a star""#);
}

#[tokio::test]
#[should_panic(expected = "waited 20ms for an answer; last seen: no answer at all")]
async fn a_look_that_never_returns_is_given_up() {
    let short = Duration::from_millis(20);
    wait::until("an answer", short, std::future::pending::<bool>).await;
}

#[tokio::test]
#[should_panic(expected = "waited 20ms for the truth; last seen: false")]
async fn a_look_that_always_returns_at_once_is_given_up() {
    wait::until("the truth", Duration::from_millis(20), || async { false }).await;
}
