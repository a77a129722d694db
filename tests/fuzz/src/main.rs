//! Fuzzes the target that `FUZZ_TARGET` names; built without `--cfg fuzzing`, takes files through one.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    static BODY: std::sync::LazyLock<config_fuzz::Body> = std::sync::LazyLock::new(|| {
        let target = std::env::var("FUZZ_TARGET").unwrap_or_default();
        config_fuzz::body(&target).expect("FUZZ_TARGET names a target")
    });
    BODY(input);
});

#[cfg(not(fuzzing))]
fn main() -> std::process::ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(body) = arguments.next().and_then(|target| config_fuzz::body(&target)) else {
        let targets: Vec<_> = config_fuzz::TARGETS.iter().map(|(name, _)| *name).collect();
        eprintln!("Usage: fuzz TARGET FILE…, with one of the targets {}", targets.join(", "));
        return std::process::ExitCode::from(2);
    };
    for file in arguments {
        match std::fs::read(&file) {
            Ok(input) => body(&input),
            Err(error) => {
                eprintln!("{file}: {error}");
                return std::process::ExitCode::FAILURE;
            }
        }
        println!("{file}: nothing broken");
    }
    std::process::ExitCode::SUCCESS
}
