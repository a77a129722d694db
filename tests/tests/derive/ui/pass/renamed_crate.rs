//! A crate that passes config_sdk on tells where it is.
mod framework {
    pub mod vendor {
        pub use config_sdk as settings;
    }
}

/// Not what the derive should find.
mod config_sdk {}

#[derive(framework::vendor::settings::ConfigBlock)]
#[config(crate = crate::framework::vendor::settings)]
struct Trading {
    #[config(default = 0.70, range = 0..=1)]
    threshold: framework::vendor::settings::Decimal,
}

#[derive(framework::vendor::settings::ConfigBlock)]
#[config(crate = crate::framework::vendor::settings, key(symbol: String), resident)]
struct Pair {}

/// As a macro of that crate would write it.
macro_rules! block {
    ($name:ident, $default:expr) => {
        #[derive($crate::framework::vendor::settings::ConfigBlock)]
        #[config(crate = $crate::framework::vendor::settings)]
        struct $name {
            #[config(default = $default, range = ..=9)]
            positions: u32,
        }
    };
}

block!(Risk, 5);

fn is_resident<B: framework::vendor::settings::ResidentBlock>() {}

fn main() {
    is_resident::<Pair>();
    assert_eq!(Risk::default().positions, 5);
    assert_eq!(Trading::default().threshold.to_string(), "0.70");
}
