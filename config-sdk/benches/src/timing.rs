//! Time of a thread's own processor, and the middle of many readings.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Keeps the thread on one processor. Where that cannot be, as elsewhere than on Linux, or is not
/// allowed, the figures are noisier and no less right.
pub fn pin(processor: usize) {
    #[cfg(target_os = "linux")]
    {
        let mut set = rustix::thread::CpuSet::new();
        set.set(processor);
        _ = rustix::thread::sched_setaffinity(None, &set);
    }
    #[cfg(not(target_os = "linux"))]
    {
        _ = processor;
    }
}

/// What the thread's processor has worked for it so far.
#[must_use]
pub fn now() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// The middle one.
///
/// # Panics
/// If there is none.
#[must_use]
pub fn median(mut nanos: Vec<f64>) -> f64 {
    nanos.sort_by(f64::total_cmp);
    nanos[nanos.len() / 2]
}
