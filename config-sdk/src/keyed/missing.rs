//! Reading a keyed block that nobody registered.

use crate::block::KeyedBlock;

/// A mistake in the program, not in its data.
#[cold]
#[inline(never)]
pub(super) fn unregistered<T: KeyedBlock>() -> ! {
    tell(std::any::type_name::<T>(), T::schema().type_name)
}

fn tell(name: &str, short: &str) -> ! {
    panic!(
        "{name} is not registered: add `.keyed::<{short}>(KeyedOptions::new())` to Config::builder()"
    )
}
