//! A private struct of a private module, with private types and a check nobody else can see.
mod hidden {
    use config_sdk::{ConfigBlock, Faults, KeyedBlock};

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

    type Symbol = String;

    #[derive(ConfigBlock)]
    #[config(key(symbol: Symbol, number: u16), resident)]
    struct Pair {}

    fn schema<B: KeyedBlock>() -> &'static config_sdk::BlockSchema {
        B::schema()
    }

    impl Trading {
        fn is_fine(&self) -> Result<(), Faults> {
            Ok(())
        }
    }

    pub fn run() {
        assert_eq!(schema::<Pair>().keys.len(), 2);
        assert!(matches!(Trading::default().mode, Mode::Fast));
    }
}

fn main() {
    hidden::run();
}
