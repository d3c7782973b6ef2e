//! An allocator that counts, so that bytes which make a decoder reserve memory are found.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;
static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Relaxed) + layout.size();
        PEAK.fetch_max(now, Relaxed);
        // SAFETY: as promised by the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as promised by the caller.
        unsafe { System.dealloc(at, layout) }
    }
}

/// For the values themselves and for sequences that are short.
const FREE: usize = 64 << 10;
/// Memory for each byte. A branch of a witness has 2 bytes, and its entry 72, in a sequence that
/// holds its old place while it moves to a larger one; nothing else comes near to that.
const PER_BYTE: usize = 96;

/// The most memory that the check of so many bytes may take.
pub(crate) const fn most_for(bytes: usize) -> usize {
    FREE + PER_BYTE * bytes
}

/// The most memory that `work` held at a time, beside what was held before.
pub(crate) fn peak_of(work: impl FnOnce()) -> usize {
    let before = NOW.load(Relaxed);
    PEAK.store(before, Relaxed);
    work();
    PEAK.load(Relaxed) - before
}
