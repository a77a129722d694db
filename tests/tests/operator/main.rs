//! What an operator does, on every store that comes with the library.

mod blocks;
mod changes;
mod conflicts;
mod drafts;
mod exchange;
mod expiry;
mod fleet;
mod history;
mod keys;
mod reading;
mod review;
mod secrets;
mod stage;

/// Makes a test of each function for each store.
macro_rules! on_every_store {
    ($($name:ident)*) => {
        mod memory {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name(crate::stage::Stage::memory()).await;
            })*
        }
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name(crate::stage::Stage::sqlite().await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name(crate::stage::Stage::postgres().await).await;
            })*
        }
    };
}
pub(crate) use on_every_store;
