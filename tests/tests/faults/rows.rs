//! Rows full of nonsense.

use std::time::Duration;

use tokio::time::sleep;

use crate::stage::Stage;
use crate::tables::is_rejected;
use crate::trial::Trial;
use crate::writer::set_both;

const PIECES: [&str; 16] = [
    "0",
    "-",
    "17",
    ".",
    "NaN",
    "1e999",
    "null",
    "{\"",
    "[[[[",
    "'; drop table x; --",
    "\\",
    "\u{1F980}",
    "\u{202E}",
    "\u{FEFF}",
    "\n",
    "true",
];

/// Every column takes any text, and gets it, two hundred times, beside a writer who writes sense.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_are_fuzzed() {
    let mut trial = Trial::begin(Stage::new().await, "rows fuzzed");
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let stage = trial.stage();
    stage.readers.allow_apart(true);
    stage.database.psql(
        "alter table south_config alter column first type text, alter column second type text",
    );
    let client = stage.database.client().await;
    for _ in 0..200 {
        let first = nonsense(&mut random);
        // Never the same as the first: then it would be a good row.
        let second = format!("{first}{}", random.alphabetic());
        let texts = [first, second, nonsense(&mut random), nonsense(&mut random)];
        let [first, second, note, reason] = &texts;
        let sql = "update south_config set first = $1, second = $2, note = $3, reason = $4 \
                   where status = 'active'";
        client.execute(sql, &[first, second, note, reason]).await.expect("a change");
        sleep(Duration::from_millis(10)).await;
    }
    trial.noticed("a rejection", is_rejected).await;

    let number = trial.pause().await;
    let stage = trial.stage();
    stage.database.psql(&set_both(number));
    stage.writer.note(number);
    trial.healed().await;
}

/// A text that may be empty, very long, or look like something.
fn nonsense(random: &mut fastrand::Rng) -> String {
    let longest = if random.u8(..) == 0 { 200_000 } else { 8 };
    let pieces = (0..random.usize(0..=longest)).map(|_| PIECES[random.usize(..PIECES.len())]);
    pieces.collect()
}
