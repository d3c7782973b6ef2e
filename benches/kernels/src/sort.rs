//! Loads, stores and comparisons: a sort that jumps through memory and one that walks.

use crate::words;

/// Sorts `words` words with a heap.
#[must_use]
pub fn heapsort(words: u32) -> u64 {
    let mut words = words::words(words);
    heap(&mut words);
    digest(&words)
}

/// Sorts `words` words by insertion, with some `words`^2 / 4 moves.
#[must_use]
pub fn insertion_sort(words: u32) -> u64 {
    let mut words = words::words(words);
    insert(&mut words);
    digest(&words)
}

/// Sorts with a heap.
pub fn heap(words: &mut [u32]) {
    for root in (0..words.len() / 2).rev() {
        sink(words, root);
    }
    for end in (1..words.len()).rev() {
        words.swap(0, end);
        sink(&mut words[..end], 0);
    }
}

/// Moves the word at `root` down until no child of it is greater.
fn sink(words: &mut [u32], mut root: usize) {
    loop {
        let left = 2 * root + 1;
        if left >= words.len() {
            return;
        }
        let right = left + 1;
        let greater = if right < words.len() && words[right] > words[left] {
            right
        } else {
            left
        };
        if words[root] >= words[greater] {
            return;
        }
        words.swap(root, greater);
        root = greater;
    }
}

/// Sorts by insertion.
pub fn insert(words: &mut [u32]) {
    for next in 1..words.len() {
        let word = words[next];
        let mut place = next;
        while place > 0 && words[place - 1] > word {
            words[place] = words[place - 1];
            place -= 1;
        }
        words[place] = word;
    }
}

/// Depends on each word and on its place.
fn digest(words: &[u32]) -> u64 {
    words.iter().fold(0, |digest: u64, word| {
        digest.wrapping_mul(31).wrapping_add(u64::from(*word))
    })
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{digest, heap, heapsort, insert, insertion_sort};
    use crate::words::words;

    #[test]
    fn both_sort() {
        for count in (0..40).chain([512, 4096]) {
            let mut expected = words(count);
            expected.sort_unstable();
            for sort in [heap, insert] {
                let mut found = words(count);
                sort(&mut found);
                assert_eq!(found, expected);
            }
            assert_eq!(heapsort(count), digest(&expected));
            assert_eq!(insertion_sort(count), digest(&expected));
        }
    }

    #[test]
    fn equal_words_and_sorted_ones() {
        let ascending: Vec<u32> = (0..100).map(|word| word / 3).collect();
        let descending: Vec<u32> = ascending.iter().rev().copied().collect();
        for sort in [heap, insert] {
            let mut found = descending.clone();
            sort(&mut found);
            assert_eq!(found, ascending);
            sort(&mut found);
            assert_eq!(found, ascending);
        }
    }
}
