//! How many bytes a copy takes.

use crate::cell::Published;

/// The two counters in front of whatever an `Arc` holds.
const ARC: usize = 2 * size_of::<usize>();

/// What a copy takes besides its place, if its value takes `heap` bytes beyond itself.
///
/// What the allocator adds is not known and not counted. Nor is the value of an absent copy, which is
/// the same for all of them.
pub(super) fn of<T>(copy: &Published<T>, heap: usize) -> usize {
    let meta = &copy.meta;
    let key = meta.key.as_ref().map_or(0, |key| ARC + key.joined().len());
    let texts: usize =
        [&meta.author, &meta.reason].into_iter().flatten().map(String::capacity).sum();
    let value = if copy.absent { 0 } else { ARC + size_of::<T>() + heap + ARC + meta.fields.len() };
    least::<T>() + key + texts + value
}

/// What any copy takes.
pub(super) fn least<T>() -> usize {
    ARC + size_of::<Published<T>>()
}
