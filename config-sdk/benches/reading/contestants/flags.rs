//! Feature flags: one value by name, for somebody.

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::Arc;

use arc_swap::ArcSwap;
use async_trait::async_trait;
use open_feature::provider::{FeatureProvider, ProviderMetadata, ResolutionDetails};
use open_feature::{
    EvaluationContext, EvaluationError, EvaluationErrorCode, EvaluationResult, OpenFeature,
    StructValue,
};

use super::Contestant;

pub(crate) const OPEN_FEATURE: &str = "OpenFeature `get_int_value(flag)`, a map as provider";

const FLAG: &str = "max_concurrent_positions";

#[cfg(not(feature = "flags"))]
pub(super) fn all() -> Vec<Contestant> {
    vec![open_feature()]
}

#[cfg(feature = "flags")]
pub(super) fn all() -> Vec<Contestant> {
    vec![open_feature(), launch_darkly()]
}

fn open_feature() -> Contestant {
    let flags = Arc::new(ArcSwap::from_pointee(flags(0)));
    let provider = Flags { metadata: ProviderMetadata::new("a map"), flags: Arc::clone(&flags) };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let client = runtime.block_on(async {
        let mut api = OpenFeature::singleton_mut().await;
        api.set_provider(provider).await;
        Arc::new(api.create_client())
    });
    Contestant::of_many(OPEN_FEATURE, move || {
        let client = Arc::clone(&client);
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        move |count| {
            runtime.block_on(async {
                let mut sum = 0_u64;
                for _ in 0..count {
                    let flag = client.get_int_value(FLAG, None, None).await;
                    sum = sum.wrapping_add(black_box(flag.expect("it is there").cast_unsigned()));
                }
                sum
            })
        }
    })
    .written(move || {
        let (flags, mut number) = (Arc::clone(&flags), 0);
        move || {
            number += 1;
            flags.store(Arc::new(self::flags(number)));
        }
    })
}

/// Seventeen, as the block has fields.
fn flags(number: i64) -> HashMap<String, i64> {
    let others = (1..17).map(|number| (format!("another_{number}"), number));
    others.chain([(FLAG.to_owned(), 5 + number % 2)]).collect()
}

/// The library brings no provider that has values.
struct Flags {
    metadata: ProviderMetadata,
    flags: Arc<ArcSwap<HashMap<String, i64>>>,
}

#[async_trait]
impl FeatureProvider for Flags {
    fn metadata(&self) -> &ProviderMetadata {
        &self.metadata
    }

    async fn resolve_int_value(
        &self,
        flag: &str,
        _: &EvaluationContext,
    ) -> EvaluationResult<ResolutionDetails<i64>> {
        let found = self.flags.load().get(flag).copied();
        found.map(ResolutionDetails::new).ok_or_else(no_such_flag)
    }

    async fn resolve_bool_value(
        &self,
        _: &str,
        _: &EvaluationContext,
    ) -> EvaluationResult<ResolutionDetails<bool>> {
        Err(no_such_flag())
    }

    async fn resolve_float_value(
        &self,
        _: &str,
        _: &EvaluationContext,
    ) -> EvaluationResult<ResolutionDetails<f64>> {
        Err(no_such_flag())
    }

    async fn resolve_string_value(
        &self,
        _: &str,
        _: &EvaluationContext,
    ) -> EvaluationResult<ResolutionDetails<String>> {
        Err(no_such_flag())
    }

    async fn resolve_struct_value(
        &self,
        _: &str,
        _: &EvaluationContext,
    ) -> EvaluationResult<ResolutionDetails<StructValue>> {
        Err(no_such_flag())
    }
}

fn no_such_flag() -> EvaluationError {
    EvaluationError { code: EvaluationErrorCode::FlagNotFound, message: None }
}

#[cfg(feature = "flags")]
fn launch_darkly() -> Contestant {
    use launchdarkly_server_sdk::{
        Client, ConfigBuilder, ContextBuilder, FlagBuilder, FlagValue, NullEventProcessorBuilder,
        TestData,
    };
    let flag = |number: u32| {
        FlagBuilder::new(FLAG).value_for_all(FlagValue::Number(f64::from(5 + number % 2)))
    };
    let source = TestData::new();
    source.update(flag(0));
    let config = ConfigBuilder::new("no key").data_source(&source);
    let config = config.event_processor(&NullEventProcessorBuilder::new()).build();
    let client = Arc::new(Client::build(config.expect("a configuration")).expect("a client"));
    client.start_with_runtime().expect("a runtime");
    while !client.initialized() {
        std::thread::yield_now();
    }
    Contestant::new("LaunchDarkly `int_variation(context, flag)`", move || {
        let client = Arc::clone(&client);
        let context = ContextBuilder::new("somebody").build().expect("a context");
        move || client.int_variation(&context, FLAG, 0).cast_unsigned()
    })
    .written(move || {
        let (source, mut number) = (source.clone(), 0);
        move || {
            number += 1;
            source.update(flag(number));
        }
    })
}
