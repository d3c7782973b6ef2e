//! The allocator: one arena a call. A call is short and its memory is thrown away with it, so
//! nothing is ever freed, and code that only allocates stays small.

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32::{memory_grow, memory_size};
use core::ptr;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

const PAGE: usize = 64 * 1024;

unsafe extern "C" {
    /// First byte after data and stack; the linker sets its address.
    static __heap_base: u8;
}

/// Address of the next free byte; 0 before the first allocation.
struct Arena {
    next: AtomicUsize,
}

#[global_allocator]
static ARENA: Arena = Arena {
    next: AtomicUsize::new(0),
};

impl Arena {
    fn take(&self, layout: Layout) -> Option<usize> {
        let next = match self.next.load(Relaxed) {
            0 => (&raw const __heap_base).addr(),
            next => next,
        };
        let start = next.checked_next_multiple_of(layout.align())?;
        let end = start.checked_add(layout.size())?;
        let missing = end.div_ceil(PAGE).saturating_sub(memory_size(0));
        if missing > 0 && memory_grow(0, missing) == usize::MAX {
            return None;
        }
        self.next.store(end, Relaxed);
        Some(start)
    }
}

// SAFETY: each byte between the heap's base and the end of memory is handed out at most once,
// aligned as asked for and after memory has grown to hold it.
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.take(layout)
            .map_or(ptr::null_mut(), ptr::with_exposed_provenance_mut)
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise is passed on. Memory that was never handed out is zero.
        unsafe { self.alloc(layout) }
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}
