//! The log's own thread.

use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Condvar, Mutex};

use twinroot_store::{Batch, Entry, Store, WriteError, Writer, Written};

use crate::disk::{Disk, Fault};

fn batch(number: u64) -> Batch {
    Batch {
        append: vec![Entry {
            stream: [1; 32],
            number,
            bytes: vec![1; 100],
        }],
        ..Batch::default()
    }
}

/// A writer that does not go on after a commit before it is let.
struct Held {
    writer: Writer,
    written: Receiver<Written>,
    gate: Arc<(Mutex<u32>, Condvar)>,
}

impl Held {
    fn start(store: &Store) -> Self {
        let (tell, written) = channel();
        let gate = Arc::new((Mutex::new(0), Condvar::new()));
        let held = Arc::clone(&gate);
        let writer = Writer::start(store.clone(), move |done| {
            tell.send(done).unwrap();
            let mut open = held
                .1
                .wait_while(held.0.lock().unwrap(), |open| *open == 0)
                .unwrap();
            *open -= 1;
        });
        Self {
            writer,
            written,
            gate,
        }
    }

    fn let_go(&self, commits: u32) {
        *self.gate.0.lock().unwrap() += commits;
        self.gate.1.notify_all();
    }
}

#[test]
fn all_that_waits_goes_into_one_commit() {
    let disk = Disk::new();
    let store = Store::create_on(disk.clone()).unwrap();
    let held = Held::start(&store);
    held.writer.write(100, batch(0));
    let first = held.written.recv().unwrap();
    assert_eq!((first.first, first.last, first.batches), (100, 100, 1));
    let before = disk.syncs();
    for number in 1..65 {
        held.writer.write(100 + number, batch(number));
    }
    held.let_go(1);
    let rest = held.written.recv().unwrap();
    assert_eq!((rest.first, rest.last, rest.batches), (101, 164, 64));
    rest.result.unwrap();
    assert_eq!(disk.syncs() - before, 1);
    assert_eq!(store.next(), 65);
    held.let_go(1);
    held.writer.stop();
}

#[test]
fn what_waits_is_written_before_it_ends() {
    let store = Store::create_on(Disk::new()).unwrap();
    let held = Held::start(&store);
    for number in 0..10 {
        held.writer.write(number, batch(number));
    }
    held.let_go(10);
    held.writer.stop();
    assert_eq!(store.read(&[1; 32], 0, 100).unwrap().len(), 10);
    let tickets: usize = held.written.iter().map(|written| written.batches).sum();
    assert_eq!(tickets, 10);
}

#[test]
fn nothing_is_written_after_a_write_that_failed() {
    let disk = Disk::new();
    let store = Store::create_on(disk.clone()).unwrap();
    let held = Held::start(&store);
    held.let_go(100);
    held.writer.write(0, batch(0));
    held.written.recv().unwrap().result.unwrap();
    disk.fault(Fault::Fails(disk.operations() + 1));
    held.writer.write(1, batch(1));
    let failed = held.written.recv().unwrap();
    assert_eq!((failed.first, failed.last), (1, 1));
    assert!(matches!(failed.result, Err(WriteError::Disk(_))));
    // The disk works again; the writer does not.
    for number in 2..5 {
        held.writer.write(number, batch(number));
        let later = held.written.recv().unwrap();
        assert_eq!(later.first, number);
        assert!(
            matches!(later.result, Err(WriteError::Stopped)),
            "{:?}",
            later.result
        );
    }
    // Nor does a new one on the same store.
    let again = Held::start(&store);
    again.let_go(1);
    again.writer.write(9, batch(9));
    assert!(matches!(
        again.written.recv().unwrap().result,
        Err(WriteError::Stopped)
    ));
    again.writer.stop();
    held.writer.stop();
    drop(store);

    let store = Store::open_on(disk).unwrap();
    let next = store.next();
    assert!(
        next == 1 || next == 2,
        "{next}: the one that failed may be there, none after it is"
    );
    let writer = Held::start(&store);
    writer.let_go(1);
    writer.writer.write(20, batch(next));
    writer.written.recv().unwrap().result.unwrap();
    writer.writer.stop();
}

#[test]
fn the_callers_mistake_stops_the_writer_but_not_the_store() {
    let store = Store::create_on(Disk::new()).unwrap();
    let held = Held::start(&store);
    held.let_go(3);
    held.writer.write(0, batch(3));
    held.written.recv().unwrap().result.unwrap();
    held.writer.write(1, batch(3));
    assert!(matches!(
        held.written.recv().unwrap().result,
        Err(WriteError::Number { number: 3, next: 4 })
    ));
    held.writer.write(2, batch(4));
    assert!(matches!(
        held.written.recv().unwrap().result,
        Err(WriteError::Stopped)
    ));
    held.writer.stop();
    store.write(&[batch(4)]).unwrap();
}
