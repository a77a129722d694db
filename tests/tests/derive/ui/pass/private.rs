//! A private struct of a private module, with private types and a check nobody else can see.
mod hidden {
    use config_sdk::{ConfigBlock, Faults};

    #[derive(serde::Serialize, serde::Deserialize)]
    enum Mode {
        Fast,
    }

    #[derive(ConfigBlock)]
    #[config(check = Self::is_fine)]
    struct Trading {
        #[config(default = Mode::Fast, text)]
        mode: Mode,
    }

    impl Trading {
        fn is_fine(&self) -> Result<(), Faults> {
            Ok(())
        }
    }

    pub fn run() {
        assert!(matches!(Trading::default().mode, Mode::Fast));
    }
}

fn main() {
    hidden::run();
}
