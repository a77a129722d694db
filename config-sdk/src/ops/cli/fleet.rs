//! The processes that report themselves: how they stand, and waiting for them.

use std::time::Duration;

use serde_json::json;

use super::end::{End, Failure, Outcome};
use super::page::{Lines, Page};
use super::table::table;
use super::{shell, within};
use crate::ops::{Arrival, Operator};
use crate::refresh::Process;

/// Who has an epoch, and who has not.
pub(super) struct Arrived {
    pub(super) arrival: Arrival,
    pub(super) lines: Lines,
    pub(super) end: End,
}

/// Waits for at most `limit` until every process has `epoch`.
pub(super) async fn arrived(
    operator: &Operator,
    epoch: u64,
    limit: Duration,
) -> Result<Arrived, Failure> {
    let arrival = operator.wait_for(epoch, limit).await?;
    let Arrival { there, missing, .. } = &arrival;
    let refusing: Vec<_> = there.iter().filter(|process| process.is_refusing()).collect();
    let mut lines = match (there.as_slice(), missing.as_slice()) {
        ([], []) => Lines::plain("no process reports itself, so nobody was waited for"),
        (there, []) => Lines::new().good(match there.len() {
            1 => "1 process has it".to_owned(),
            number => format!("{number} processes have it"),
        }),
        (there, missing) => {
            let limit = humantime::format_duration(limit);
            let said = format!("{} of {} have it", there.len(), there.len() + missing.len());
            let lines = Lines::new().bad(format!("after {limit} {said}; missing:"));
            missing.iter().fold(lines, |lines, process| {
                lines.bad(format!("  {} is at epoch {}", name(process), process.epoch))
            })
        }
    };
    for process in &refusing {
        lines = lines.bad(format!("{} turns a row away:", name(process))).and(faults(process));
    }
    let end = match () {
        () if !missing.is_empty() => End::Unconfirmed,
        () if !refusing.is_empty() => End::Found,
        () => End::Done,
    };
    Ok(Arrived { arrival, lines, end })
}

/// Asks every process to read blocks again.
pub(super) async fn refresh(
    operator: &Operator,
    blocks: &[String],
    wait: Option<Duration>,
    page: &mut Page,
) -> Outcome {
    let names: Vec<_> = blocks.iter().map(String::as_str).collect();
    let epoch = within(async { Ok(operator.refresh(&names).await?) }).await?;
    let what = if names.is_empty() { "all blocks".to_owned() } else { names.join(", ") };
    let mut lines = Lines::new().good(format!("every process reads {what} again (epoch {epoch})"));
    let (mut end, mut arrival) = (End::Done, None);
    if let Some(limit) = wait {
        let arrived = arrived(operator, epoch, limit).await?;
        (lines, end) = (lines.and(arrived.lines), arrived.end);
        arrival = Some(arrived.arrival);
    }
    page.answer(&json!({ "blocks": names, "epoch": epoch, "arrival": arrival }), &lines);
    Ok(end)
}

/// How every process stands that reports itself.
pub(super) async fn status(operator: &Operator, page: &mut Page) -> Outcome {
    let processes = operator.processes().await?;
    let rows = processes.iter().map(|process| {
        let state = match (process.ready, process.is_refusing()) {
            (true, false) => "ready",
            (true, true) => "ready, turns rows away",
            (false, _) => "not ready",
        };
        [
            process.name.clone(),
            process.build.clone(),
            process.host.clone(),
            process.pid.to_string(),
            process.epoch.to_string(),
            state.to_owned(),
            process.push.clone(),
            format!("{} s ago", process.age.as_secs()),
        ]
    });
    let header = ["process", "build", "host", "pid", "epoch", "state", "push", "heard of"];
    let mut lines = match processes.as_slice() {
        [] => Lines::plain(format!(
            "no process reports itself: none runs with this store, or `{}` was not built to",
            shell::program()
        )),
        _ => table(&header, rows),
    };
    for process in processes.iter().filter(|process| process.is_refusing()) {
        lines = lines.gap().bad(format!("{} turns away:", name(process))).and(faults(process));
    }
    let is_well = |process: &Process| process.ready && !process.is_refusing();
    let is_healthy = processes.iter().all(is_well);
    page.answer(&json!({ "processes": processes, "healthy": is_healthy }), &lines);
    Ok(if is_healthy { End::Done } else { End::Found })
}

fn faults(process: &Process) -> Lines {
    let blocks = process.blocks.iter().flat_map(|block| &block.faults);
    let keyed = process.keyed.iter().flat_map(|block| &block.faults);
    blocks.chain(keyed).fold(Lines::new(), |lines, fault| lines.bad(format!("  {fault}")))
}

/// What a process is called among others.
pub(super) fn name(process: &Process) -> String {
    format!("{} (pid {} on {})", process.name, process.pid, process.host)
}
