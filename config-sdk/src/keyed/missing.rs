//! Reading a keyed block that nobody registered.

use crate::block::KeyedBlock;

/// A mistake in the program, not in its data.
#[cold]
#[inline(never)]
pub(super) fn unregistered<T: KeyedBlock>() -> ! {
    let name = std::any::type_name::<T>();
    let short = T::schema().type_name;
    panic!(
        "{name} is not registered: add `.keyed::<{short}>(KeyedOptions::new())` to Config::builder()"
    )
}
